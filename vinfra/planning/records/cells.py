"""Names of columns and values of cells as people write them: `Memory (GB)`, `clock_mhz`, `2,4 GHz`, `12 %`, `n/a`.

A unit stands in the header or beside the value; without either a quantity is refused, never guessed. GB of memory are
2^30 bytes, as modules of memory are sold; GB of disk are 10^9 bytes, as disks are sold; GiB are 2^30 always. Rates are
binary (KBps is 1,024 bytes per second), as hypervisors count them.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from vinfra.units import DIMENSIONS
from vinfra.workloads.files import quoted

Kind = Literal["text", "count", "percent", "frequency", "memory", "disk", "power", "rate"]
NOTHING = {"", "-", "--", "n/a", "na", "?", "none", "null", "unknown", "unbekannt"}
NUMBER = re.compile(r"([+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,3})?)\s*(\S*)", re.ASCII)
GROUPED = re.compile(r"[1-9]\d{0,2}(?:,\d{3})+(?:\.\d+)?(?=\D|$)", re.ASCII)
BRACKETED = re.compile(r"(.*?)[\s_]*[(\[]\s*([^()\[\]]*?)\s*[)\]]\s*")
LONGEST = 200  # characters of a cell that is a number
LARGEST = 1e18  # no count, hertz, byte or watt of one machine is more


def _small(dimension: str, only: str = "") -> dict[str, float]:
    units = DIMENSIONS[dimension].units.items()
    return {unit.lower(): float(scale) for unit, scale in units if not only or unit in only.split()}


BINARY = {unit.removesuffix("ib"): scale for unit, scale in _small("size").items() if unit.endswith("ib")}
WRITTEN: Mapping[Kind, Mapping[str, float]] = {
    "text": {},
    "count": {},
    "percent": dict.fromkeys(("%", "percent", "pct"), 1.0),
    "frequency": _small("frequency"),
    "memory": {
        **_small("size"),
        **BINARY,
        **{unit + "b": scale for unit, scale in BINARY.items()},
        "bytes": 1.0,
    },
    "disk": {
        **{unit.removesuffix("b"): scale for unit, scale in _small("size").items() if unit not in ("b", "ib")},
        **_small("size"),
        "bytes": 1.0,
    },
    "rate": {
        **{f"{unit}/s": scale for unit, scale in BINARY.items() if unit},
        **{f"{unit}b{per}": scale for unit, scale in BINARY.items() for per in ("/s", "ps", "/sec")},
        **dict.fromkeys(("b/s", "bytes/s", "bytes/sec"), 1.0),
    },
    "power": {**_small("power", "W kW"), "watt": 1.0, "watts": 1.0},
}
UNITS = {unit for kind in WRITTEN.values() for unit in kind}
EXAMPLES = {"frequency": "2.4 GHz", "memory": "4 GB", "disk": "146 GB", "power": "340 W", "percent": "12 %"}


@dataclass(frozen=True, slots=True)
class Column:
    """What a column may be called: names in lower case with `, ` between. Those in `bare` hold only where the header
    has a unit of this kind (`CPU %`), as without it they mean something else."""

    key: str
    kind: Kind
    names: str
    bare: str = ""


@dataclass(frozen=True, slots=True)
class Heading:
    """What a header says: its words in lower case, and its unit if it has one."""

    words: str
    unit: str | None


def heading(text: str) -> Heading:
    """Words and unit of a header: `Memory (GB)`, `memory_gb` and `MEMORY GB` are the same."""
    bracketed = BRACKETED.fullmatch(text)
    name, unit = (bracketed[1], bracketed[2].lower()) if bracketed else (text, "")
    if bracketed and unit not in UNITS:
        name, unit = f"{name} {unit}", ""
    words = re.sub(r"[\s_\-./:|]+", " ", name.lower().replace("%", " % ").replace("#", " # ")).strip()
    if not unit:
        rest, _, last = words.rpartition(" ")
        if (last in UNITS and len(last) > 1) or last == "%":
            words, unit = rest or last, last
    return Heading(words, unit or None)


def find(columns: Sequence[Column], said: Heading) -> Column | None:
    """The column a header names; None where nobody uses it."""
    for column in columns:
        fits = said.unit in WRITTEN[column.kind]
        if said.words in column.names.split(", ") and (fits or said.unit is None):
            return column
        if said.words in column.bare.split(", ") and fits:
            return column
    return None


def value(text: str, kind: Kind, unit: str | None, comma: bool = False) -> float | None:
    """The SI value of a cell (percent stays percent), None where it says nothing; ValueError whose message is the cure.

    `unit` is that of the header; one beside the value wins. `comma` says that a comma is the decimal sign.
    """
    text = text.strip()
    if text.lower() in NOTHING:
        return None
    if len(text) > LONGEST:
        raise ValueError(f"{quoted(text)} is no number")
    match = NUMBER.fullmatch(_pointed(text, comma).replace("\u00a0", " "))
    if match is None:
        raise ValueError(f"{quoted(text)} is no number{_like(kind)}")
    number, beside = float(match[1]), match[2].lower()
    if number < 0:
        raise ValueError(f"{quoted(text)} is below zero; leave the cell empty where nothing is known")
    if not math.isfinite(number):
        raise ValueError(f"{quoted(text)} is too large")
    scales = WRITTEN[kind]
    named = beside or (unit or "")
    if named in scales:
        number *= scales[named]
    elif beside:
        raise ValueError(f"{quoted(text)} has no unit that vinfra knows here{_like(kind)}")
    elif kind not in ("count", "percent"):
        raise ValueError(f"{quoted(text)} needs a unit, in the header or beside the value{_like(kind)}")
    if number > LARGEST:
        raise ValueError(f"{quoted(text)} is too large")
    return number


def whole(text: str, comma: bool = False) -> int | None:
    """A whole number from 1 up; None where the cell says nothing. ValueError whose message is the cure."""
    number = value(text, "count", None, comma)
    if number is None:
        return None
    if number != int(number) or not 1 <= number <= 100_000:
        raise ValueError(f"{quoted(text)} is no whole number from 1 up")
    return int(number)


def _pointed(text: str, comma: bool) -> str:
    """The text with a point as its decimal sign; ValueError where it may be read in two ways."""
    if "," not in text:
        return text
    if comma:
        return text.replace(".", "").replace(",", ".", 1)
    if GROUPED.match(text):
        number = text.split(",")
        if len(number) > 2 or "." in text:
            return text.replace(",", "")
        raise ValueError(f"{quoted(text)} may be read in two ways; write it without the comma")
    return text.replace(",", ".", 1)


def _like(kind: Kind) -> str:
    return f"; write it like '{EXAMPLES[kind]}'" if kind in EXAMPLES else ""
