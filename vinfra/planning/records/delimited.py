"""A table in a text file, row by row: its encoding, its separator and its header found by looking, its size bounded.

Files of people are not RFC 4180: Excel writes `;` where the decimal sign is a comma, PowerShell writes a line `#TYPE`
first and UTF-16 when redirected. Columns are found by their names, never by position. Source: RFC 4180; what
Export-Csv and Excel write, as seen.
"""

from __future__ import annotations

import codecs
import contextlib
import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from vinfra.errors import InputError, Place
from vinfra.workloads.files import Complaints, shown

LARGEST = 1 << 33  # bytes of a file; it is read row by row, so this bounds time, not memory
LONGEST = 1 << 22  # characters of a line: a column for each of 100,000 machines with long names
COLUMNS = 100_000
SAMPLE = 1 << 16  # bytes that the encoding is judged by
LEADING = 20  # lines before the header that may say nothing
SEPARATORS = ",;\t"
MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
ENOUGH = 1000  # mistakes after which nobody reads on


def stop_if_hopeless(complaints: Complaints) -> None:
    """Raise InputError where so much is wrong that reading on tells nobody anything."""
    if complaints.count >= ENOUGH:
        complaints.stop()


@dataclass(frozen=True, slots=True)
class Table:
    """A header and the rows below it. `rows` gives line number and cells, once, while the file is open; or `lines` the
    lines as they are, where a reader knows how to take numbers out of them faster."""

    file: str
    header: tuple[str, ...]
    line: int  # of the header
    separator: str
    encoding: str
    rows: Iterator[tuple[int, list[str]]]
    lines: Iterator[str]

    def place(self, line: int | None = None) -> Place:
        """Where a row stands; the header when unsaid."""
        return Place(self.file, line or self.line)


@contextlib.contextmanager
def opened(path: Path, largest: int = LARGEST) -> Iterator[Table]:
    """The table in a file; InputError for what is no table of text or too large."""
    here = Place(shown(path))
    try:
        size = path.stat().st_size
        if not path.is_file():
            raise InputError.at(here, "is no ordinary file; give a csv file")
        if size > largest:
            raise InputError.at(here, f"is larger than {largest >> 20:,} MiB; export less of it, or longer intervals")
        with open(path, "rb") as stream:
            encoding = _encoding(stream.read(SAMPLE))
        with open(path, encoding=encoding, errors="replace", newline="") as text:
            yield _table(text, encoding, here)
    except (OSError, ValueError) as wrong:
        reason = (wrong.strerror if isinstance(wrong, OSError) else None) or str(wrong)
        raise InputError.at(here, f"cannot be read: {reason}") from None


def begins(path: Path) -> tuple[str, ...]:
    """The header of the table in a file; empty where there is none. Never raises for what is in it."""
    try:
        with opened(path) as table:
            return table.header
    except InputError:
        return ()


def _table(text: IO[str], encoding: str, here: Place) -> Table:
    lines = _lines(text, here)
    number, first, separator = 0, "", ""
    for number, first in enumerate(lines, 1):
        stripped = first.strip()
        if stripped.lower().startswith("sep=") and len(stripped) == 5:
            separator = stripped[-1]
        elif stripped and not stripped.startswith("#TYPE"):
            break
        if number >= LEADING:
            break
    if not first.strip():
        raise InputError.at(here, "is empty; the first line names the columns")
    separator = separator or max(SEPARATORS, key=first.count)
    rows = _rows(first, lines, separator, number - 1, here)
    line, header = next(rows, (number, list[str]()))
    if not header:
        raise InputError.at(Place(here.file, number), "names no columns")
    if len(header) > COLUMNS:
        raise InputError.at(Place(here.file, line), f"has {len(header):,} columns; {COLUMNS:,} at most")
    if any("\0" in cell for cell in header):
        raise InputError.at(Place(here.file, line), "is no text; export it as csv")
    return Table(here.file, tuple(cell.strip() for cell in header), line, separator, encoding, rows, lines)


def _encoding(sample: bytes) -> str:
    """UTF-8 unless it is marked or cannot be; then what Windows writes in western Europe, where no byte is wrong."""
    for mark, name in MARKS:
        if sample.startswith(mark):
            return name
    try:
        codecs.getincrementaldecoder("utf-8")().decode(sample)
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8"


def _lines(text: IO[str], here: Place) -> Iterator[str]:
    """Lines, none longer than `LONGEST`."""
    number = 0
    while line := text.readline(LONGEST + 1):
        number += 1
        if len(line) > LONGEST:
            raise InputError.at(Place(here.file, number), f"the line is longer than {LONGEST:,} characters; is it csv?")
        yield line


def _rows(first: str, rest: Iterator[str], separator: str, above: int, here: Place) -> Iterator[tuple[int, list[str]]]:
    """Cells of each row with the line it ends at; rows with nothing in them are left out."""

    def every() -> Iterator[str]:
        yield first
        yield from rest

    reader = csv.reader(every(), delimiter=separator)
    while True:
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as wrong:
            raise InputError.at(Place(here.file, above + reader.line_num), f"is no row of a table: {wrong}") from None
        if any(cell and not cell.isspace() for cell in row):
            yield above + reader.line_num, row
