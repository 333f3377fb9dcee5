"""A table by the names of its columns: values of one kind at a time, and how many of them could not be read.

Headers are compared without case, blanks around and between words, and with MB for MiB; columns nobody asked for
(custom attributes stand in the middle of the others) are counted, never read. A header that is there twice is read
where the first column with values is.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from vinfra.planning.records.tables import cells
from vinfra.planning.records.tables.cells import Cell

T = TypeVar("T")
Wanted = Mapping[str, Sequence[str]]  # what a column is called here, and how headers spell it


def spelt(header: str) -> str:
    """A header as it is compared: `Free % ` and `free %`, `Capacity MB` and `Capacity MiB` are one."""
    plain = re.sub(r"\s+", " ", header).strip().lower()
    return re.sub(r"\bmb\b", "mib", plain)


@dataclass(slots=True)
class Table:
    """Rows of one sheet or file. `columns` holds those that were asked for and found, each of shape (rows,). `sign` is
    the decimal sign of numbers in text where the numbers of a column leave it open."""

    name: str
    place: str
    columns: dict[str, list[Cell]]
    rows: int
    blank: int = 0
    unknown: int = 0
    doubled: tuple[str, ...] = ()
    sign: str = "."
    bad: Counter[str] = field(default_factory=Counter)
    guessed_dates: set[str] = field(default_factory=set)

    def __contains__(self, column: object) -> bool:
        return column in self.columns

    def texts(self, column: str) -> list[str]:
        """Texts of a column, empty where nothing is written or there is no such column."""
        found = self.columns.get(column)
        return (
            [""] * self.rows
            if found is None
            else [cell.strip() if isinstance(cell, str) else cells.text(cell) for cell in found]
        )

    def numbers(self, column: str, whole: bool = True, scale: float = 1.0) -> list[float | None]:
        """Numbers of a column times `scale`; None where none is, or no such column."""

        sign = cells.decimal(self.columns.get(column, ()), self.sign)

        def read(cell: Cell) -> float | None:
            value = cells.number(cell, sign, whole)
            return None if value is None else value * scale

        return self._each(column, read)

    def truths(self, column: str) -> list[bool | None]:
        """Truths of a column; None where nothing is said."""
        return self._each(column, cells.truth)

    def moments(self, column: str) -> list[datetime | None]:
        """Points in time of a column; None where nothing is said."""
        found = self.columns.get(column, [])
        months, sure = cells.month_first(found)
        if not sure and any(isinstance(cell, str) and "/" in cell[:3] for cell in found):
            self.guessed_dates.add(column)
        return self._each(column, lambda cell: cells.moment(cell, months))

    def _each(self, column: str, read: Callable[[Cell], T | None]) -> list[T | None]:
        found = self.columns.get(column)
        if found is None:
            return [None] * self.rows
        values: list[T | None] = []
        for cell in found:
            try:
                values.append(None if cell is None or cell == "" else read(cell))
            except (ValueError, OverflowError):
                self.bad[column] += 1
                values.append(None)
        return values

    def remarks(self) -> list[str]:
        """What is to be said of how it was read."""
        said = [f"'{column}' cannot be read, in rows: {count:,}" for column, count in sorted(self.bad.items())]
        said += [f"'{column}': day and month are read as month/day" for column in sorted(self.guessed_dates)]
        said += [f"several columns are called '{name}', the first with values is read" for name in self.doubled]
        if self.unknown:
            said.append(f"columns that are not used: {self.unknown:,}")
        return said


class Gathering:
    """Rows of a sheet on their way to a table: the header first, then each row; only wanted columns are kept."""

    def __init__(self, name: str, place: str, wanted: Wanted, header: Sequence[Cell]) -> None:
        self.name, self.place = name, place
        by_spelling: dict[str, list[int]] = {}
        for position, cell in enumerate(header):
            by_spelling.setdefault(spelt(cells.text(cell)), []).append(position)
        # For each column the places of each spelling that is there, in the order of the spellings.
        self._places: dict[str, list[list[int]]] = {}
        for column, spellings in wanted.items():
            places = [by_spelling[one] for one in dict.fromkeys(map(spelt, spellings)) if one in by_spelling]
            if places:
                self._places[column] = places
        self._kept: dict[int, list[Cell]] = {
            place: [] for spellings_of in self._places.values() for places in spellings_of for place in places
        }
        self._unknown = sum(1 for cell in header if cells.text(cell)) - len(self._kept)
        self._seen: dict[Cell, Cell] = {}
        self._rows = self._blank = 0

    def add(self, rows: Sequence[Sequence[Cell]]) -> None:
        """More rows; those without anything in them are counted as blank."""
        filled = [row for row in rows if any(row) or any(cell is not None and cell != "" for cell in row)]
        self._blank += len(rows) - len(filled)
        self._rows += len(filled)
        least, most = min(map(len, filled), default=0), max(self._kept, default=-1) + 1
        if least < most:
            filled = [row if len(row) >= most else [*row, *[""] * (most - len(row))] for row in filled]
        keep = self._seen.setdefault
        for place, values in self._kept.items():
            column = [row[place] for row in filled]
            # One object for a text that many rows share (a cluster, an operating system).
            values.extend(map(keep, column, column) if set(map(type, column)) == {str} else column)

    def table(self, otherwise: str = ".") -> Table:
        """All that was added. `otherwise` is the decimal sign where no number tells."""
        columns, doubled = {}, []
        for column, spellings in self._places.items():
            filled = [[place for place in places if self._holds(place)] for places in spellings]
            best = next((places for places in filled if places), spellings[0])
            columns[column] = self._kept[best[0]]
            doubled += [column] if any(len(places) > 1 for places in filled) else []
        told = tuple(sorted(doubled))
        return Table(self.name, self.place, columns, self._rows, self._blank, self._unknown, told, otherwise)

    def _holds(self, place: int) -> bool:
        return any(cell is not None and cell != "" for cell in self._kept[place])
