"""Cycles by kind of guest event: one stacked bar for each variant, of the row of the sweep that is chosen.

A kind that saves cycles lies to the left of zero. The number at a bar is the sum of all kinds. Names of variants stand
in the data, never where Vega reads expressions.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from vinfra.metrics.events import BY_EVENT
from vinfra.metrics.metric import Metric
from vinfra.report.charts import MOST_ROWS, Spec
from vinfra.report.comparison import grouped, mean, where
from vinfra.report.numbers import label
from vinfra.scenario.results import Run

LEAST = 2  # kinds of events that make a stack


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of event in the legend: its words and its colour (a CSS variable)."""

    name: str
    description: str
    colour: str


@dataclass(frozen=True, slots=True)
class Stacks:
    """The chart, its data, the kinds that occur, the names of the rows, and the variants that have a bar."""

    spec: Spec
    values: list[Spec]
    kinds: list[Kind]
    rows: list[str]
    variants: list[int]


def stacked(run: Run) -> list[Metric]:
    """The metrics of a run that are drawn as one stack; none where it compares fewer than two of them."""
    found = [metric for metric in run.metrics if metric.column in BY_EVENT]
    return sorted(found, key=lambda metric: BY_EVENT.index(metric.column)) if len(found) >= LEAST else []


def stacks(run: Run) -> Stacks | None:
    """Means over replications of each kind at each row; None where no variant adds or saves a cycle."""
    metrics = stacked(run)
    values: list[Spec] = []
    rows: list[str] = []
    for row, (at, points) in enumerate(grouped(run.points)[:MOST_ROWS]):
        rows.append(where(at))
        for index, variant in enumerate(run.variants):
            mine = [point for point in points if point.variant == variant.name]
            shares = [mean(mine, metric.column)[0] for metric in metrics]
            known = {kind: share for kind, share in enumerate(shares) if share is not None and math.isfinite(share)}
            bar = {"r": row, "id": index, "n": variant.name}
            total, end = sum(known.values()), sum(share for share in known.values() if share > 0)
            values += [{**bar, "k": kind, "v": share, "t": total, "e": end} for kind, share in known.items()]
    kept = sorted({value["k"] for value in values if value["v"]})
    if not kept:
        return None
    drawn = [value for value in values if value["v"] or value["k"] == 0]
    kinds = [Kind(_words(metrics[k]), metrics[k].description, _colour(metrics[k])) for k in kept]
    colours = {"domain": kept, "range": [kind.colour for kind in kinds]}
    return Stacks(_spec(colours, len(run.variants)), drawn, kinds, rows, sorted({value["id"] for value in drawn}))


def _words(metric: Metric) -> str:
    return label(metric.name.removeprefix("cycles_"))


def _colour(metric: Metric) -> str:
    return f"var(--k{BY_EVENT.index(metric.column)})"


def _spec(colours: Spec, variants: int) -> Spec:
    y = {
        "field": "n",
        "type": "nominal",
        "sort": {"field": "id", "op": "min"},
        "axis": {"title": None, "domain": False, "ticks": False, "grid": False, "labelLimit": 150},
        "scale": {"paddingInner": 0.35, "paddingOuter": 0.2},
    }
    across = {"type": "quantitative", "axis": {"title": "% of native cycles", "grid": True, "tickCount": 6}}
    return {
        "width": "container",
        "height": {"step": 30},
        "padding": {"left": 2, "right": 48, "top": 4, "bottom": 2},
        "autosize": {"type": "fit-x", "contains": "padding"},
        "data": {"name": "rows"},
        "params": [{"name": "shown", "value": list(range(variants))}, {"name": "row", "value": 0}],
        "transform": [{"filter": "datum.r === row && indexof(shown, datum.id) >= 0"}],
        "encoding": {"y": y},
        "layer": [
            {
                "mark": {"type": "bar", "tooltip": {"content": "data"}},
                "encoding": {
                    "x": {"field": "v", "stack": "zero", **across},
                    "color": {"field": "k", "type": "nominal", "legend": None, "scale": colours},
                    "order": {"field": "k"},
                },
            },
            {
                "transform": [{"filter": "datum.k === 0"}],
                "mark": {"type": "text", "align": "left", "dx": 6, "fontSize": 11.5, "color": "var(--ink)"},
                "encoding": {
                    "x": {"field": "e", **across},
                    "text": {"field": "t", "type": "quantitative", "format": ",.3~r"},
                },
            },
        ],
    }
