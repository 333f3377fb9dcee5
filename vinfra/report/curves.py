"""Series over time, made ready for a page: in units people read, thinned where a line has more points than a screen.

Thinning keeps the least and the greatest value of every stretch, so peaks stay; values are rounded to five digits.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from vinfra.metrics.metric import metrics
from vinfra.report import dates, numbers
from vinfra.report.comparison import grouped, where
from vinfra.scenario.results import Point, Run

DIGITS_OF_TIME = 8
PER_LINE = 2_000
PER_PAGE = 200_000
FIRST = ("power_w", "cpu_utilisation", "cpu_ready")
SUFFIXES = {"w": "W", "hz": "Hz", "bytes": "B", "bytes_per_s": "B/s", "per_s": "/s", "ms": "ms", "s": "s", "pct": "%"}
PREFIXED = {"W", "Hz", "B", "B/s"}
PREFIXES = ((1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k"))
SPANS = ((2 * 86400.0, 86400.0, "d"), (2 * 3600.0, 3600.0, "h"), (180.0, 60.0, "min"), (0.0, 1.0, "s"))
STEPS = (1, 2, 3, 4, 6, 12, 24, 48, 96)


@dataclass(slots=True)
class Curve:
    """One series: its lines as [row, variant, times, values], and what the axes say.

    `zero` is the start of the run in milliseconds where times are told by the calendar; `scale` the seconds of a unit
    of time.
    """

    name: str
    title: str
    unit: str
    time_unit: str
    span: float
    zero: int | None = None
    scale: float = 1.0
    description: str = ""
    lines: list[list[Any]] = field(default_factory=list)
    thinned: int = 0
    variants: set[int] = field(default_factory=set)

    @property
    def axis(self) -> str:
        """Title with unit."""
        return f"{self.title} ({self.unit})" if self.unit else self.title

    @property
    def constant(self) -> str | None:
        """The one value that all lines have at all times, in words; None where there is more to see."""
        seen = {value for _, _, _, values in self.lines for value in values}
        if len(seen) != 1 or None in seen:
            return None
        return f"{self.title} {numbers.number(seen.pop())} {self.unit}".rstrip()

    @property
    def ticks(self) -> list[float] | None:
        """Round hours of a day or a few; None leaves the choice to the chart."""
        if self.time_unit != "h" or self.zero is not None:
            return None
        step = next((step for step in STEPS if self.span / step <= 9), STEPS[-1])
        return [float(tick) for tick in range(0, math.floor(self.span + 1e-6) + 1, step)]


@dataclass(frozen=True, slots=True)
class Curves:
    """All series of a run; `rows` names the rows of the sweep that are drawn, `left_out` counts those that are not."""

    curves: list[Curve]
    rows: list[str]
    left_out: int


def curves(run: Run) -> Curves:
    """Every series over time that any point has, the first replication of each variant at each row."""
    chosen, left_out = _within_budget([(at, _first_each(run, points)) for at, points in grouped(run.points)])
    names = sorted({name for _, points in chosen for point in points.values() for name in point.series} - {"time_s"})
    names.sort(key=lambda name: FIRST.index(name) if name in FIRST else len(FIRST))
    drawn = [_curve(name, [points for _, points in chosen]) for name in names]
    return Curves(drawn, [where(at) for at, _ in chosen], left_out)


def _first_each(run: Run, points: Sequence[Point]) -> dict[int, Point]:
    order = {variant.name: index for index, variant in enumerate(run.variants)}
    found: dict[int, Point] = {}
    for point in points:
        if point.series and point.variant in order:
            found.setdefault(order[point.variant], point)
    return found


def _within_budget(rows: list[tuple[dict[str, Any], dict[int, Point]]]) -> tuple[list[Any], int]:
    """Rows in order until the page is full, at least one; how many are left out."""
    filled = [row for row in rows if row[1]]
    used = 0
    for number, (_, points) in enumerate(filled):
        used += sum(min(len(values), PER_LINE) for point in points.values() for values in point.series.values())
        if used > PER_PAGE and number:
            return filled[:number], len(filled) - number
    return filled, 0


def _curve(name: str, rows: Sequence[dict[int, Point]]) -> Curve:
    having = [
        (row, variant, point)
        for row, points in enumerate(rows)
        for variant, point in points.items()
        if name in point.series
    ]
    peak = max((_peak(point.series[name]) for _, _, point in having), default=0.0)
    last = max((_peak(point.series["time_s"]) for _, _, point in having), default=0.0)
    title, unit, factor = quantity(name, peak)
    scale, time_unit = next((scale, unit) for least, scale, unit in SPANS if last >= least)
    known = dates.calendar(point for _, _, point in having)
    zero = None if known is None else dates.milliseconds(known)
    curve = Curve(name, title, unit, time_unit, last / scale, zero, scale, described(name))
    for row, variant, point in having:
        times, values = thin(point.series["time_s"], point.series[name])
        curve.thinned = max(curve.thinned, len(point.series[name]) if len(times) < len(point.series[name]) else 0)
        curve.variants.add(variant)
        curve.lines.append([row, variant, _plain(times / scale, DIGITS_OF_TIME), _plain(values * factor)])
    return curve


def _peak(values: np.ndarray) -> float:
    finite = values[np.isfinite(values)]
    return float(np.abs(finite).max()) if len(finite) else 0.0


def quantity(name: str, peak: float) -> tuple[str, str, float]:
    """Title, unit, and the factor to it. A series called like a metric in per cent is that metric as a fraction; what
    stands after a slash is the group of VMs it is of."""
    what, slash, group = name.partition("/")
    if slash:
        title, unit, factor = quantity(what, peak)
        return f"{title} of {group}", unit, factor
    if f"{name}_pct" in metrics():
        return numbers.label(name), "%", 100.0
    for suffix, unit in sorted(SUFFIXES.items(), key=lambda item: -len(item[0])):
        if name.endswith(f"_{suffix}"):
            if suffix == "s" and 0 < peak < 1:
                return numbers.label(name.removesuffix("_s")), "ms", 1000.0
            size, prefix = next((pair for pair in PREFIXES if unit in PREFIXED and peak >= 10 * pair[0]), (1.0, ""))
            return numbers.label(name.removesuffix(f"_{suffix}")), prefix + unit, 1 / size
    return numbers.label(name), "", 1.0


def described(name: str) -> str:
    """What the metric of the same name says it is; nothing for a series that is no metric."""
    known = metrics()
    name = name.partition("/")[0]
    found = known.get(f"{name}_pct") or known.get(name)
    return found.description.removesuffix(", mean over time") if found else ""


def thin(times: np.ndarray, values: np.ndarray, most: int = PER_LINE) -> tuple[np.ndarray, np.ndarray]:
    """At most `most` points of a line: first, last, and the least and greatest value of every stretch in between."""
    if len(values) <= most:
        return times, values
    edges = np.linspace(0, len(values), most // 2, dtype=int)
    keep = {0, len(values) - 1}
    for start, stop in _stretches(edges):
        stretch = np.where(np.isnan(values[start:stop]), 0.0, values[start:stop])
        keep |= {start + int(stretch.argmin()), start + int(stretch.argmax())}
    kept = np.array(sorted(keep))
    return times[kept], values[kept]


def _stretches(edges: np.ndarray) -> Iterator[tuple[int, int]]:
    return zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True)


def _plain(values: np.ndarray, digits: int = 5) -> list[float | None]:
    return [float(f"{value:.{digits}g}") if math.isfinite(value) else None for value in values.tolist()]
