"""From a file to a scenario that can be simulated: shape, then references; every problem of the file at once.

Shape is the schema's. A reference is a name that must exist: a fact, a plug-in, a host, a datastore.
"""

from __future__ import annotations

import functools
import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from vinfra import document as documents
from vinfra.document import Document
from vinfra.errors import InputError, Place, Problem
from vinfra.hardware.power_policy import PowerPolicy
from vinfra.operations.placement import Placement
from vinfra.scenario import catalog
from vinfra.scenario.overrides import Override, apply
from vinfra.scenario.references import place, references
from vinfra.scenario.schema import Scenario
from vinfra.validate import validate
from vinfra.workloads.trace import Trace

SET = "--set"
CHOICES = {
    "placement": ("policy", "placements"),
    "power": ("policy", "power-policies"),
    "workload": ("trace", "traces"),
}
Key = tuple[str | int, ...]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Resolved:
    """A scenario whose every name is known, with the plug-ins it chose."""

    scenario: Scenario
    document: Document
    placement: Placement
    power: PowerPolicy
    trace: Trace | None
    recording: Path | None

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
    problems: list[Problem] = []
    scenario = gather(problems, lambda: validate(Scenario, document.data, document.places))
    problems += references(document)
    plugins: dict[str, Any] = {}
    for key in CHOICES:
        plugins[key] = gather(problems, functools.partial(_plugin, document, key))
    recording = gather(problems, lambda: _recording(document))
    if problems or scenario is None:
        raise InputError(problems)
    return Resolved(scenario, document, plugins["placement"], plugins["power"], plugins["workload"], recording)


def gather(problems: list[Problem], work: Callable[[], T]) -> T | None:
    """The result of the work, or None after adding what was wrong to the problems."""
    try:
        return work()
    except InputError as wrong:
        problems += wrong.problems
        return None


def _plugin(document: Document, key: str) -> Any:
    """The plug-in that `key: {word: name, parameter: ...}` names, with its parameters."""
    word, kind = CHOICES[key]
    entry = document.data.get(key, Scenario.model_fields[key].default)
    if not isinstance(entry, dict):
        return None
    registry, name = catalog.PLUGINS[kind], entry.get(word)
    if name is None:
        raise InputError.at(place(document, (key,)), f"is missing: add `{word}` (vinfra list {kind})", f"{key}.{word}")
    if name not in registry:
        raise InputError.at(place(document, (key, word)), registry.unknown(str(name)), f"{key}.{word}")
    parameters = {name: value for name, value in entry.items() if name not in (word, "path")}
    return validate(registry[name], parameters, document.places, (key,))


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
