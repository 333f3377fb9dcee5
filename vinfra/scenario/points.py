"""The points of a run: every variant of `compare`, at every row of `sweep`, once for every replication.

Rows are all combinations of the swept values, the first path slowest, or a sample of them (design.py). A scenario
without `compare` has one variant.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from vinfra.document import Document
from vinfra.errors import InputError, Place, suggest
from vinfra.scenario.design import combinations
from vinfra.scenario.overrides import Override, apply, written
from vinfra.units import QUANTITY

AS_WRITTEN = "as-written"


@dataclass(frozen=True, slots=True)
class Row:
    """One combination of swept values: path -> value as written."""

    changes: tuple[Override, ...] = ()

    @property
    def at(self) -> dict[str, Any]:
        """Path -> value, in the order of the file."""
        return {change.path: change.value for change in self.changes}


@dataclass(frozen=True, slots=True)
class Column:
    """One variant: its name and what it changes."""

    name: str
    changes: tuple[Override, ...] = ()

    @property
    def values(self) -> dict[str, Any]:
        """Path -> value, in the order of the file."""
        return {change.path: change.value for change in self.changes}


@dataclass(frozen=True, slots=True)
class Spot:
    """One point before it is simulated."""

    column: Column
    row: Row
    replication: int

    def document(self, base: Document) -> Document:
        """The scenario as this point sees it."""
        for change in (*self.row.changes, *self.column.changes):
            base = apply(base, change)
        return base


def columns(document: Document, only: list[str] | None = None) -> list[Column]:
    """The variants in the order of the file, or those named in `only`; InputError for a name that is none."""
    compare = document.data.get("compare")
    found = [
        Column(name, tuple(written(document, "compare", name, path) for path in changes))
        for name, changes in (compare.items() if isinstance(compare, dict) else ())
        if isinstance(changes, dict)
    ] or [Column(AS_WRITTEN)]
    if only is None:
        return found
    known = [column.name for column in found]
    for name in only:
        if name not in known:
            raise InputError.at(Place("--variant"), f"no variant '{name}'{suggest(name, known)}")
    return [column for column in found if column.name in only]


def rows(document: Document) -> list[Row]:
    """The rows of the sweep in the order of the file, or of its design; InputError for a range that is wrong."""
    return [Row(combination) for combination in combinations(document)]


def covering(every: Sequence[Row], most: int) -> list[Row]:
    """A few rows in their order, among which is every name and mapping that any row takes, and of numbers and
    quantities the least and the greatest of each path and the first `most`."""
    few = {0} if every else set()
    seen: set[tuple[str, str]] = set()
    ends: dict[str, list[tuple[float, int]]] = {}
    for index, row in enumerate(every):
        for change in row.changes:
            value, number = (change.path, json.dumps(change.value, sort_keys=True, default=str)), _number(change.value)
            if value not in seen and (number is None or len(few) < most):
                few.add(index)
            seen.add(value)
            if number is not None:
                ends.setdefault(change.path, []).append((number, index))
    few |= {index for numbers in ends.values() for _, index in (min(numbers), max(numbers))}
    return [every[index] for index in sorted(few)]


def within(every: Sequence[Row], section: str) -> list[Row]:
    """What rows change in one section, each such change once and nothing else."""
    found: dict[str, Row] = {}
    for row in every:
        part = Row(tuple(change for change in row.changes if change.path.partition(".")[0] == section))
        found.setdefault(json.dumps(part.at, sort_keys=True, default=str), part)
    return list(found.values())


def _number(value: Any) -> float | None:
    """A number, or that of a quantity; within a range all are in one unit."""
    if isinstance(value, int | float):
        return float(value)
    match = QUANTITY.fullmatch(value) if isinstance(value, str) else None
    return float(match[1]) if match and match[2] else None
