"""One page that holds the whole answer and opens offline: sentences, comparison, charts, sources, how to repeat it.

It is sealed (sealed.py): it runs its own two scripts and loads nothing from anywhere.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from vinfra.report import bundle, sealed, words
from vinfra.report.best import bests
from vinfra.report.comparison import Comparison, compare, where
from vinfra.report.curves import curves
from vinfra.report.exports import FILES, PAGE, versions
from vinfra.report.figures import Figure, constants, figures, legend
from vinfra.report.sensitivity import sensitivity
from vinfra.report.style import CONFIG
from vinfra.report.swept import swept
from vinfra.report.timeline import Timelines, timelines
from vinfra.report.tones import TONES
from vinfra.scenario.results import Run
from vinfra.whole import write_text

prefetch = bundle.prefetch

BLOCKS = 100  # rows of a sweep in the table; all of them are in the exports
FOLDED, UNFOLDED = 12, 6  # of more than so many rows, those that are seen before the reader asks for the rest


def write(run: Run, folder: Path) -> Path:
    """Write the page into the folder as report.html, whole or not at all; returns its path."""
    path = folder / PAGE
    write_text(path, render(run))
    return path


def render(run: Run) -> str:
    """The page as HTML."""
    compared = compare(run)
    found = curves(run)
    drawn = figures(run, found)
    told = timelines(run)
    asked = drawn or told.panels
    scripts = [sealed.inside(bundle.script()), sealed.inside(sealed.asset("page.js"))] if asked else []
    return sealed.template("page.html").render(
        run=run,
        compared=compared,
        where=where,
        blocks=compared.blocks[:BLOCKS],
        unfolded=UNFOLDED if len(compared.blocks) > FOLDED else BLOCKS,
        axes=swept(run),
        bests=bests(run),
        sensitivity=sensitivity(run),
        single=len(run.metrics) == 1 and len(compared.blocks) > 1,
        width=len(compared.variants) + 1,
        marks=_marks(run, compared),
        verdicts=[words.verdict(claim) for claim in run.expect],
        figures=drawn,
        timeline=told,
        constants=constants(found),
        variants=legend(run, drawn),
        groups=words.groups(run.sources),
        backing=words.backing(run.sources),
        techniques=words.techniques(run.sources),
        versions=versions(run),
        files=FILES,
        data=_data(run, drawn, told),
        css=sealed.asset("page.css"),
        scripts=scripts,
        policy=sealed.policy(scripts),
    )


def _marks(run: Run, compared: Comparison) -> dict[str, Any]:
    """Which explanations the comparison needs."""
    cells = list(compared.cells())
    return {
        "best": any(cell.best for cell in cells),
        "partial": any(cell.partial for cell in cells),
        "spread": any(cell.half_width for cell in cells),
        "relative": list(dict.fromkeys(run.relative.values())),
    }


def _data(run: Run, drawn: list[Figure], told: Timelines) -> str:
    """What the page's script reads."""
    names = [variant.name for variant in run.variants]
    pictures = {"figures": [figure.data for figure in drawn], "timelines": [panel.data for panel in told.panels]}
    tones = [[known.ending, known.name == "wait", known.trouble > 0] for known in TONES]
    return sealed.data({"config": CONFIG, "names": names, "tones": tones, **pictures})
