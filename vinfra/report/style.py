"""How charts look: a colour, a dash and a shape for each variant, and the configuration that all charts share.

Colours are CSS variables, so a chart follows light and dark by itself; dashes and shapes tell lines apart where colours
do not. The colours are after M. Okabe and K. Ito, "Color Universal Design", 2008.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

COLOURS = 8
DASHES: list[list[int]] = [[1, 0], [7, 3], [3, 2], [9, 3, 2, 3], [12, 4], [4, 2], [1, 3], [12, 3, 3, 3]]
SHAPES = ["circle", "square", "triangle-up", "diamond", "cross", "triangle-down", "triangle-right", "triangle-left"]
PATHS = {
    "circle": "M-4,0a4,4 0 1,0 8,0a4,4 0 1,0 -8,0",
    "square": "M-3.5,-3.5h7v7h-7z",
    "triangle-up": "M-4,3.5h8l-4,-7z",
    "diamond": "M0,-4.5l4.5,4.5l-4.5,4.5l-4.5,-4.5z",
    "cross": "M-1.5,-4h3v2.5h2.5v3h-2.5v2.5h-3v-2.5h-2.5v-3h2.5z",
    "triangle-down": "M-4,-3.5h8l-4,7z",
    "triangle-right": "M-3.5,-4v8l7,-4z",
    "triangle-left": "M3.5,-4v8l-7,-4z",
}
FONT = "system-ui, -apple-system, 'Segoe UI', 'Helvetica Neue', Arial, sans-serif"

CONFIG: dict[str, Any] = {
    "aria": False,
    "background": None,
    "font": FONT,
    "view": {"stroke": None},
    "axis": {
        "labelColor": "var(--soft)",
        "titleColor": "var(--soft)",
        "labelFontSize": 11.5,
        "titleFontSize": 11.5,
        "titleFontWeight": "normal",
        "gridColor": "var(--line)",
        "domainColor": "var(--rule)",
        "tickColor": "var(--rule)",
        "labelPadding": 6,
        "titlePadding": 10,
        "tickSize": 4,
    },
    "axisX": {"grid": False, "labelOverlap": True},
    "axisY": {
        "domain": False,
        "ticks": False,
        "tickCount": 5,
        "titleAngle": 0,
        "titleAlign": "left",
        "titleAnchor": "start",
        "titleBaseline": "bottom",
        "titleX": 0,
        "titleY": -10,
    },
}


@dataclass(frozen=True, slots=True)
class Style:
    """How a variant is drawn: colour (a CSS variable), dash, shape."""

    colour: str
    dash: list[int]
    shape: str

    @property
    def path(self) -> str:
        """The shape as an SVG path of 8 by 8 around the origin, for the legend."""
        return PATHS[self.shape]

    @classmethod
    def of(cls, index: int) -> Style:
        """The style of the variant with that index; 64 in all before one comes again."""
        turn = index // COLOURS
        return cls(
            f"var(--c{index % COLOURS})", DASHES[(index + turn) % len(DASHES)], SHAPES[(index + turn) % len(SHAPES)]
        )
