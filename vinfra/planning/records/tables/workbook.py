"""Sheets of an xlsx workbook, read by python-calamine once the scan has said that they fit.

A formula is read as the value it had when the workbook was saved; macros, links to other files and embedded objects
are never opened. Source: python-calamine 0.9.1 (MIT), about 2 M cells/s; openpyxl takes ten times as long.
"""

from __future__ import annotations

import io
import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from vinfra.errors import InputError, Place
from vinfra.planning.records.tables import scan
from vinfra.planning.records.tables.archive import RESAVE, Archive, opened
from vinfra.planning.records.tables.cells import Cell
from vinfra.planning.records.tables.table import Gathering, Table, Wanted, spelt

MOST_SHEETS = 200
HEADER_WITHIN = 10  # rows in which the header is looked for: some people put a title above
BUNCH = 4096
IGNORED = (
    ("xl/vbaproject.bin", "macros"),
    ("xl/externallinks/", "links to other workbooks"),
    ("xl/embeddings/", "embedded objects"),
    ("xl/querytables/", "queries"),
)


def library() -> Any:
    """python-calamine; InputError that says how to install it."""
    try:
        import python_calamine
    except ImportError:
        cure = "reading a workbook needs python-calamine: pip install 'vinfra[planning]', or export csv files"
        raise InputError.at(Place("vinfra plan"), cure) from None
    return python_calamine


def plain(name: str) -> str:
    """The name of a sheet as it is compared."""
    return name.strip().lower()


def tables(
    path: Path, wanted: Mapping[str, Wanted], spelling: Callable[[str], str] = plain
) -> tuple[list[Table], list[str]]:
    """Tables of the sheets that are wanted, in the workbook's order, and what was ignored in it, a line each.

    `spelling` says how names of sheets are compared. InputError for what is no workbook, has a password, or takes too
    much.
    """
    archive = opened(path)
    _is_workbook(archive)
    calamine = library()
    notes = list(_ignored(archive, scan.admit(archive)))
    try:
        book = calamine.CalamineWorkbook.from_filelike(io.BytesIO(archive.data))
        names = book.sheet_names
        if len(names) > MOST_SHEETS:
            raise archive.wrong(f"has {len(names):,} sheets, and {MOST_SHEETS} are the most; {RESAVE}")
        known = {name.lower(): name for name in wanted}
        found: dict[str, Table] = {}
        for name in names:
            sheet = known.get(spelling(name))
            if sheet is None or sheet in found:
                continue
            rows = iter(book.get_sheet_by_name(name).iter_rows())
            found[sheet] = _table(sheet, f"{archive.file}[{sheet}]", wanted[sheet], rows)
    except (calamine.CalamineError, OSError, ValueError, OverflowError) as wrong:
        raise archive.wrong(f"cannot be read ({' '.join(str(wrong).split())[:120]}); {RESAVE}") from None
    except BaseException as wrong:  # a panic of the library is no Exception
        if type(wrong).__name__ != "PanicException":
            raise
        raise archive.wrong(f"cannot be read; {RESAVE}") from None
    unread = [name for name in names if spelling(name) not in known]
    notes += [f"sheets that are not used: {len(unread)}"] if unread else []
    return list(found.values()), notes


def _table(sheet: str, place: str, wanted: Wanted, rows: Iterator[Sequence[Cell]]) -> Table:
    header, skipped, rest = header_of(rows, wanted)
    gathering = Gathering(sheet, place, wanted, header)
    while bunch := list(itertools.islice(rest, BUNCH)):
        gathering.add(bunch)
    table = gathering.table()
    table.blank += skipped
    return table


def header_of(rows: Iterator[Sequence[Cell]], wanted: Wanted) -> tuple[Sequence[Cell], int, Iterator[Sequence[Cell]]]:
    """The row of the first ten that names most wanted columns, how many stand above it, and the rows after it."""
    first = list(itertools.islice(rows, HEADER_WITHIN))
    if not first:
        return [], 0, iter(())
    spellings = {spelt(spelling) for names in wanted.values() for spelling in names}
    hits = [sum(isinstance(cell, str) and spelt(cell) in spellings for cell in row) for row in first]
    at = hits.index(max(hits))
    return first[at], at, itertools.chain(first[at + 1 :], rows)


def _is_workbook(archive: Archive) -> None:
    names = archive.members
    if "xl/workbook.bin" in names:
        raise archive.wrong(f"is a workbook of the binary .xlsb form; {RESAVE}")
    if "content.xml" in names:
        raise archive.wrong(f"is an OpenDocument file; {RESAVE}")
    if "xl/workbook.xml" not in names:
        inner = [name for name in names if name.endswith((".xlsx", ".csv", ".zip"))]
        cure = "unpack it and name what is in it" if inner else "export it again"
        raise archive.wrong(f"is an archive without a workbook; {cure}")


def _ignored(archive: Archive, formulas: int) -> Iterator[str]:
    for start, what in IGNORED:
        if any(name.startswith(start) for name in archive.members):
            yield f"{what} are ignored"
    if formulas:
        yield f"formulas are read as the values they had when the workbook was saved: {formulas:,}"
