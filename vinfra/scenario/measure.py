"""Which metrics a scenario compares, and which of them relative to a variant.

`measure: [energy, cpu_ready]`, or `measure: {throughput: relative to native, cpu_overhead: plain}`; without it, every
metric that says something.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from vinfra.errors import suggest
from vinfra.metrics.metric import Metric, find, metrics
from vinfra.scenario.results import Point

RELATIVE = re.compile(r"^relative to (\S+)$")


def chosen(measure: list[str] | dict[str, str] | None, points: Iterable[Point]) -> list[Metric]:
    """The metrics to show: those named, or those that have a value at any point, without counts that are always
    zero."""
    if measure is not None:
        return [find(name) for name in measure]
    seen: dict[str, bool] = {}
    for point in points:
        for name, value in point.metrics.items():
            seen[name] = seen.get(name, False) or bool(value)
    return [metric for name, metric in metrics().items() if seen.get(name)]


def relative(measure: list[str] | dict[str, str] | None, variants: Sequence[str]) -> dict[str, str]:
    """Metric column -> the variant it is relative to; KeyError or ValueError says what is not understood."""
    if not isinstance(measure, dict):
        return {}
    found = {}
    for name, text in measure.items():
        metric = find(name)
        if text == "plain":
            continue
        match = RELATIVE.match(text)
        if match is None:
            raise ValueError(f"'{text}' is not understood; write `plain` or `relative to VARIANT`")
        if match[1] not in variants:
            raise ValueError(f"no variant '{match[1]}'{suggest(match[1], variants)}")
        found[metric.column] = match[1]
    return found
