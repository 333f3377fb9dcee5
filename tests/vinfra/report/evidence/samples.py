"""Numbers of every sort: predicted, given, a range, a bound, one with a reason, a row without any, hostile text."""

from __future__ import annotations

from typing import Any

from tests.vinfra.report.samples import HOSTILE
from vinfra.evidence.comparison import Cell
from vinfra.evidence.published import Measurement, Value, rows

SOURCE = rows()["AA06.13"][1]
OTHER = rows()["XEN03.01"][1]


def measurement(**about: Any) -> Measurement:
    plain = {"table": "Fig. 1", "hardware": "a Pentium 4", "metric": "elapsed", "unit": "s", "workload": "build"}
    plain |= {"values": {"a": 1.0}, "evidence": "seen-primary", "use": "validate"}
    return Measurement.model_validate(plain | about)


def cell(row: str, key: str, published: float | Value, predicted: float | None, note: str = "", **about: Any) -> Cell:
    given, fitted = about.pop("given", False), about.pop("fitted", False)
    source = about.pop("source", SOURCE)
    shown = published if isinstance(published, Value) else Value(published, published)
    return Cell(row, key, source, measurement(**about), shown, predicted, given, fitted, note)


def every() -> list[Cell]:
    """Nine numbers to validate and three to calibrate, of two sources, and one of background."""
    slow = {"metric": "slowdown", "unit": "%", "change": True, "evidence": "recalled"}
    return [
        cell("AA06.13", "native", 6.0, None, "given: the run", given=True),
        cell("AA06.13", "sw_vmm", 36.9, 47.672),
        cell("AA06.13", "hw_vmm", 106.4, 100.6),
        cell("AA06.14", "early", 4.0, 12.0, **slow),
        cell("AA06.14", "late", Value(6.0, 8.0), 7.0, **slow),
        cell("AA06.17", "most", Value(1.0, 1.0, "below"), 0.25),
        cell("AA06.17", "rest", 8.0, None, "not predicted: nobody says on what"),
        cell("AA06.01", "trap", 2000.0, 2000.0, use="calibrate", fitted=True),
        cell("AA06.01", "none", 0.0, 0.0, use="calibrate", fitted=True),
        cell("XEN03.12", "a", 1.0, None, "not predicted: no technique does it", source=OTHER),
        cell("XEN03.12", "b", 2.0, None, "not predicted: no technique does it", source=OTHER),
        cell("XEN03.01", "c", 10.0, 16.0, source=OTHER, use="calibrate"),
        cell("XEN03.33", "d", 7.0, None, "background: it is not predicted", source=OTHER, use="context"),
    ]


def hostile() -> list[Cell]:
    """Text that would like to be markup or an escape code, wherever a number holds text."""
    text = {"table": HOSTILE, "hardware": HOSTILE, "metric": HOSTILE, "unit": HOSTILE, "workload": HOSTILE}
    about = {**text, "remark": HOSTILE}
    return [
        cell("AA06.13", HOSTILE, 10.0, 12.0, HOSTILE, **about),
        cell("AA06.13", "b", 10.0, None, f"not predicted: {HOSTILE}", **about),
    ]
