"""The evidence on one page that opens offline: headline numbers, a scatter, a table for each source with every reason.

The page is sealed (see report/sealed.py).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import vinfra
from vinfra.evidence.comparison import Cell, of
from vinfra.report import bundle, sealed
from vinfra.report.evidence import words
from vinfra.report.evidence.chapters import USES, chapters, reason
from vinfra.report.evidence.scatter import drawn, legend, scatter
from vinfra.report.exports import PAGE
from vinfra.report.style import CONFIG
from vinfra.whole import write_text

prefetch = bundle.prefetch


def write(cells: Sequence[Cell], folder: Path) -> Path:
    """Write the page into the folder as report.html, whole or not at all; returns its path."""
    path = folder / PAGE
    write_text(path, render(cells))
    return path


def render(cells: Sequence[Cell]) -> str:
    """The page as HTML."""
    points = drawn(cells)
    scripts = [sealed.inside(bundle.script()), sealed.inside(sealed.asset("evidence.js"))] if points else []
    found = chapters(cells, (*USES, "context"))
    return sealed.template("evidence.html").render(
        chapters=found,
        summaries={use: of(cells, use) for use in USES},
        given={use: sum(cell.given for cell in cells if cell.measurement.use == use) for use in USES},
        rows={entry.id for chapter in found for entry in chapter.entries},
        words=words,
        reason=reason,
        bar=bar,
        fitted=any(cell.fitted for cell in cells),
        points=points,
        legend=legend(),
        left_out=sum(cell.predicted is not None for cell in cells) - len(points),
        data=sealed.data(_data(points)) if points else "",
        css=sealed.asset("page.css") + sealed.asset("evidence.css"),
        scripts=scripts,
        policy=sealed.policy(scripts),
        version=vinfra.__version__,
    )


def _data(points: Sequence[Cell]) -> dict[str, Any]:
    """What the page's script reads: the chart, and what stands beside the pointer for each point."""
    tips = [
        [
            cell.id,
            f"{cell.measurement.workload}: {cell.measurement.metric}",
            f"published {words.published(cell)}, predicted {words.predicted(cell)} ({cell.measurement.unit})",
            f"error {words.error(cell)}" + (", fitted" if cell.fitted else ""),
        ]
        for cell in points
    ]
    return {"config": CONFIG, "spec": scatter(points), "tips": tips}


def bar(error: float) -> dict[str, Any]:
    """An error as a bar from the middle, 50 wide to either side; beyond 100 % it ends with a tip."""
    width = min(abs(error), 1.0) * 50
    size = "near" if abs(error) <= words.CLOSE else "off" if abs(error) <= words.FAR else "far"
    start = 0.0 if error > 0 else -width
    tip = f"M{math.copysign(50, error):g},0l{math.copysign(4, error):g},5l{math.copysign(4, -error):g},5z"
    return {"x": round(start, 2), "width": round(width, 2), "size": size, "tip": tip if abs(error) > 1 else ""}
