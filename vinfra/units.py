"""Quantities as people write them, `64 GiB`, and as models use them: plain floats in SI.

Grammar: a plain decimal number, one space if you like, a unit; times may be chained from large to small (`1 h 30 min`).
Nothing is negative. A small table of units is enough: the general library, pint, reads `64G` as gauss, `10 Gbps` as
gigabaud and `3:1` as 3, takes 0.4 s to import, and could only stand behind this same grammar.
"""

from __future__ import annotations

import functools
import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction as Ratio
from typing import Annotated, Any

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import PydanticCustomError, core_schema

NUMBER = r"(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]{1,3})?"
QUANTITY = re.compile(rf"({NUMBER}) ?([^\W0-9_](?:.*\S)?|[/%](?:.*\S)?)?")
CHAINED = re.compile(rf"({NUMBER}) ?([a-zµ]+) ?")
LONGEST = 80  # characters of a quantity

DECIMAL = {"": 1, "k": 10**3, "M": 10**6, "G": 10**9, "T": 10**12, "P": 10**15}
BINARY = {"Ki": 2**10, "Mi": 2**20, "Gi": 2**30, "Ti": 2**40, "Pi": 2**50}
Scale = int | Ratio


@dataclass(frozen=True, slots=True)
class Dimension:
    """What a quantity measures. `units` are exact in SI, in the order in which people want to see them;
    `meant` is what people write instead of a unit, and the cure with `{n}` for the number."""

    noun: str
    example: str
    units: Mapping[str, Scale]
    meant: Mapping[str, str]


def _scaled(unit: str, prefixes: Mapping[str, int], factor: Scale = 1) -> dict[str, Scale]:
    """The unit with each prefix, largest first."""
    return {prefix + unit: scale * factor for prefix, scale in reversed(list(prefixes.items()))}


def _means(words: str, *units: str) -> dict[str, str]:
    """Each of the words means one of the units."""
    return dict.fromkeys(words.split(), " or ".join(f"'{{n}} {unit}'" for unit in units))


def _bit_rates() -> Iterable[tuple[str, str]]:
    """`10 Gbps` is bits; `10 gbps` may be bits or bytes."""
    for p in "kMGTP":
        q = p.swapcase()
        yield from _means(f"{p}bps {p}b/s {p}bit {p}bits/s", f"{p}bit/s").items()
        yield from _means(f"{p}Bps", f"{p}B/s").items()
        yield from _means(f"{q}bps {q}b/s", f"{p}bit/s", f"{p}B/s").items()


DIMENSIONS = {
    "time": Dimension(
        "a time",
        "5 min",
        {
            **{"d": 86400, "h": 3600, "min": 60, "s": 1},
            **{"ms": Ratio(1, 10**3), "us": Ratio(1, 10**6), "ns": Ratio(1, 10**9), "µs": Ratio(1, 10**6)},
        },
        {
            "m": "'{n} min'; a month is written in days, '30 d'",
            **_means("sec secs second seconds S", "s"),
            **_means("mins minute minutes", "min"),
            **_means("hr hrs hour hours", "h"),
            **_means("day days", "d"),
            **_means("\u03bcs usec", "us"),
            **dict.fromkeys(("w", "week", "weeks"), "it in days, '7 d' for one week"),
            **dict.fromkeys(("mo", "month", "months"), "it in days, such as '30 d' for one month"),
            **dict.fromkeys(("a", "y", "yr", "year", "years"), "it in days, such as '365 d' for one year"),
        },
    ),
    "size": Dimension(
        "a size",
        "64 GiB",
        {**_scaled("B", BINARY), **_scaled("B", DECIMAL)},
        {
            **_means("k K", "kB", "KiB"),
            **_means("m M", "MB", "MiB"),
            **_means("g G", "GB", "GiB"),
            **_means("t T", "TB", "TiB"),
            **_means("p P", "PB", "PiB"),
            **_means("byte bytes Byte Bytes", "B"),
        },
    ),
    "frequency": Dimension(
        "a frequency",
        "2.66 GHz",
        _scaled("Hz", DECIMAL),
        {**_means("k K", "kHz"), **_means("m M", "MHz"), **_means("g G", "GHz")},
    ),
    "power": Dimension(
        "a power",
        "117 W",
        _scaled("W", DECIMAL),
        {"mW": "'{n} MW' for megawatts; milliwatts are written '0.001 W'", **_means("w watt watts Watt", "W")},
    ),
    "data rate": Dimension(
        "a data rate",
        "10 Gbit/s",
        {**_scaled("B/s", DECIMAL), **_scaled("bit/s", DECIMAL, Ratio(1, 8)), **_scaled("B/s", BINARY)},
        dict(_bit_rates()),
    ),
    "rate": Dimension(
        "a rate",
        "200 /s",
        {"/s": 1, "/min": Ratio(1, 60), "/h": Ratio(1, 3600), "/d": Ratio(1, 86400)},
        {
            **_means("/sec /second Hz 1/s", "/s"),
            **_means("/m /minute", "/min"),
            **_means("/hr /hour", "/h"),
            **_means("/day", "/d"),
            **dict.fromkeys(("per s", "per second"), "'{n} /s'"),
        },
    ),
    "cycles": Dimension("a number of cycles", "2409 cycles", {"cycles": 1}, _means("cycle clocks ticks", "cycles")),
    "fraction": Dimension("a fraction", "12 %", {"%": Ratio(1, 100)}, _means("percent pct", "%")),
    "turnover": Dimension(
        "a part in a time",
        "6 %/day",
        {"%/day": Ratio(1, 100 * 86400), "%/h": Ratio(1, 100 * 3600)},
        {**_means("%/d %/24h % % a day", "%/day"), **_means("%/hour", "%/h")},
    ),
}


