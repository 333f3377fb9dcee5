"""Where the sheets of an RVTools export are: in one workbook, in a folder of csv files, in a single csv file.

Source: RVTools 4 writes `RVTools_export_all_<date>.xlsx` and `RVTools_tab<sheet>.csv`; release 3 called the sheets of
its workbook tab<sheet> as well.
"""

from __future__ import annotations

import os
import re
import zipfile
from collections.abc import Mapping
from pathlib import Path

from vinfra.errors import InputError, Place
from vinfra.planning.records.delimited import begins
from vinfra.planning.records.rvtools.columns import SHEETS
from vinfra.planning.records.tables import delimited, workbook
from vinfra.planning.records.tables.table import Table, spelt
from vinfra.workloads.files import shown

BOOKS = (".xlsx", ".xlsm", ".xls", ".xlsb")
LOWER: Mapping[str, str] = {name.lower(): name for name in SHEETS}
TAB = re.compile(r"(?i)^(?:.*[_\- .])?(?:tab)?((?:v|dv)[a-z_]+)$")
MOST_FILES = 200
TELLING = ("powerstate", "cpus", "memory")  # beside VM: a csv file of any name that has them is vInfo


def plain(name: str) -> str:
    """A sheet's own name in small letters: `tabvInfo`, `RVTools_tabvInfo` and ` vinfo` are one."""
    return re.sub(r"^(?:rvtools_)?tab(?=v|dv)", "", name.strip().lower())


def is_export(path: Path) -> bool:
    """Whether it is one, from names and first bytes; a workbook always, so that its faults are told by who reads it."""
    try:
        if path.is_dir():
            return bool(_csvs(path))
        if not path.is_file():
            return False  # a pipe: looking at it would take what it holds
        if path.suffix.lower() in BOOKS:
            return True
        if path.suffix.lower() == ".csv" or path.suffix == "":
            return _sheet_of(path) is not None
        return zipfile.is_zipfile(path)
    except InputError:
        return True  # two files are one sheet: whoever reads them says so
    except (OSError, ValueError):
        return False


def tables(path: Path) -> tuple[dict[str, Table], list[str]]:
    """Tables by the names of their sheets, and what is to be noted; InputError for what cannot be read."""
    if path.is_dir():
        found = {sheet: delimited.table(file, sheet, SHEETS[sheet]) for sheet, file in _csvs(path).items()}
        return found, []
    if path.suffix.lower() not in BOOKS and not zipfile.is_zipfile(path):
        sheet = _sheet_of(path)
        if sheet is None:
            cure = "is no sheet of RVTools by its name or columns; name the folder with RVTools_tabvInfo.csv in it"
            raise InputError.at(Place(shown(path)), cure)
        return {sheet: delimited.table(path, sheet, SHEETS[sheet])}, []
    read, notes = workbook.tables(path, SHEETS, plain)
    return {table.name: table for table in read}, notes


def _csvs(folder: Path) -> dict[str, Path]:
    """Files of a folder by the sheet each is, in sorted order; a second one of the same sheet is an InputError."""
    found: dict[str, Path] = {}
    names = [name for name in sorted(os.listdir(folder)) if name.lower().endswith(".csv") and name[0] != "."]
    for name in names[:MOST_FILES]:
        sheet = _named(folder / name)
        if sheet is None:
            continue
        if sheet in found:
            both = f"'{shown(found[sheet].name)}' and '{shown(name)}' are both {sheet}"
            raise InputError.at(Place(shown(folder)), f"{both}; keep the files of one export in a folder")
        found[sheet] = folder / name
    return found


def _named(path: Path) -> str | None:
    match = TAB.match(path.stem)
    return LOWER.get(match[1].lower()) if match else None


def _sheet_of(path: Path) -> str | None:
    """The sheet that a csv file is, by its name, or by its columns where they can only be vInfo's."""
    header = {spelt(cell) for cell in begins(path)}
    if "vm" not in header and _named(path) is None:
        return None
    return _named(path) or ("vInfo" if all(name in header for name in TELLING) else None)
