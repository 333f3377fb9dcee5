"""From a file to a scenario that can be simulated: shape, then references; every problem of the file at once.

Shape is the schema's. A reference is a name that must exist: a fact, a plug-in, a host, a datastore.
"""

from __future__ import annotations

import functools
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar

from vinfra import document as documents
from vinfra.compute.scheduling.behaviour import Behaviour
from vinfra.compute.scheduling.scheduler import Scheduler
from vinfra.document import Document
from vinfra.errors import InputError, Place, Problem, dotted
from vinfra.faults.fault import Fault
from vinfra.hardware.power_policy import PowerPolicy
from vinfra.operations.admission import Admission
from vinfra.operations.clusters.balancer import Balancer
from vinfra.operations.consolidation.detector import Detector
from vinfra.operations.consolidation.selection import Selection, selections
from vinfra.operations.migration import Migration, migrations
from vinfra.operations.placement import Placement
from vinfra.scenario import maintaining, references_sites, sites
from vinfra.scenario.overrides import Override, apply
from vinfra.scenario.plugins import chosen, gather
from vinfra.scenario.protecting import Protection, breakdowns, protection
from vinfra.scenario.references import place, references
from vinfra.scenario.schema import Move, Scenario
from vinfra.scenario.schema_consolidation import Consolidation
from vinfra.validate import validate
from vinfra.workloads.trace import Trace

SET = "--set"
CHOICES = {
    "admission": ("policy", "admissions"),
    "balancer": ("policy", "balancers"),
    "placement": ("policy", "placements"),
    "power": ("policy", "power-policies"),
    "scheduling": ("policy", "schedulers"),
    "workload": ("trace", "traces"),
}
Key = tuple[str | int, ...]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Resolved:
    """A scenario whose every name is known, with the plug-ins it chose; `faults` are those that happen, and when.
    `leaving` are migrations to another site, `standing` groups of VMs that may come from one; a scenario of several
    `sites` holds one for each, and little else."""

    scenario: Scenario
    document: Document
    placement: Placement
    power: PowerPolicy
    trace: Trace | None
    recording: Path | None
    migrations: Mapping[str, tuple[Move, Migration]]
    scheduler: Scheduler | None
    behaviours: Mapping[str, Behaviour]
    protection: Protection | None
    faults: Mapping[str, tuple[Fault, float]]
    leaving: Mapping[str, tuple[Move, Migration]] = field(default_factory=dict)
    standing: frozenset[str] = frozenset()
    sites: Mapping[str, Resolved] = field(default_factory=dict)
    consolidation: tuple[Consolidation, Detector, Selection] | None = None
    balancer: Balancer | None = None
    admission: Admission | None = None
    maintenance: Mapping[str, maintaining.Asked] = field(default_factory=dict)

    @property
    def parts(self) -> Mapping[str, Resolved]:
        """The scenario of each site by its name; of one site that is itself, without a name."""
        return self.sites or {"": self}

    def place(self, *path: str | int) -> Place:
        """Where the value at `path`, or what holds it, was written."""
        return place(self.document, path)


def read(path: str | os.PathLike[str], sets: Iterable[str] = ()) -> Document:
    """The scenario file with `--set PATH=VALUE` changes made; InputError for what cannot be read."""
    document = documents.read(path)
    if not isinstance(document.data, dict):
        raise InputError.at(document.places[()], "a scenario is a mapping; begin with `scenario: name`")
    for text in sets:
        document = apply(document, _setting(text))
    return document


def _setting(text: str) -> Override:
    path, equals, value = text.partition("=")
    here = Place(SET)
    if not equals:
        raise InputError.at(here, f"'{text}' sets nothing; write --set PATH=VALUE, such as --set hosts.h1.count=4")
    return Override(path.strip(), documents.scalar(value.strip(), here), {(): here})


def resolve(document: Document) -> Resolved:
    """Check shape and references of one scenario (without its variants); InputError with every problem."""
    problems = list(references_sites.problems(document))
    whole = gather(problems, lambda: _resolve(document))
    parts: dict[str, Resolved] = {}
    comings = list(sites.comings(document))
    for name, part in sites.cut(document).items():
        wrong: list[Problem] = []
        found = gather(wrong, functools.partial(_resolve, part))
        leaving = _leaving(document, name, wrong)
        problems += [sites.at_site(name, problem) for problem in wrong]
        if found is not None:
            standing = frozenset(coming.name for coming in comings if coming.site == name)
            parts[name] = replace(found, leaving=leaving, standing=standing)
    if problems or whole is None:
        raise InputError(problems)
    return replace(whole, sites=parts)


