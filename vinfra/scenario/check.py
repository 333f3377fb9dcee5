"""Everything that can be said about a scenario before it is simulated: shape, references and sense, all at once.

Each variant and each swept value is checked as it will be simulated, so a mistake in the last row shows before the
first point runs; of thousands of numbers the ends are. A variant that a plug-in refuses is not an error: it is a cell
that says why.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from vinfra.document import Document
from vinfra.engine.calendar import Calendar
from vinfra.errors import InputError, Problem, Refused
from vinfra.scenario.costing import costing
from vinfra.scenario.expect import Expectation, understand
from vinfra.scenario.inputs import Inputs
from vinfra.scenario.load import Resolved, resolve
from vinfra.scenario.measure import complaint, relative
from vinfra.scenario.part import Whole
from vinfra.scenario.plugins import gather
from vinfra.scenario.points import Column, Row, Spot, columns, covering, rows
from vinfra.scenario.pricing import Plugin
from vinfra.scenario.references import place
from vinfra.scenario.replications import Stopping, stopping
from vinfra.scenario.sense import sense
from vinfra.scenario.sense_fleet import alone
from vinfra.scenario.sites import at_site, cut, told
from vinfra.scenario.world import build

COMBINATIONS = 256


@dataclass(frozen=True, slots=True)
class Checked:
    """A scenario without a problem: what it expects, what its metrics are relative to, which variants are refused,
    which plug-ins price its VMs, how many replications its points have."""

    base: Resolved
    columns: list[Column]
    expectations: list[Expectation]
    relative: dict[str, str]
    refused: dict[str, str]
    used: frozenset[Plugin]
    stopping: Stopping


def check(document: Document, inputs: Inputs, only: list[str] | None = None) -> Checked:
    """Check a scenario with all its variants and rows; InputError with every problem, in file order."""
    problems: list[Problem] = []
    base = gather(problems, lambda: resolve(document))
    every = gather(problems, lambda: columns(document)) or []
    chosen = gather(problems, lambda: columns(document, only)) or []
    swept = gather(problems, lambda: rows(document)) or []
    refused: dict[str, str] = {}
    used: set[Plugin] = set()
    spots = _spots(chosen, swept)
    outcomes = [gather(problems, partial(_sense, spot, document, inputs, refused, used)) for spot in spots]
    problems += _hidden(every, swept)
    names = [column.name for column in every]
    expectations = list(_expectations(document, names, swept, _whole(document, base), problems))
    ratios = gather(problems, lambda: _relative(document, names))
    asked = None if base is None else base.scenario.replications
    replications = gather(problems, lambda: stopping(asked, document))
    if problems or base is None or ratios is None or replications is None:
        raise InputError(problems)
    if not any(outcomes):
        raise InputError(Problem(base.place(), "", reason) for reason in sorted(set(refused.values())))
    active = {column.name for column in chosen}
    claims = [claim for claim in expectations if claim.variants <= active]
    return Checked(base, chosen, claims, ratios, refused, frozenset(used), replications)


def _spots(chosen: list[Column], swept: list[Row]) -> Iterable[Spot]:
    """Every combination where they are few; else every variant with the first row, and with the first variant rows
    among which is every name that any row takes, and of numbers the ends."""
    if len(chosen) * len(swept) <= COMBINATIONS:
        return [Spot(column, row, 0) for row, column in itertools.product(swept, chosen)]
    few = covering(swept, COMBINATIONS)
    return [Spot(column, few[0], 0) for column in chosen] + [Spot(chosen[0], row, 0) for row in few[1:]]


def _sense(spot: Spot, document: Document, inputs: Inputs, refused: dict[str, str], used: set[Plugin]) -> bool:
    """Whether the point can be simulated; notes why not, and which plug-ins price its VMs."""
    resolved = resolve(spot.document(document))
    problems: list[Problem] = []
    for name, part in resolved.parts.items():
        with told(name):
            wrong = [*sense(part, inputs.recording(part)), *(alone(part) if name else ())]
        problems += [at_site(name, problem) if name else problem for problem in wrong]
    if problems:
        raise InputError(problems)
    for name, part in resolved.parts.items():
        try:
            with told(name):
                used |= build(part, inputs.recording(part)).used
        except Refused as reason:
            refused.setdefault(spot.column.name, str(reason))
            return False
    try:
        costs = costing(resolved, inputs)
    except Refused as reason:
        refused.setdefault(spot.column.name, str(reason))
        return False
    used |= frozenset() if costs is None else costs.used
    return True


def _hidden(every: list[Column], swept: list[Row]) -> Iterator[Problem]:
    """A variant that sets what the sweep sets: every row would be the same."""
    paths = {change.path for row in swept[:1] for change in row.changes}
    for column in every:
        for change in column.changes:
            if change.path in paths:
                yield Problem(
                    change.place, change.path, f"is swept too, and variant {column.name} would hide the sweep"
                )


def _whole(document: Document, base: Resolved | None) -> Whole:
    """What claims may mean a part of; its calendar is not known where the scenario is not understood."""
    parts = {name: part.data for name, part in cut(document).items()} or {"": document.data}
    names = [
        f"{site}/{name}" if site else str(name)
        for site, data in parts.items()
        if isinstance(data.get("vms"), dict)
        for name in data["vms"]
    ]
    if base is None:
        return Whole(names)
    scenario = base.scenario
    return Whole(names, Calendar(scenario.start), scenario.warmup, scenario.warmup + scenario.duration)


def _expectations(
    document: Document, names: list[str], rows: list[Row], whole: Whole, problems: list[Problem]
) -> Iterator[Expectation]:
    entries = document.data.get("expect")
    taken: dict[str, dict[str, Any]] = {}
    for change in (change for row in rows for change in row.changes):
        taken.setdefault(change.path, {}).setdefault(
            json.dumps(change.value, sort_keys=True, default=str), change.value
        )
    swept = {path: [*values.values()] for path, values in taken.items()}
    for index, entry in enumerate(entries if isinstance(entries, list) else ()):
        if not isinstance(entry, dict):
            continue  # the schema says so
        try:
            yield understand(entry, names, swept, whole)
        except ValueError as wrong:
            problems.append(Problem(place(document, ("expect", index)), f"expect[{index}]", str(wrong)))


def _relative(document: Document, names: list[str]) -> dict[str, str]:
    """Metric column -> the variant it is relative to; InputError for a metric or variant that there is not."""
    measure = document.data.get("measure")
    problems = []
    for index, name in enumerate(measure if isinstance(measure, list | dict) else ()):
        text = measure[name] if isinstance(measure, dict) else "plain"
        if (why := complaint(str(name), text, names)) is not None:
            at = ("measure", name if isinstance(measure, dict) else index)
            problems.append(Problem(place(document, at), "measure", why))
    if problems:
        raise InputError(problems)
    return relative(measure if isinstance(measure, dict) else None, names)
