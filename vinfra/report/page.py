"""One page that holds the whole answer and opens offline: sentences, comparison, charts, sources, how to repeat it.

All text is escaped by the template; what scripts read is JSON in which no `<` is left; and the page itself forbids the
browser to run any script but its own two or to load anything from anywhere (Content-Security-Policy).
"""

from __future__ import annotations

import base64
import hashlib
import json
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vinfra.report import bundle, words
from vinfra.report.comparison import Comparison, compare, where
from vinfra.report.curves import curves
from vinfra.report.exports import FILES, PAGE, versions
from vinfra.report.figures import Figure, constants, figures, legend
from vinfra.report.numbers import duration, number, ratio, value
from vinfra.report.style import CONFIG
from vinfra.report.whole import write_text
from vinfra.scenario.results import Run

if TYPE_CHECKING:
    from jinja2 import Template

prefetch = bundle.prefetch

BLOCKS = 100  # rows of a sweep in the table; all of them are in the exports


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
    scripts = [_inside(bundle.script()), _inside(_asset("page.js"))] if drawn else []
    return _template().render(
        run=run,
        compared=compared,
        blocks=compared.blocks[:BLOCKS],
        single=len(run.metrics) == 1 and len(compared.blocks) > 1,
        width=len(compared.variants) + 1,
        marks=_marks(run, compared),
        verdicts=[words.verdict(claim) for claim in run.expect],
        figures=drawn,
        constants=constants(found),
        variants=legend(run, drawn),
        groups=words.groups(run.sources),
        backing=words.backing(run.sources),
        versions=versions(run),
        files=FILES,
        data=_data(run, drawn),
        css=_asset("page.css"),
        scripts=scripts,
        policy=_policy(scripts),
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


def _data(run: Run, drawn: list[Figure]) -> str:
    """What the page's script reads, as JSON without any `<`, so that nothing in it can end the element it stands in."""
    names = [variant.name for variant in run.variants]
    data = {"config": CONFIG, "names": names, "figures": [figure.data for figure in drawn]}
    text = json.dumps(data, separators=(",", ":"), allow_nan=False)
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _inside(script: str) -> str:
    return script.replace("</script", "<\\/script").replace("<!--", "<\\!--")


def _policy(scripts: list[str]) -> str:
    """A Content-Security-Policy that lets exactly these scripts run and nothing be loaded."""
    hashes = [base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() for script in scripts]
    allowed = " ".join(f"'sha256-{found}'" for found in hashes) or "'none'"
    return f"default-src 'none'; script-src {allowed}; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"


def _asset(name: str) -> str:
    return (files("vinfra.report") / "assets" / name).read_text(encoding="utf-8")


@cache
def _template() -> Template:
    from jinja2 import Environment, StrictUndefined

    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.filters |= {"number": number, "ratio": ratio, "duration": duration, "shown": value, "where": where}
    return environment.from_string(_asset("page.html"))
