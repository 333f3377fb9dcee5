"""Numbers and names for people: four significant digits, thousands separated, the unit as the field writes it.

Integers keep all their digits: 12345 is 12,345, never 12,340. What is missing is a dash, what is not finite says so.
"""

from __future__ import annotations

import json
import math
from typing import Any

MISSING = "\u2013"  # en dash
TIMES = "\u00d7"
SPACE = "\u00a0"  # keeps a number and its unit on one line
UNITS = {"kwh": "kWh", "w": "W", "pct": "%", "hz": "Hz", "mb": "MB", "gb": "GB", "gib": "GiB", "ppm": "ppm"}
QUALIFIERS = {"mean", "peak", "last", "min", "max", "p50", "p95", "p99"}
SPELLED = {
    "cpu": "CPU",
    "vm": "VM",
    "vms": "VMs",
    "lun": "LUN",
    "rpo": "RPO",
    "rto": "RTO",
    "io": "I/O",
    "tlb": "TLB",
    "ios": "I/Os",
    "slatah": "SLATAH",
    "pdm": "PDM",
    "slav": "SLAV",
}


def number(value: float | None, digits: int = 4) -> str:
    """The value with that many significant digits; a dash for None."""
    if value is None:
        return MISSING
    if not math.isfinite(value):
        return "not a number" if math.isnan(value) else "infinite" if value > 0 else "-infinite"
    if value == int(value) and abs(value) < 1e15:
        return f"{int(value):,}"
    exponent = _exponent(value, digits)
    if not -4 <= exponent < 15:
        return f"{value:.{digits - 1}e}"
    return f"{value:,.{max(0, digits - 1 - exponent)}f}"


def ratio(value: float) -> str:
    """A ratio with three significant digits and a times sign, such as 0.940 times."""
    return f"{_three(value)}{TIMES}"


def percent(part: float) -> str:
    """A part of a whole: 34 %, and what rounds to nothing as <1 %."""
    return f"<1{SPACE}%" if 0 < part < 0.005 else f"{100 * part:.0f}{SPACE}%"


def _three(value: float) -> str:
    if value == 0 or not math.isfinite(value):
        return number(value)
    exponent = _exponent(value, 3)
    return f"{value:,.{max(0, 2 - exponent)}f}" if -4 <= exponent < 15 else f"{value:.2e}"


def _exponent(value: float, digits: int) -> int:
    """The power of ten of the first digit, after rounding: 0.9999 with three digits is 1.00, so 0."""
    return int(f"{value:.{digits - 1}e}".partition("e")[2])


def unit(text: str) -> str:
    """The unit in a metric's name as people write it: kwh is kWh, mb_per_s is MB/s."""
    parts = [UNITS.get(part, part) for part in text.split("_per_")]
    if text.startswith("per_"):
        return f"/{text.removeprefix('per_')}"
    return "/".join(parts)


def label(name: str) -> str:
    """A metric's or series' name in words: cpu_ready is CPU ready, power_mean is Power, mean."""
    parts = [SPELLED.get(word, word) for word in name.split("_")]
    comma = ", " if len(parts) > 1 and parts[-1] in QUALIFIERS else " "
    words = comma.join(part for part in (" ".join(parts[:-1]), parts[-1]) if part)
    return words[:1].upper() + words[1:]


def value(anything: Any) -> str:
    """A value of a scenario on one line: text as it is, everything else as JSON has it."""
    return anything if isinstance(anything, str) else json.dumps(anything, ensure_ascii=False, default=str)


def duration(seconds: float) -> str:
    """A wall or CPU time: 0.42 s, 3 min 20 s, 2 h 5 min."""
    if seconds < 60:
        return f"{seconds:.3g} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {rest} s"
    return f"{minutes // 60} h {minutes % 60} min"
