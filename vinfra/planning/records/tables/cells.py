"""What a cell says: a number, a truth, a moment, a text, however it is written; None where it says nothing.

Sizes that a header calls MB are MiB: RVTools divided by 1,048,576 under both spellings, and only renamed its headers
(assumed: from headers of releases before and after; no note of the vendor says so). Numbers written as text may have
thousands apart and a decimal comma: one column is written one way, and its own numbers tell which (`decimal`).
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta

Cell = str | float | int | bool | datetime | date | time | timedelta | None

SPACES = re.compile("[\\s'\u2019\u00a0\u202f_]")
POINTED = re.compile(r"\d\.\d{1,2}$|\d\.\d{4,}$|,\d{3}\.\d|\d,\d{3},\d{3}")  # a decimal point, or commas that group
COMMAED = re.compile(r"\d,\d{1,2}$|\d,\d{4,}$|\.\d{3},\d|\d\.\d{3}\.\d{3}")
GROUPED = {",": re.compile(r"[-+]?\d{1,3}(,\d{3})+"), ".": re.compile(r"[-+]?\d{1,3}(\.\d{3})+")}
NUMBER = re.compile(r"[-+]?(\d+(\.\d*)?|\.\d+)([eE][-+]?\d{1,3})?")
TRUE = frozenset(
    {
        "true",
        "yes",
        "1",
        "wahr",
        "ja",
        "vrai",
        "oui",
        "verdadero",
        "si",
        "sí",
        "verdadeiro",
        "sim",
        "vero",
        "waar",
        "sant",
        "x",
        "on",
        "y",
    }
)
FALSE = frozenset(
    {
        "false",
        "no",
        "0",
        "falsch",
        "nein",
        "faux",
        "non",
        "falso",
        "não",
        "nao",
        "onwaar",
        "nee",
        "falskt",
        "nej",
        "off",
        "n",
    }
)
EPOCH = datetime(1899, 12, 30)  # day 0 of serial dates, with Excel's 29 February 1900 allowed for (ECMA-376 18.17.4)
SERIALS = (20_000.0, 80_000.0)  # 1954 to 2119: a number outside is no date
ORDERED = re.compile(
    r"(\d{1,4})[-/.](\d{1,2})[-/.](\d{1,4})"
    r"(?:[T ,]+(\d{1,2})[:.](\d{2})(?:[:.](\d{2}))?(?:\.\d+)?\s*([AaPp])?\.?[Mm]?\.?)?"
    r"(?:\s*(?:Z|UTC|[-+]\d{2}:?\d{2}))?"
)


def text(cell: Cell) -> str:
    """What is written, without blanks around it; a whole number as people write it."""
    if isinstance(cell, str):
        return cell.strip()
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    return str(cell)


def decimal(cells: Iterable[Cell], otherwise: str = ".") -> str:
    """The decimal sign of numbers that are written as text, point or comma, from those that leave no doubt."""
    points = commas = 0
    for cell in cells:
        if isinstance(cell, str) and ("," in cell or "." in cell):
            bare = SPACES.sub("", cell).rstrip("%")
            points += bool(POINTED.search(bare))
            commas += bool(COMMAED.search(bare))
    return otherwise if points == commas else "." if points > commas else ","


def number(cell: Cell, sign: str = ".", whole: bool = True) -> float | None:
    """A finite number; None where nothing is written, ValueError where no number is.

    `sign` is the decimal sign of text. Where numbers are `whole`, three digits after a lone sign are thousands.
    """
    if isinstance(cell, float | int) and not isinstance(cell, bool):
        if not math.isfinite(cell):
            raise ValueError("is no finite number")
        return float(cell)
    if cell is None:
        return None
    if not isinstance(cell, str):
        raise ValueError("is no number")
    bare = SPACES.sub("", cell).rstrip("%")
    if not bare:
        return None
    group = "," if sign == "." else "."
    if GROUPED[group].match(bare) and (whole or sign == "," or "." in bare or bare.count(group) > 1):
        bare = bare.replace(group, "")
    elif whole and GROUPED[sign].fullmatch(bare):
        return float(bare.replace(sign, ""))
    bare = bare.replace(",", ".")
    if not NUMBER.fullmatch(bare):
        raise ValueError("is no number")
    value = float(bare)
    if not math.isfinite(value):
        raise ValueError("is no finite number")
    return value


def truth(cell: Cell) -> bool | None:
    """True or false, in the words of several languages; None where nothing is written, ValueError for other words."""
    if isinstance(cell, bool):
        return cell
    word = text(cell).lower()
    if not word:
        return None
    if word in TRUE:
        return True
    if word in FALSE:
        return False
    raise ValueError("is neither true nor false")


def moment(cell: Cell, month_first: bool = True) -> datetime | None:
    """A point in time without a zone; None where nothing is written, ValueError where it is none."""
    if isinstance(cell, datetime):
        return cell.replace(tzinfo=None)
    if isinstance(cell, date):
        return datetime(cell.year, cell.month, cell.day)
    if isinstance(cell, float | int) and not isinstance(cell, bool):
        if not SERIALS[0] <= cell <= SERIALS[1]:
            raise ValueError("is no date")
        return EPOCH + timedelta(seconds=round(float(cell) * 86400))
    bare = text(cell)
    if not bare:
        return None
    match = ORDERED.fullmatch(bare)
    if match is None:
        raise ValueError("is no date")
    first, second, third, hour, minute, second_of, half = match.groups()
    if len(first) == 4:
        year, month, day = int(first), int(second), int(third)
    else:
        dotted = bare[len(first)] == "."
        day, month = (int(first), int(second)) if dotted or not month_first else (int(second), int(first))
        year = int(third) + (2000 if len(third) <= 2 else 0)
    hours = int(hour or 0)
    if half:
        hours = hours % 12 + (12 if half in "Pp" else 0)
    return datetime(year, month, day, hours, int(minute or 0), int(second_of or 0))


def month_first(cells: Iterable[Cell]) -> tuple[bool, bool]:
    """Whether dates such as 5/11/2025 name the month first, and whether a date of the column proves it."""
    for cell in cells:
        match = ORDERED.match(cell.strip()) if isinstance(cell, str) else None
        if match and len(match[1]) < 3 and match.string[match.end(1)] != ".":
            if int(match[1]) > 12:
                return False, True
            if int(match[2]) > 12:
                return True, True
    return True, False
