"""Workbooks for the tests: as XlsxWriter writes them, and handmade ones as nobody should."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import xlsxwriter

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
Rows = Sequence[Sequence[Any]]


def book(path: Path, sheets: Mapping[str, Rows]) -> Path:
    """A workbook with these sheets, a header row first; texts never become formulas or links."""
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(str(path), {**options, "default_date_format": "yyyy-mm-dd hh:mm:ss"}) as written:
        for name, rows in sheets.items():
            sheet = written.add_worksheet(name)
            for at, row in enumerate(rows):
                for place, cell in enumerate(row):
                    if cell is not None and cell != "":
                        sheet.write(at, place, cell)
    return path


def handmade(path: Path, sheet: str, shared: str | None = None, extra: Mapping[str, bytes] | None = None) -> Path:
    """A workbook with one sheet vInfo of this XML (what stands in sheetData), and other members."""
    relation = f'Type="{RELATIONS}/'
    relations = f'<Relationship Id="rId1" {relation}worksheet" Target="worksheets/sheet1.xml"/>'
    relations += f'<Relationship Id="rId2" {relation}sharedStrings" Target="sharedStrings.xml"/>'
    members = {
        "[Content_Types].xml": "<Types/>",
        "_rels/.rels": f'<Relationships xmlns="{PACKAGE}"><Relationship Id="rId1" {relation}officeDocument" '
        'Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{RELATIONS}"><sheets>'
        '<sheet name="vInfo" sheetId="1" r:id="rId1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}">{relations}</Relationships>',
        "xl/sharedStrings.xml": f'<sst xmlns="{MAIN}">{shared or "<si><t>VM</t></si>"}</sst>',
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{MAIN}"><sheetData>{sheet}</sheetData></worksheet>',
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in members.items():
            archive.writestr(name, text)
        for name, data in (extra or {}).items():
            archive.writestr(name, data)
    return path
