"""The best row of a sweep for each metric that has a better side, and how many rows are not told apart from it.

Rows are compared by pairs: replication k has the same streams in every row and variant, so what counts is the mean of
the differences d_k and its 95 % interval (Student's t). Rows whose interval holds 0 are not told apart from the best.
The best of many is flattered by chance, the more the wider its interval. Source: common random numbers, Law,
Simulation Modeling and Analysis (2015), section 11.2.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from vinfra.metrics.interval import half_width
from vinfra.metrics.metric import Metric
from vinfra.report.comparison import by_replication, grouped, titled
from vinfra.scenario.results import Run

ROWS = 4  # fewer are seen at a glance


@dataclass(frozen=True, slots=True)
class Best:
    """The best row of a variant, or of all variants where `overall`: its mean and half its interval. Of `rows` in all
    (the variant's own, or those of every variant) `equal` others have the same mean, and `alike` others are not told
    apart from it; None where single replications do not say."""

    metric: Metric
    variant: str
    at: dict[str, Any]
    value: float
    half_width: float | None
    rows: int
    equal: int
    alike: int | None

    @property
    def label(self) -> str:
        """The metric in words with its unit."""
        return titled(self.metric)

    @property
    def others(self) -> str:
        """How many rows might be as good, in words."""
        words = "equal to it" if self.alike is None else "not told apart"
        if self.anywhere:
            return f"all others {words}"
        if self._others == 0:
            return "" if self.alike is None else "told apart from all others"
        return f"{self._others:,} more {words}"

    @property
    def anywhere(self) -> bool:
        """Whether any row might be as good, so that it says nothing where this one is."""
        return self._others == self.rows - 1

    @property
    def _others(self) -> int:
        return self.equal if self.alike is None else self.alike


@dataclass(frozen=True, slots=True)
class Bests:
    """One metric: the best of all, the best of each variant, and the variants whose best is not told apart from it."""

    overall: Best
    variants: list[Best]
    level: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Row:
    """A row of a variant: its values by replication."""

    variant: str
    at: dict[str, Any]
    values: Mapping[int, float]

    @property
    def mean(self) -> float:
        return math.fsum(self.values.values()) / len(self.values)


def bests(run: Run) -> list[Bests]:
    """A line for each metric with a better side that differs between rows; nothing where rows are few."""
    rows = grouped(run.points)
    if not run.sweep or len(rows) < ROWS:
        return []
    found = []
    for metric in run.metrics:
        if metric.better == "neither":
            continue
        every = [
            _Row(variant.name, at, values)
            for variant in run.variants
            for at, points in rows
            if (values := by_replication(points, variant.name, metric))
        ]
        if len({row.mean for row in every}) > 1:
            found.append(_of(metric, every, [variant.name for variant in run.variants]))
    return found


def _of(metric: Metric, every: Sequence[_Row], names: Sequence[str]) -> Bests:
    overall = _best(metric, every)
    groups = [[row for row in every if row.variant == name] for name in names]
    top = [_first(metric, group) for group in groups if group]
    chosen = _first(metric, every)
    level = frozenset(row.variant for row in top if row.mean == chosen.mean or _alike(chosen, row))
    return Bests(overall, [_best(metric, group) for group in groups if group], level)


def _first(metric: Metric, rows: Sequence[_Row]) -> _Row:
    """The best row, of several the first."""
    return (min if metric.better == "less" else max)(rows, key=lambda row: row.mean)


def _best(metric: Metric, rows: Sequence[_Row]) -> Best:
    best = _first(metric, rows)
    others = [row for row in rows if row is not best]
    told = [alike for row in others if (alike := _alike(best, row)) is not None]
    equal, half = sum(row.mean == best.mean for row in others), half_width(list(best.values.values()))
    return Best(metric, best.variant, best.at, best.mean, half, len(rows), equal, sum(told) if told else None)


def _alike(best: _Row, row: _Row) -> bool | None:
    """Whether the interval of the paired differences holds 0; None where fewer than two replications are common."""
    common = sorted(best.values.keys() & row.values.keys())
    apart = [row.values[number] - best.values[number] for number in common]
    half = half_width(apart)
    if half is None:
        return None
    return abs(math.fsum(apart) / len(apart)) <= half
