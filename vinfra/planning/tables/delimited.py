"""Tables out of csv files: comma, semicolon or tab; UTF-8, UTF-16 or Windows-1252; quoted fields over several lines.

The delimiter is the one that the header has most of; numbers of a file that is delimited by semicolons have a decimal
comma where they leave it open, as programs write them where the comma is taken. Source: RFC 4180; encodings: the byte
order marks of Unicode 15, 23.8. Limits are assumed.
"""

from __future__ import annotations

import csv
import io
import itertools
from collections.abc import Iterator
from pathlib import Path

from vinfra.errors import InputError, Place
from vinfra.planning.tables.archive import content
from vinfra.planning.tables.scan import MOST_COLUMNS, MOST_ROWS
from vinfra.planning.tables.table import Gathering, Table, Wanted
from vinfra.planning.tables.workbook import BUNCH, header_of
from vinfra.workloads.files import shown

LARGEST = 512 << 20
MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
DELIMITERS = ",;\t|"
SEPARATOR = "sep="  # Excel's own first line


def table(path: Path, name: str, wanted: Wanted) -> Table:
    """The table of one file; InputError with the line for what is no csv, or takes too much."""
    file = shown(path)
    written = decoded(content(path, LARGEST))
    written, delimiter = _delimiter(written)
    rows = _rows(csv.reader(io.StringIO(written, newline=""), delimiter=delimiter), file)
    header, skipped, rest = header_of(rows, wanted)
    gathering = Gathering(name, file, wanted, header)
    while bunch := list(itertools.islice(rest, BUNCH)):
        gathering.add(bunch)
    found = gathering.table(otherwise="," if delimiter == ";" else ".")
    found.blank += skipped
    return found


def first_row(path: Path, most: int = 1 << 16) -> list[str]:
    """The first row of a file as csv, from its first bytes; empty when there is none."""
    try:
        with open(path, "rb") as stream:
            written, delimiter = _delimiter(decoded(stream.read(most)))
        return next(csv.reader(io.StringIO(written, newline=""), delimiter=delimiter), [])
    except (OSError, ValueError, csv.Error):
        return []


def decoded(data: bytes) -> str:
    """The text of a file in the encoding it seems to have; what is no character of it becomes U+FFFD."""
    for mark, encoding in MARKS:
        if data.startswith(mark):
            return data.decode(encoding, "replace")
    if len(data) >= 4 and data[1:4:2] == b"\0\0":
        return data.decode("utf-16-le", "replace")
    if len(data) >= 4 and data[0:4:2] == b"\0\0":
        return data.decode("utf-16-be", "replace")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as wrong:
        # A file that was cut inside a character is still UTF-8.
        if wrong.start >= len(data) - 3:
            return data.decode("utf-8", "replace")
    return data.decode("cp1252", "replace")


def _delimiter(written: str) -> tuple[str, str]:
    first, _, rest = written.partition("\n")
    if first.lower().startswith(SEPARATOR) and len(first.strip("\r")) == len(SEPARATOR) + 1:
        return rest, first[len(SEPARATOR)]
    outside = "".join(first.split('"')[::2])
    return written, max(DELIMITERS, key=lambda sign: (outside.count(sign), -DELIMITERS.index(sign)))


def _rows(reader: Iterator[list[str]], file: str) -> Iterator[list[str]]:
    """Each row, bounded; `reader` is a csv.reader, which knows its line."""
    count = 0
    try:
        for row in reader:
            count += 1
            line = getattr(reader, "line_num", count)
            if len(row) > MOST_COLUMNS:
                most = f"has {len(row):,} columns, and {MOST_COLUMNS} are the most; is it the right delimiter?"
                raise InputError.at(Place(file, line), most)
            if count > MOST_ROWS:
                raise InputError.at(
                    Place(file, line), f"has more than {MOST_ROWS:,} rows; export one vCenter at a time"
                )
            yield row
    except csv.Error as wrong:
        line = getattr(reader, "line_num", count)
        raise InputError.at(Place(file, line), f"is no csv ({wrong}); export it again") from None
