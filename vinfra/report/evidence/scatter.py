"""Published against predicted on logarithmic axes, with the diagonal and a band of 20 % around it.

A bound has no place in it, and neither has a number at or below zero: they are in the tables. The specification holds
no text of a source; a point carries the place of its number in the list that the page's script reads.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any

from vinfra.evidence.comparison import Cell
from vinfra.report.charts import Spec
from vinfra.report.evidence import words
from vinfra.report.style import PATHS

STYLES = {"calibrate": ("var(--c0)", "diamond", 42, 0.5), "validate": ("var(--c1)", "circle", 62, 0.9)}
ROOM = 1.6  # how far the axes reach beyond the least and the greatest number


def drawn(cells: Iterable[Cell]) -> list[Cell]:
    """The numbers that can be drawn, those to validate last, so that they lie on top."""
    found = [cell for cell in cells if cell.measurement.use in STYLES and _has_place(cell)]
    return sorted(found, key=lambda cell: list(STYLES).index(cell.measurement.use))


def _has_place(cell: Cell) -> bool:
    return cell.predicted is not None and not cell.published.bound and min(cell.predicted, cell.published.middle) > 0


def legend() -> list[dict[str, str]]:
    """What the page shows beside the chart, in the order of importance."""
    return [{"use": use, "colour": STYLES[use][0], "path": PATHS[STYLES[use][1]]} for use in reversed(STYLES)]


def scatter(cells: Sequence[Cell]) -> Spec:
    """The chart of these numbers (see `drawn`), at least one, as a Vega-Lite specification with its data."""
    points = [
        {"i": index, "x": cell.published.middle, "y": cell.predicted, "use": cell.measurement.use}
        for index, cell in enumerate(cells)
    ]
    both = [value for cell in cells for value in (cell.published.middle, cell.predicted or math.nan)]
    low, high = min(both) / ROOM, max(both) * ROOM
    ends = [{"x": x, "y": x, "low": x * (1 - words.CLOSE), "high": x * (1 + words.CLOSE)} for x in (low, high)]
    return {
        "width": "container",
        "height": 480,
        "padding": {"left": 2, "right": 14, "top": 8, "bottom": 2},
        "autosize": {"type": "fit-x", "contains": "padding"},
        "datasets": {"points": points, "ends": ends},
        "encoding": {"x": _axis("x", "published", low, high), "y": _axis("y", "predicted", low, high)},
        "layer": [
            {
                "data": {"name": "ends"},
                "mark": {"type": "area", "color": "var(--rule)", "opacity": 0.22, "clip": True},
                "encoding": {"y": _axis("low", "predicted", low, high), "y2": {"field": "high"}},
            },
            {
                "data": {"name": "ends"},
                "mark": {"type": "line", "color": "var(--rule)", "strokeWidth": 1.2, "clip": True},
            },
            *(_points(use) for use in STYLES),
        ],
    }


def _points(use: str) -> Spec:
    colour, shape, size, opacity = STYLES[use]
    look = {"color": colour, "shape": shape, "size": size, "opacity": opacity}
    return {
        "data": {"name": "points"},
        "transform": [{"filter": {"field": "use", "equal": use}}],
        "mark": {"type": "point", "filled": True, "tooltip": {"content": "data"}, **look},
    }


def _axis(name: str, title: str, low: float, high: float) -> Spec:
    powers = [10.0**power for power in range(math.ceil(math.log10(low)), math.floor(math.log10(high)) + 1)]
    axis: dict[str, Any] = {"title": title, "values": powers, "tickCount": 9 * len(powers), "format": ",~r"}
    axis |= {"grid": True, "labelOverlap": False}
    scale = {"type": "log", "domain": [low, high], "nice": False}
    return {"field": name, "type": "quantitative", "axis": axis, "scale": scale}
