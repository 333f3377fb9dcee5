"""Which rows a sweep has: every combination, or a sample of them drawn by a design.

A Latin hypercube has one value in each of n equal parts of every axis; a Sobol sequence fills space more evenly still
(its integration error falls as log(n)^d / n); random draws are what both are measured against. Sources: McKay, Beckman
and Conover (Technometrics 1979); Sobol (1967), scrambled after Owen (1995); as scipy.stats.qmc has them.
"""

from __future__ import annotations

import itertools
import json
import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, get_args

import numpy as np

from vinfra.document import Document
from vinfra.errors import InputError, Problem
from vinfra.scenario.axes import Axis, Choice, axes
from vinfra.scenario.overrides import Override
from vinfra.scenario.plugins import gather
from vinfra.scenario.references import place
from vinfra.scenario.schema_rows import MOST_ROWS, Kind


def combinations(document: Document) -> list[tuple[Override, ...]]:
    """The rows of the sweep, each its changes in the order of the file and no two alike; one empty row without a sweep.
    InputError for what is wrong of ranges or design; what has not the shape of them is left to the schema."""
    problems: list[Problem] = []
    written = document.data.get("design")
    spanned = gather(problems, lambda: axes(document, drawn=isinstance(written, dict)))
    drawing = _understood(written) if isinstance(written, dict) else None
    if drawing is not None:
        problems += _refused(document, *drawing[:2])
    if problems or spanned is None:
        raise InputError(problems)
    if not isinstance(written, dict):
        return _every(document, [axis.values for axis in spanned if isinstance(axis, Choice)])
    return [()] if drawing is None else _distinct(spanned, _sample(document, *drawing, len(spanned)))


def _every(document: Document, values: Sequence[Sequence[Override]]) -> list[tuple[Override, ...]]:
    """All combinations; InputError where they are more than anybody waits for."""
    count = math.prod(map(len, values))
    if count > MOST_ROWS:
        cure = "write larger steps, or a `design` that draws a sample"
        raise InputError.at(place(document, ("sweep",)), f"spans {count:,} rows, above {MOST_ROWS:,}: {cure}", "sweep")
    return list(itertools.product(*values))


def _understood(written: Mapping[str, Any]) -> tuple[str, int, int] | None:
    """Kind, points and seed; None where the schema has something to say of them."""
    kind, points, seed = str(written.get("kind")), written.get("points"), written.get("seed", 0)
    if kind not in get_args(Kind) or not isinstance(points, int) or not isinstance(seed, int):
        return None
    return (kind, points, seed) if 1 <= points <= MOST_ROWS and seed >= 0 else None


def _refused(document: Document, kind: str, points: int) -> Iterator[Problem]:
    """A design needs something to draw from, and a Sobol sequence is even over powers of two alone."""
    if not document.data.get("sweep"):
        yield Problem(place(document, ("design",)), "design", "draws from nothing: add a `sweep` with ranges")
    if kind == "sobol" and points & (points - 1):
        below = 1 << (points.bit_length() - 1)
        sentence = f"must be a power of two, {below} or {2 * below}; got {points}"
        yield Problem(place(document, ("design", "points")), "design.points", sentence)


def _sample(document: Document, kind: str, points: int, seed: int, dimensions: int) -> Any:
    """Numbers from 0 to 1, points x dimensions."""
    stream = np.random.default_rng(seed)
    if kind == "random":
        return stream.random((points, dimensions))
    try:
        from scipy.stats import qmc
    except ImportError:
        cure = "install it (pip install 'vinfra[sampling]'), or draw `kind: random`"
        raise InputError.at(place(document, ("design", "kind")), f"{kind} needs scipy: {cure}", "design.kind") from None
    drawing = qmc.Sobol if kind == "sobol" else qmc.LatinHypercube
    return drawing(dimensions, rng=stream).random(points)


def _distinct(spanned: Sequence[Axis], sample: Any) -> list[tuple[Override, ...]]:
    """Rows of values; where values are few, two draws may mean the same row, and it is there once."""
    found: dict[str, tuple[Override, ...]] = {}
    for numbers in sample.tolist():
        row = tuple(axis.drawn(u) for axis, u in zip(spanned, numbers, strict=True))
        found.setdefault(json.dumps([change.value for change in row], sort_keys=True, default=str), row)
    return list(found.values())