def parse(text: str, dimension: str) -> float:
    """The SI value of a quantity, finite and not negative; ValueError whose message is the cure.

    `dimension` is a key of DIMENSIONS. A fraction may also be a bare number from 0 to 1.
    """
    if len(text) > LONGEST:
        raise ValueError(f"{_quoted(text)} is too long for {DIMENSIONS[dimension].noun}")
    return _parse(text, dimension)


@functools.lru_cache(maxsize=4096)
def _parse(text: str, dimension: str) -> float:
    kind = DIMENSIONS[dimension]
    match = QUANTITY.fullmatch(text)
    if match is None:
        raise ValueError(_malformed(text, dimension))
    number, unit = match[1], match[2]
    found: float | None
    if unit in kind.units:
        found = _si(number, kind.units[unit])
    elif unit is None and dimension == "fraction":
        found = float(number)
    elif unit is None:
        raise ValueError(f"{_quoted(text)} needs a unit: write it like '{kind.example}'")
    else:
        found = _chain(text) if dimension == "time" else None
    if found is None:
        raise ValueError(_unknown(text, number, unit, kind))
    if dimension == "fraction" and found > 1:
        raise ValueError(f"{_quoted(text)} is above 100 %")
    if math.isinf(found):
        raise ValueError(f"{_quoted(text)} is too large for a number")
    return found


def _si(number: str, scale: Scale) -> float:
    """The nearest float to number times scale (0.35 for 35 %, which 35 * 0.01 is not); infinity when there is none."""
    try:
        return float(Ratio(number) * scale)
    except OverflowError:
        return math.inf


def _chain(text: str) -> float | None:
    """`1 h 30 min`: times from large to small, decimals in the last alone; None when it is not written so."""
    total, at, whole = 0.0, 0, True
    above: float | Ratio = math.inf
    while (match := CHAINED.match(text, at)) and whole:
        scale = DIMENSIONS["time"].units.get(match[2])
        if scale is None or scale >= above:
            return None
        total += _si(match[1], scale)
        at, above, whole = match.end(), scale, match[1].isdigit()
    return total if at == len(text) and text[-1] != " " else None


def _malformed(text: str, dimension: str) -> str:
    """Why a text is no number with a unit, and what to write."""
    kind = DIMENSIONS[dimension]
    if re.match(r"\s*-\s*[0-9.]", text):
        return f"{_quoted(text)} is below zero, which {kind.noun} cannot be"
    if re.match(r"[0-9]+,[0-9]", text):
        apart, point = text.replace(",", ""), text.replace(",", ".", 1)
        return f"{_quoted(text)} has a comma in its number; write '{apart}', or '{point}' if it is a decimal sign"
    plainer = re.sub(r"\s+", " ", text.strip()).removeprefix("+").strip()
    plainer = re.sub(r"(?<=[0-9])[_'](?=[0-9])", "", plainer)
    plainer = re.sub(r"^\.(?=[0-9])", "0.", re.sub(r"^0+(?=[0-9])", "", plainer))
    plainer = re.sub(r"^([0-9]+)\.(?![0-9])", r"\1", plainer)
    if plainer != text and QUANTITY.fullmatch(plainer):
        try:
            parse(plainer, dimension)
        except ValueError as wrong:
            return str(wrong)
        return f"{_quoted(text)} is not written plainly; write '{plainer}'"
    return f"{_quoted(text)} is not {kind.noun}; write a number and its unit, such as '{kind.example}'"


def _unknown(text: str, number: str, unit: str, kind: Dimension) -> str:
    """Why a unit is not taken, and what to write."""
    if unit in kind.meant:
        return f"{_quoted(text)} has no unit that vinfra knows; write {kind.meant[unit].format(n=number)}"
    if "h" in kind.units and re.search("[0-9]", unit):
        return f"{_quoted(text)} is not a time; a long one is written from large to small, as in '1 h 30 min'"
    same = [known for known in kind.units if known.lower() == unit.lower()]
    if same:
        cure = " or ".join(f"'{number} {known}'" for known in same)
        return f"{_quoted(text)}: case matters; write {cure}"
    for other in DIMENSIONS.values():
        if unit in other.units:
            return f"{_quoted(text)} is {other.noun}; this wants {kind.noun} such as '{kind.example}'"
    known = ", ".join(kind.units)
    return f"{_quoted(text)} has no unit that vinfra knows; write it like '{kind.example}' (units: {known})"


