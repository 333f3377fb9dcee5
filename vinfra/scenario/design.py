"""Which rows a sweep has: every combination, or a sample of them drawn by a design.

A Latin hypercube has one value in each of n equal parts of every axis; a Sobol sequence fills space more evenly still
(its integration error falls as log(n)^d / n); random draws are what both are measured against. Sources: McKay, Beckman
and Conover (Technometrics 1979); Sobol (1967), scrambled after Owen (1995); as scipy.stats.qmc has them.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Sequence
from typing import Any, get_args

import numpy as np

from vinfra.document import Document
from vinfra.errors import InputError
from vinfra.scenario.axes import Axis, axes, spread
from vinfra.scenario.overrides import Override
from vinfra.scenario.references import place
from vinfra.scenario.schema_rows import MOST_ROWS, Kind


def combinations(document: Document) -> list[tuple[Override, ...]]:
    """The rows of the sweep, each its changes in the order of the file and no two alike; one empty row without a sweep.
    InputError for what is wrong of ranges or design; what has not the shape of them is left to the schema."""
    spanned, written = axes(document), document.data.get("design")
    if not isinstance(written, dict):
        return list(itertools.product(*map(spread, spanned)))
    kind, points, seed = str(written.get("kind")), written.get("points"), written.get("seed", 0)
    if kind not in get_args(Kind) or not isinstance(points, int) or not isinstance(seed, int):
        return [()]
    if not 1 <= points <= MOST_ROWS or seed < 0:
        return [()]
    if not spanned:
        raise InputError.at(place(document, ("design",)), "draws from nothing: add a `sweep` with ranges", "design")
    _refuse(document, kind, points)
    return _distinct(spanned, _sample(document, kind, points, seed, len(spanned)))


def _refuse(document: Document, kind: str, points: int) -> None:
    """A Sobol sequence is even over powers of two alone."""
    if kind == "sobol" and points & (points - 1):
        below = 1 << (points.bit_length() - 1)
        where = place(document, ("design", "points"))
        raise InputError.at(where, f"must be a power of two, {below} or {2 * below}; got {points}", "design.points")


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
