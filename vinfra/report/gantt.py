"""The picture of a timeline: one lane under the other, a bar for each state, as a Vega-Lite specification.

Lanes and states are numbers in the data and become names only when the page shows them. The height of a proxy's bar is
its load. An outcome that lasts (missed, failed) is a mark where it began and a thin line as long as nothing else does.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from vinfra.engine.calendar import DAY, Calendar
from vinfra.report import dates
from vinfra.report.curves import SPANS
from vinfra.report.rows import Bar, Placed, Row, placed
from vinfra.report.tones import INDEX, TONES
from vinfra.scenario.results import Interval

Spec = dict[str, Any]
BAD = {"name": "bad", "value": []}  # middles of rows that have trouble in what is looked at
LABEL = 112  # pixels of a name
SLIM = 300  # part of the width below which a fault or a restore would not be seen, and is drawn wider than it is


@dataclass(frozen=True, slots=True)
class Picture:
    """The specification and its data; `left_out` counts bars for which there was no room."""

    spec: Spec
    data: dict[str, Any]
    left_out: int


def draw(rows: Iterable[Row], windows: Sequence[Interval], known: Calendar | None, end: float, room: int) -> Picture:
    """The picture of these rows until `end`, with at most `room` bars."""
    found, heads, height = placed(rows)
    kept, left_out = _longest([one.row.bars for one in found], room)
    seen = sorted({(bar.state, INDEX[bar.tone.name]) for bars in kept for bar in bars})
    states = {state: number for number, state in enumerate(seen)}
    scale, unit = (1.0, "") if known else next((scale, unit) for least, scale, unit in SPANS if end >= least)
    data: dict[str, Any] = {
        "rows": [[one.row.name, one.middle, one.top, one.row.height, one.row.rare] for one in found],
        "heads": [[one.row.name, one.middle] for one in heads],
        "states": [[*state] for state in states],
        "bars": [_packed(bars, states) for bars in kept],
        "shares": [_shares(bars) for bars in kept],
        "windows": [[window.start, window.end] for window in windows],
        "height": height,
        "zero": dates.milliseconds(known) if known else None,
        "scale": scale,
        "unit": unit,
    }
    return Picture(_spec(found, heads, height, unit), data, left_out)


def _longest(rows: Sequence[Sequence[Bar]], room: int) -> tuple[list[list[Bar]], int]:
    """The bars of each row there is room for, the longest ones and all outcomes; how many are left out."""
    every = sorted((bar.end - bar.start for bars in rows for bar in bars if not bar.tone.ending), reverse=True)
    least = every[room] if len(every) > room else -1.0
    kept = [[bar for bar in bars if bar.end - bar.start > least or bar.tone.ending] for bars in rows]
    return kept, sum(map(len, rows)) - sum(map(len, kept))


def _packed(bars: Sequence[Bar], states: dict[tuple[str, int], int]) -> list[float]:
    """[state, seconds since the end of the bar before, seconds it lasts], one after the other: small numbers make a
    small page."""
    numbers: list[float] = []
    before = 0.0
    for bar in bars:
        digits = 0 if bar.end > DAY else 3
        start, end = round(bar.start, digits), round(bar.end, digits)
        numbers += [states[bar.state, INDEX[bar.tone.name]], _short(start - before), _short(end - start)]
        before = end
    return numbers


def _short(seconds: float) -> float:
    """To the millisecond, and without a point where it needs none."""
    rounded = round(seconds, 3)
    return int(rounded) if rounded == int(rounded) else rounded


def _shares(bars: Sequence[Bar]) -> list[float]:
    """[share, below] of every bar, one after the other; nothing where all fill their row."""
    if all(bar.share == 1 for bar in bars):
        return []
    return [round(number, 4) for bar in bars for number in (bar.share, bar.below)]


def _spec(found: Sequence[Placed], heads: Sequence[Placed], height: int, unit: str) -> Spec:
    lane = _names(found, heads, height)
    bar: Spec = {"x": _time("a", unit), "x2": {"field": "b"}, "y": {"field": "y", **lane}, "y2": {"field": "z"}}
    slim = f"datum.k && !datum.e && datum.b - datum.a < (end - begin) / {SLIM}"
    edge = {"x": bar["x"], "y": bar["y"], "y2": bar["y2"]}
    line = {"x": _time("a", unit), "x2": {"field": "b"}, "y": {"field": "m", **lane}}
    mark = {"x": _time("a", unit), "y": {"field": "m", **lane}, "shape": _shapes()}
    point = {"type": "point", "filled": True, "opacity": 1, "size": 75, "stroke": "var(--paper)", "strokeWidth": 1}
    return {
        "width": "container",
        "height": height,
        "padding": {"left": 2, "right": 14, "top": 4, "bottom": 2},
        "autosize": {"type": "fit-x", "contains": "padding"},
        "data": {"name": "bars"},
        "params": [{"name": "begin", "value": 0}, {"name": "end", "value": 1}, {"name": "names", "value": {}}, BAD],
        "layer": [
            {
                "data": {"name": "windows"},
                "mark": {"type": "rect", "clip": True, "color": "var(--t-window)"},
                "encoding": bar,
            },
            {
                "data": {"values": [{"y": one.top + one.row.height} for one in found]},
                "mark": {"type": "rule", "color": "var(--line)", "strokeWidth": 1},
                "encoding": {"y": {"field": "y", **lane}},
            },
            _layer("!datum.e", {"type": "rect"}, bar),
            _layer(slim, {"type": "rule", "strokeWidth": 3}, edge),
            _layer("datum.e", {"type": "rect", "opacity": 0.55, "height": 2}, line),
            _layer("datum.e && datum.a >= begin", point, mark),
        ],
    }


def _layer(chosen: str, mark: Spec, places: Spec) -> Spec:
    """Bars or marks of the chosen data, with the tooltip of the page."""
    tips = [{"field": key, "type": "quantitative", "title": key} for key in ("l", "s", "f", "u")]
    return {
        "transform": [{"filter": f"{chosen} && datum.b > begin && datum.a < end"}],
        "mark": {**mark, "clip": True, "tooltip": {"content": "data"}},
        "encoding": {**places, "color": _colours(), "tooltip": tips},
    }


def _time(name: str, unit: str) -> Spec:
    """The axis of time: of the calendar, or counted from the start in a unit."""
    axis: Spec = {"orient": "top", "title": f"time ({unit})" if unit else None, "tickCount": dates.TICKS, "grid": True}
    scale = {"domainMin": {"expr": "begin"}, "domainMax": {"expr": "end"}, "nice": False, "zero": False}
    if unit:
        return {"field": name, "type": "quantitative", "axis": axis, "scale": scale}
    axis["labelExpr"] = dates.label("end - begin")
    del scale["zero"]
    return {"field": name, "type": "temporal", "axis": axis, "scale": {"type": "utc", **scale}}


def _names(found: Sequence[Placed], heads: Sequence[Placed], height: int) -> Spec:
    """The axis of rows: names at their middles, headings strong, names with trouble in the colour of trouble."""
    strong, troubled = f"indexof({[one.middle for one in heads]}, datum.value) >= 0", "indexof(bad, datum.value) >= 0"
    middles = sorted(one.middle for one in [*found, *heads])
    colours = [{"test": strong, "value": "var(--ink)"}, {"test": troubled, "value": "var(--bad)"}]
    return {
        "type": "quantitative",
        "scale": {"domain": [0, height], "reverse": True, "nice": False, "zero": False},
        "axis": {
            "values": middles,
            "labelExpr": "names[datum.value]",
            "tickCount": 2 * len(middles),  # that many, or values are thinned out
            "labelOverlap": False,
            "labelLimit": LABEL,
            "labelFontSize": 11,
            "labelFontWeight": {"condition": {"test": strong, "value": 600}, "value": "normal"},
            "labelColor": {"condition": colours, "value": "var(--soft)"},
            "grid": False,
            "title": None,
        },
    }


def _colours() -> Spec:
    """The colour of each tone, by its number."""
    scale = {"domain": list(range(len(TONES))), "range": [known.colour for known in TONES]}
    return {"field": "c", "type": "nominal", "legend": None, "scale": scale}


def _shapes() -> Spec:
    """A cross for what failed, a triangle for what was missed: told apart without colour."""
    scale = {"domain": [INDEX["missed"], INDEX["failed"]], "range": ["triangle-right", "cross"]}
    return {"field": "c", "type": "nominal", "legend": None, "scale": scale}