def _quoted(text: str) -> str:
    return repr(text if len(text) <= LONGEST else text[: LONGEST - 3] + "...")


def show(value: float, dimension: str) -> str:
    """A quantity for people, which `parse` reads again: exact where six digits of some unit are, else rounded to six.

    The shortest exact form is taken (64 GB stays 64 GB, 64 GiB stays 64 GiB), else the largest unit of which it is 1.
    """
    value = float(value)
    if not math.isfinite(value):
        return str(value)
    if value < 0:
        return f"-{show(-value, dimension)}"
    if dimension == "time" and 60 <= value < 1e15:
        return _lengths(value)
    units = DIMENSIONS[dimension].units
    fitting = [unit for unit, scale in units.items() if value >= scale] or [min(units, key=lambda unit: units[unit])]
    if value == 0:
        fitting = [unit for unit, scale in units.items() if scale == 1] or list(units)
    numbers = [(f"{value / float(units[unit]):.6g}", unit) for unit in fitting]
    exact = [(number, unit) for number, unit in numbers if number != "inf" and _si(number, units[unit]) == value]
    return min((f"{number} {unit}" for number, unit in exact or numbers[:1]), key=len)


def _lengths(value: float) -> str:
    """`1 h 30 min`: whole seconds as they are, others to six digits."""
    rest = Decimal(value) if value.is_integer() else Decimal(f"{value:.6g}")
    parts = []
    for unit, scale in (("d", 86400), ("h", 3600), ("min", 60)):
        count, rest = divmod(rest, scale)
        parts += [f"{int(count)} {unit}"] if count else []
    return " ".join([*parts, f"{rest.normalize():f} s"] if rest else parts)


@dataclass(frozen=True, slots=True)
class Quantity:
    """Makes a pydantic field read text of one dimension. Only a fraction may be a bare number."""

    dimension: str

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        """`read` goes first; what the field demands of the number (above 0, at most 1e9) is checked on the SI value."""
        return core_schema.no_info_before_validator_function(self.read, handler(source))

    def __get_pydantic_json_schema__(self, schema: Any, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """Text with a pattern, so that an editor can check it."""
        kind = DIMENSIONS[self.dimension]
        one = f"{NUMBER} ?(?:{'|'.join(re.escape(unit) for unit in kind.units)})"
        pattern = f"^{one}(?: ?{one})*$" if self.dimension == "time" else f"^{one}$"
        about = f"{kind.noun} with its unit: {', '.join(kind.units)}"
        text = {"type": "string", "pattern": pattern, "description": about, "examples": [kind.example]}
        if self.dimension != "fraction":
            return text
        number = {"type": "number", "minimum": 0, "maximum": 1, "examples": [0.12]}
        return {"anyOf": [text, number], "description": "a fraction: percent, or a number from 0 to 1"}

    def read(self, value: Any) -> float:
        """The SI value of what was written; PydanticCustomError of type `quantity`, whose message is the cure."""
        try:
            return parse(value, self.dimension) if isinstance(value, str) else self._bare(value)
        except ValueError as wrong:
            raise PydanticCustomError("quantity", "{why}", {"why": str(wrong)}) from None

    def _bare(self, value: Any) -> float:
        kind = DIMENSIONS[self.dimension]
        if isinstance(value, bool) or not isinstance(value, int | float):
            names = {bool: str(value).lower(), dict: "a mapping", list: "a list", type(None): "nothing"}
            said = names.get(type(value), type(value).__name__)
            raise ValueError(f"must be {kind.noun} such as '{kind.example}', got {said}")
        if self.dimension != "fraction":
            raise ValueError(f"{value} needs a unit: write it like '{kind.example}'")
        if not 0 <= value <= 1:
            cure = f"; write '{value} %'" if 1 < value <= 100 else ""
            raise ValueError(f"must be between 0 and 1, got {value}{cure}")
        return float(value)


Seconds = Annotated[float, Quantity("time")]
Bytes = Annotated[float, Quantity("size")]
Hertz = Annotated[float, Quantity("frequency")]
Watts = Annotated[float, Quantity("power")]
BytesPerSecond = Annotated[float, Quantity("data rate")]
PerSecond = Annotated[float, Quantity("rate")]
Cycles = Annotated[float, Quantity("cycles")]
Fraction = Annotated[float, Quantity("fraction")]
PartPerSecond = Annotated[float, Quantity("turnover")]
