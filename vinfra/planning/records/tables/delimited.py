"""Tables out of csv files, as records/delimited.py opens them: any separator, UTF-8, UTF-16 or Windows-1252.

Numbers of a file that is separated by semicolons have a decimal comma where they leave it open, as programs write them
where the comma is taken. Limits are those of a sheet.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from vinfra.errors import InputError, Place
from vinfra.planning.records.delimited import opened
from vinfra.planning.records.tables.scan import MOST_COLUMNS, MOST_ROWS
from vinfra.planning.records.tables.table import Gathering, Table, Wanted
from vinfra.planning.records.tables.workbook import BUNCH, header_of

LARGEST = 1 << 30


def table(path: Path, name: str, wanted: Wanted) -> Table:
    """The table of one file; InputError with the line for what is no csv, or takes too much."""
    with opened(path, LARGEST) as found:
        every = itertools.chain([(found.line, list(found.header))], found.rows)
        header, skipped, rest = header_of(_bounded(every, found.file), wanted)
        gathering = Gathering(name, found.file, wanted, header)
        while bunch := list(itertools.islice(rest, BUNCH)):
            gathering.add(bunch)
        read = gathering.table(otherwise="," if found.separator == ";" else ".")
    read.blank += skipped
    return read


def _bounded(rows: Iterable[tuple[int, list[str]]], file: str) -> Iterator[Sequence[str]]:
    """The cells of each row, while there are not too many."""
    for count, (line, row) in enumerate(rows):
        if len(row) > MOST_COLUMNS:
            most = f"has {len(row):,} columns, and {MOST_COLUMNS} are the most; is it an export of RVTools?"
            raise InputError.at(Place(file, line), most)
        if count > MOST_ROWS:
            raise InputError.at(Place(file, line), f"has more than {MOST_ROWS:,} rows; export one vCenter at a time")
        yield row
