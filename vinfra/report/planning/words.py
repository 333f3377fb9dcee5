"""Quantities of a plan as people read them: money in whole units, sizes in GiB and TiB, times in hours and minutes.

What is None is a dash everywhere, never a zero. Units in: bytes, seconds, watts, the plan's currency.
"""

from __future__ import annotations

import math
from datetime import date

from vinfra.report.numbers import MISSING, SPACE, number

WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
GIB, TIB = 2.0**30, 2.0**40
TAGS = {
    "measured": "a published measurement",
    "specified": "as the vendor states it, on the day that is given",
    "derived": "follows from other values by arithmetic",
    "fitted": "chosen so that published measurements come out",
    "assumed": "an assumption: no publication backs it",
    "recalled": "quoted from memory, not looked up",
}


def money(value: float | None, currency: str = "") -> str:
    """1,234,568 EUR; below a hundred with cents."""
    if value is None:
        return MISSING
    text = f"{value:,.2f}" if abs(value) < 100 and value != round(value) else f"{value + 0.0:,.0f}"
    return f"{text}{SPACE}{currency}" if currency else text


def brief(value: float) -> str:
    """A sum of money at a glance, three digits: 11.1 M, 965 k."""
    for scale, letter in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if value >= scale:
            return f"{_short(float(f'{value / scale:.3g}'))}{SPACE}{letter}"
    return _short(value)


def size(value: float | None) -> str:
    """Bytes: 512 MiB, 16 GiB, 2.5 TiB."""
    if value is None:
        return MISSING
    if math.isinf(value):
        return "unlimited"
    for scale, unit in ((TIB, "TiB"), (GIB, "GiB")):
        if value >= scale:
            return f"{_short(value / scale)}{SPACE}{unit}"
    return f"{_short(value / 2**20)}{SPACE}MiB"


def watts(value: float | None) -> str:
    """870 W, 12.4 kW."""
    if value is None:
        return MISSING
    return f"{_short(value / 1e3)}{SPACE}kW" if value >= 1e4 else f"{_short(value)}{SPACE}W"


def kwh(value: float | None) -> str:
    """Energy: 12,345 kWh."""
    return MISSING if value is None else f"{value:,.0f}{SPACE}kWh"


def carbon(value: float | None) -> str:
    """Carbon dioxide: 850 kg, 12.3 t."""
    if value is None:
        return MISSING
    return f"{_short(value / 1e3)}{SPACE}t" if value >= 1e4 else f"{_short(value)}{SPACE}kg"


def time(seconds: float | None) -> str:
    """45 s, 12 min, 3 h 20 min, 2 d 4 h."""
    if seconds is None:
        return MISSING
    if not math.isfinite(seconds):
        return "without end"
    if seconds < 60:
        return f"{_short(seconds)}{SPACE}s"
    minutes = round(seconds / 60)
    if minutes < 60:
        return f"{minutes}{SPACE}min"
    hours, rest = divmod(minutes, 60)
    if hours < 48:
        return f"{hours}{SPACE}h" + (f"{SPACE}{rest}{SPACE}min" if rest else "")
    days, hours = divmod(round(minutes / 60), 24)
    return f"{days}{SPACE}d" + (f"{SPACE}{hours}{SPACE}h" if hours else "")


def part(value: float | None) -> str:
    """A part of a whole in percent, one decimal below ten."""
    if value is None:
        return MISSING
    percent = 100 * value
    return f"{percent:.0f}{SPACE}%" if abs(percent) >= 10 or percent == round(percent) else f"{percent:.1f}{SPACE}%"


def change(before: float | None, after: float | None) -> str:
    """How much less or more: -34 %; a dash where either is unknown."""
    if not before or after is None:
        return MISSING
    percent = 100 * (after - before) / before
    return f"{percent:+.0f}{SPACE}%" if round(percent) else f"±0{SPACE}%"


def day(value: date | None) -> str:
    """Mon 9 Nov 2026, in English whatever the machine speaks."""
    if value is None:
        return MISSING
    return f"{WEEKDAYS[value.weekday()]}{SPACE}{date_of(value)}"


def date_of(value: date) -> str:
    """9 Nov 2026."""
    return SPACE.join((str(value.day), MONTHS[value.month - 1], str(value.year)))


def clock(seconds: float) -> str:
    """A time of day: 22:00."""
    minutes = round(seconds / 60)
    return f"{minutes // 60 % 24:02d}:{minutes % 60:02d}"


def many(count: int, noun: str, plural: str = "") -> str:
    """1 host, 12 hosts."""
    return f"{count:,}{SPACE}{noun if count == 1 else plural or noun + 's'}"


def term(years: float) -> str:
    """1 year, 3 years, 2.5 years."""
    return f"{years:g}{SPACE}{'year' if years == 1 else 'years'}"


def listed(names: list[str]) -> str:
    """a, b and c."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}" if names else "nothing"


def plain(value: float | None) -> str:
    """A number with four digits; whole ones keep all."""
    return number(value)


def _short(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 or value == round(value) else f"{value:.3g}"
