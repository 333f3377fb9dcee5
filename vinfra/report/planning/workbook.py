"""The plan as a workbook, plan.xlsx: every machine, host, night and price, to sort and filter.

Text is written as text whatever it begins with, so a machine called `=1+1` computes nothing and links nowhere. The same
plan gives the same bytes: the workbook says it was made on the day of the plan, never on today's. Rows go to the file
one after the other, so that memory stays small.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vinfra.errors import InputError, Place
from vinfra.planning.plan import Plan
from vinfra.report.planning.sheet import Kind, Sheet
from vinfra.report.planning.sheets import sheets
from vinfra.whole import whole

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

WORKBOOK = "plan.xlsx"
UNDATED = datetime(2000, 1, 1)  # of a plan that has no day
LONGEST = 32_000  # characters of a cell; the format ends at 32,767
FORMATS: dict[Kind, str] = {
    "whole": "#,##0",
    "number": "#,##0.##",
    "money": "#,##0.00",
    "part": "0.0 %",
    "day": "yyyy-mm-dd",
    "moment": "yyyy-mm-dd hh:mm",
}


def library() -> type[Workbook]:
    """What writes workbooks; InputError where it is not installed."""
    try:
        from xlsxwriter import Workbook
    except ImportError:
        cure = "pip install 'vinfra[planning]'"
        raise InputError.at(Place(WORKBOOK), f"a workbook needs XlsxWriter; {cure}") from None
    return Workbook  # type: ignore[no-any-return]


def write(plan: Plan, folder: Path) -> Path:
    """Write the workbook into the folder, whole or not at all; returns its path."""
    path = folder / WORKBOOK
    workbook = library()
    day = plan.day or plan.inventory.taken
    made = UNDATED if day is None else datetime(day.year, day.month, day.day)
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "default_date_format": FORMATS["day"],
    }
    with whole(path) as part, workbook(str(part), options) as book:
        book.set_properties({"title": "Plan", "comments": "Written by vinfra plan", "created": made})
        formats = {kind: book.add_format({"num_format": shown}) for kind, shown in FORMATS.items()}
        head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "vcenter"})
        for sheet in sheets(plan):
            _fill(book, sheet, formats, head)
    return path


def _fill(book: Workbook, sheet: Sheet, formats: Mapping[Kind, Format], head: Format) -> None:
    """One sheet: its head stays in sight and can be filtered by."""
    page = book.add_worksheet(sheet.name)
    page.freeze_panes(1, sheet.fixed)
    page.set_landscape()
    page.fit_to_pages(1, 0)
    page.repeat_rows(0)
    for index, column in enumerate(sheet.columns):
        page.set_column(index, index, column.width, formats.get(column.kind))
        page.write_string(0, index, column.head, head)
    kinds: list[Kind] = [column.kind for column in sheet.columns]
    shown = [formats.get(kind) for kind in kinds]
    last = 0
    for last, row in enumerate(sheet.rows, start=1):
        _row(page, last, row, kinds, shown)
    page.autofilter(0, 0, max(last, 1), len(sheet.columns) - 1)


def _row(page: Worksheet, at: int, row: Sequence[Any], kinds: Sequence[Kind], shown: Sequence[Format | None]) -> None:
    """Cells by what they hold; None leaves one empty."""
    for index, value in enumerate(row):
        if value is None or value == "":
            continue
        if isinstance(value, str):
            page.write_string(at, index, plain(value))
        elif isinstance(value, date):  # a datetime is one too
            page.write_datetime(at, index, value, shown[index])
        elif math.isfinite(value):
            page.write_number(at, index, value, shown[index])
        else:
            page.write_string(at, index, "unlimited")


def plain(text: str) -> str:
    """Text that a cell can hold: nothing that does not print, not longer than the format allows."""
    if text.isprintable():
        return text if len(text) <= LONGEST else text[:LONGEST] + "..."
    return plain("".join(char if char.isprintable() else " " for char in text))
