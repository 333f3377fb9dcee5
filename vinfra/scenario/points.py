"""The points of a run: every variant of `compare`, at every row of `sweep`, once for every replication.

Rows are all combinations of the swept values, the first path slowest. A scenario without `compare` has one variant.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from vinfra.document import Document
from vinfra.errors import InputError, Place, suggest
from vinfra.scenario.overrides import Override, apply, written

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
    """All combinations of the swept values, in the order of the file."""
    axes = []
    sweep = document.data.get("sweep")
    for path, values in sweep.items() if isinstance(sweep, dict) else ():
        if not isinstance(values, list):
            continue  # the schema says so
        items = [written(document, "sweep", path, index) for index in range(len(values))]
        axes.append([Override(path, item.value, item.places) for item in items])
    return [Row(combination) for combination in itertools.product(*axes)]


def spots(document: Document, replications: int, only: list[str] | None = None) -> Iterator[Spot]:
    """Every point: row by row, variant by variant, replication by replication."""
    chosen = columns(document, only)
    for row in rows(document):
        for column in chosen:
            for replication in range(replications):
                yield Spot(column, row, replication)