def _leaving(document: Document, site: str, problems: list[Problem]) -> Mapping[str, tuple[Move, Migration]]:
    """The migrations of a site that lead to another."""
    written = document.data["sites"][site].get("migrations")
    leaving = {name: one for name, one in written.items() if sites.elsewhere(one)} if isinstance(written, dict) else {}
    alone = sites.alone(document, site)
    found = _migrations(alone, leaving, problems)
    for name, (_, method) in found.items():
        if not method.crosses:
            able = ", ".join(one for one in migrations if migrations[one].crosses)
            at = ("migrations", name, "method")
            problems.append(
                Problem(place(alone, at), dotted(at), f"cannot lead to another site; those that can: {able}")
            )
    return found


def _resolve(document: Document) -> Resolved:
    """The same of one site, or of what stands beside several."""
    problems: list[Problem] = []
    scenario = gather(problems, lambda: validate(Scenario, document.data, document.places))
    problems += references(document)
    plugins: dict[str, Any] = {}
    for key in CHOICES:
        plugins[key] = gather(problems, functools.partial(_plugin, document, key))
    recording = gather(problems, lambda: _recording(document))
    moving = {} if scenario is None else _migrations(document, scenario.migrations, problems)
    behaviours = {} if scenario is None else _behaviours(document, scenario, problems)
    protected = None if scenario is None else protection(document, scenario, problems)
    faults = {} if scenario is None else breakdowns(document, scenario, problems)
    upkeep = {} if scenario is None else maintaining.asked(document, scenario, problems)
    consolidated = gather(problems, lambda: _consolidation(document))
    if problems or scenario is None:
        raise InputError(problems)
    policies = (plugins["placement"], plugins["power"], plugins["workload"], recording)
    rest = moving, plugins["scheduling"], behaviours
    managed = {"consolidation": consolidated, "balancer": plugins["balancer"], "admission": plugins["admission"]}
    return Resolved(scenario, document, *policies, *rest, protected, faults, maintenance=upkeep, **managed)


def _plugin(document: Document, key: str) -> Any:
    """The plug-in that `key: {word: name, parameter: ...}` names, with its parameters."""
    word, kind = CHOICES[key]
    entry = document.data.get(key, Scenario.model_fields[key].default)
    if not isinstance(entry, dict):
        return None
    found = chosen(document, (key,), entry, word, kind, ("path",) if key == "workload" else ())
    if isinstance(found, Placement):
        found.open(place(document, (key, "path")))
    return found


def _consolidation(document: Document) -> tuple[Consolidation, Detector, Selection] | None:
    """How VMs are consolidated: what stands beside the detector, the detector with its parameters, and who leaves."""
    entry, at = document.data.get("consolidation"), ("consolidation",)
    if not isinstance(entry, dict):
        return None
    beside = {key: value for key, value in entry.items() if key in Consolidation.model_fields}
    asked = validate(Consolidation, beside, document.places, at)
    detector: Detector = chosen(document, at, entry, "detector", "detectors", Consolidation.model_fields)
    if asked.select not in selections:
        where = ("consolidation", "select")
        raise InputError.at(place(document, where), selections.unknown(asked.select), dotted(where))
    return asked, detector, selections[asked.select]()


def _migrations(
    document: Document, entries: Mapping[str, Any], problems: list[Problem]
) -> Mapping[str, tuple[Move, Migration]]:
    """What moves, and the method with its parameters, by the name of the migration."""
    found = {}
    for name, entry in entries.items():
        common = {key: value for key, value in entry.items() if key in Move.model_fields}
        at = ("migrations", name)
        move = gather(problems, functools.partial(validate, Move, common, document.places, at))
        method = gather(
            problems, functools.partial(chosen, document, at, entry, "method", "migrations", Move.model_fields)
        )
        if move is not None and method is not None:
            found[name] = (move, method)
    return found


def _behaviours(document: Document, scenario: Scenario, problems: list[Problem]) -> Mapping[str, Behaviour]:
    """How each group of VMs uses its vCPUs."""
    found = {}
    for name, group in scenario.vms.items():
        at = ("vms", name, "behaviour")
        work = functools.partial(chosen, document, at, group.behaviour, "kind", "behaviours", ())
        if (behaviour := gather(problems, work)) is not None:
            found[name] = behaviour
    return found


def _recording(document: Document) -> Path | None:
    """The recording's path: relative to the file that names it, or to the working folder when it was set by --set."""
    entry = document.data.get("workload")
    path = entry.get("path") if isinstance(entry, dict) else None
    if path is None:
        return None
    where = place(document, ("workload", "path"))
    if not isinstance(path, str):
        raise InputError.at(where, f"must be a path, got {path!r}: quote it", "workload.path")
    return Path(path) if where.file == SET else Path(where.file).parent / path
