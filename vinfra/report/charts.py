"""Charts as Vega-Lite specifications: dicts that hold no text of the scenario in a place where Vega reads expressions.

Variants are numbers in the data and become names only when the page shows them.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from vinfra.metrics.metric import Metric
from vinfra.report import dates
from vinfra.report.comparison import grouped, mean, row_key, where
from vinfra.report.curves import Curve
from vinfra.report.numbers import unit
from vinfra.report.style import Style
from vinfra.report.swept import Swept, is_grid, swept
from vinfra.scenario.results import Point, Run

MOST_MARKS = 400  # rows of a sample that are drawn
MOST_ROWS = 100  # that a choice offers; all of them are in the exports
TICKS = 12  # swept values that are written at the axis one by one
Spec = dict[str, Any]


def over_time(curve: Curve, variants: int) -> Spec:
    """Lines over time, one for each variant that is ticked, of the row that is chosen."""
    drawn = sorted(curve.variants)
    return {
        **_frame(),
        "params": [{"name": "shown", "value": list(range(variants))}, {"name": "row", "value": 0}],
        "transform": [{"filter": "datum.r === row && indexof(shown, datum.id) >= 0"}],
        "encoding": {
            "x": _time(curve),
        },
        "layer": [
            {
                "mark": {"type": "line", "interpolate": "step-after", "strokeWidth": 1.8, "strokeJoin": "round"},
                "encoding": {"y": _upright("v", curve.unit), "color": _colour(variants), "strokeDash": _dash(variants)},
            },
            _pointer(drawn),
        ],
    }


def _time(curve: Curve) -> Spec:
    """The axis of time: of the calendar where the run has one, or counted from its start."""
    if curve.zero is None:
        axis: Spec = {"title": f"time ({curve.time_unit})", "values": curve.ticks}
        known = {key: value for key, value in axis.items() if value is not None}
        return {"field": "t", "type": "quantitative", "axis": known, "scale": {"nice": False, "domainMin": 0}}
    label = dates.label(f"{curve.span * curve.scale * 1000:.0f}")
    axis = {"title": None, "tickCount": dates.TICKS, "labelExpr": label}
    return {"field": "t", "type": "temporal", "axis": axis, "scale": {"type": "utc", "nice": False}}


def _pointer(drawn: Sequence[int]) -> Spec:
    """A rule under the pointer with the values of all lines there."""
    hover = {"condition": {"param": "hover", "value": 0.6, "empty": False}, "value": 0}
    tips = [{"field": "t", "type": "quantitative", "title": "t"}]
    tips += [{"field": str(index), "type": "quantitative", "title": str(index)} for index in drawn]
    select = {"type": "point", "fields": ["t"], "nearest": True, "on": "pointerover", "clear": "pointerout"}
    return {
        "transform": [{"pivot": "id", "value": "v", "groupby": ["t"]}],
        "params": [{"name": "hover", "select": select}],
        "mark": {"type": "rule", "strokeWidth": 1, "color": "var(--soft)", "tooltip": {"content": "data"}},
        "encoding": {"opacity": hover, "tooltip": tips},
    }


def over_parameter(run: Run, metric: Metric) -> tuple[Spec, list[Spec], list[str]]:
    """A metric over the swept parameter with the most values: specification, data, and the names of the other rows.

    Numbers make lines; names make points side by side, since between them there is nothing to join. Of the other rows
    the first hundred are drawn.
    """
    path = parameter(run)
    axis = next(one for one in swept(run) if one.path == path)
    rest: dict[str, tuple[int, str]] = {}
    values: list[Spec] = []
    for at, points in grouped(run.points):
        others = {key: value for key, value in at.items() if key != path}
        row, _ = rest.setdefault(row_key(others), (len(rest), where(others)))
        if row < MOST_ROWS:
            x = axis.number(at) if axis.numeric else axis.shown(at)
            values += [{"r": row, "x": x, **mark} for mark in _marks(run, metric, points)]
    ticks = sorted({value["x"] for value in values})
    title = f"{path} ({axis.unit})" if axis.unit else path
    spec = _parameter_spec(title, metric, len(run.variants), axis.numeric, _spread(values), ticks)
    return spec, values, [name for _, name in rest.values()][:MOST_ROWS]


def over_sample(run: Run, metric: Metric) -> tuple[Spec, list[Spec], list[str]]:
    """A metric over each swept number in turn, a point for each row of a sample: specification, data, and the numbers.

    Rows of a sample differ in all parameters at once, so there is nothing to join. The first few hundred are drawn.
    """
    axes = [axis for axis in swept(run) if axis.numeric]
    values: list[Spec] = []
    for at, points in grouped(run.points)[:MOST_MARKS]:
        marks = _marks(run, metric, points)
        values += [{"r": row, "x": axis.number(at), **mark} for row, axis in enumerate(axes) for mark in marks]
    spec = _parameter_spec(None, metric, len(run.variants), True, _spread(values), [], joined=False)
    return spec, values, [axis.title for axis in axes]


def is_sample(run: Run) -> bool:
    """Whether rows are a sample that can be drawn over numbers, and not every combination."""
    return not is_grid([at for at, _ in grouped(run.points)]) and any(axis.numeric for axis in swept(run))


def _marks(run: Run, metric: Metric, points: Sequence[Point]) -> list[Spec]:
    """Mean and interval of each variant at a row."""
    found: list[Spec] = []
    for index, variant in enumerate(run.variants):
        average, half = mean([point for point in points if point.variant == variant.name], metric.column)
        if average is not None and math.isfinite(average):
            spread = half or 0.0
            drawn = {"v": average, "lo": average - spread, "hi": average + spread}
            found.append({"id": index, **{name: _short(value) for name, value in drawn.items()}})
    return found


def _short(value: float) -> float:
    """More digits than a screen has pixels, and fewer than a number has."""
    return float(f"{value:.6g}")


def _spread(values: Sequence[Spec]) -> bool:
    return any(value["lo"] < value["v"] for value in values)


def parameter(run: Run) -> str:
    """The swept path with the most values; of several, one whose values are numbers, then the first."""

    def rank(axis: Swept) -> tuple[int, bool]:
        return (len({row_key({"": point.at.get(axis.path)}) for point in run.points}), axis.numeric)

    return max(swept(run), key=rank).path


def has_bars(spec: Spec) -> bool:
    """Whether a chart draws intervals."""
    return any("y2" in layer["encoding"] for layer in spec["layer"])


def _parameter_spec(
    title: str | None,
    metric: Metric,
    variants: int,
    numeric: bool,
    spread: bool,
    ticks: list[Any],
    joined: bool = True,
) -> Spec:
    x: Spec = {"field": "x", "axis": {"title": title, "labelAngle": 0}}
    if numeric:
        x |= {"type": "quantitative", "scale": {"zero": False, "nice": False, "padding": 12}}
        if 0 < len(ticks) <= TICKS:
            x["axis"]["values"] = ticks
    else:
        x |= {"type": "nominal", "sort": None}
    shared: Spec = {"x": x, "color": _colour(variants)}
    if not numeric:
        shared["xOffset"] = {"field": "id", "type": "nominal", "scale": {"paddingOuter": 0.6}}
    tips = [
        {"field": "id", "type": "quantitative", "title": "id"},
        {"field": "v", "type": "quantitative", "title": "v"},
    ]
    layers: list[Spec] = []
    if numeric and joined:
        layers.append({"mark": {"type": "line", "strokeWidth": 1.8}, "encoding": {"strokeDash": _dash(variants)}})
    if spread:
        layers.append({"mark": {"type": "rule", "strokeWidth": 1.2}, "encoding": {"y2": {"field": "hi"}}})
        layers[-1]["encoding"]["y"] = {"field": "lo", "type": "quantitative"}
    point = {
        "type": "point",
        "filled": True,
        "size": 70 if joined else 42,
        "opacity": 1 if joined else 0.75,
        "tooltip": {"content": "data"},
    }
    layers.append({"mark": point, "encoding": {"shape": _shape(variants), "tooltip": tips}})
    for layer in layers:
        layer["encoding"].setdefault("y", _upright("v", unit(metric.unit)))
    return {
        **_frame(),
        "params": [{"name": "shown", "value": list(range(variants))}, {"name": "row", "value": 0}],
        "transform": [{"filter": "datum.r === row && indexof(shown, datum.id) >= 0"}],
        "encoding": shared,
        "layer": layers,
    }


def _frame() -> Spec:
    return {
        "width": "container",
        "height": 210,
        "padding": {"left": 2, "right": 14, "top": 8, "bottom": 2},
        "autosize": {"type": "fit-x", "contains": "padding"},
        "data": {"name": "rows"},
    }


def _upright(name: str, title: str) -> Spec:
    return {
        "field": name,
        "type": "quantitative",
        "axis": {"title": title or None},
        "scale": {"zero": True, "nice": True},
    }


def _scale(variants: int, choose: str) -> Spec:
    styles = [Style.of(index) for index in range(variants)]
    return {"domain": list(range(variants)), "range": [getattr(style, choose) for style in styles]}


def _colour(variants: int) -> Spec:
    return {"field": "id", "type": "nominal", "legend": None, "scale": _scale(variants, "colour")}


def _dash(variants: int) -> Spec:
    return {"field": "id", "type": "nominal", "legend": None, "scale": _scale(variants, "dash")}


def _shape(variants: int) -> Spec:
    return {"field": "id", "type": "nominal", "legend": None, "scale": _scale(variants, "shape")}
