"""Percentiles of many columns with holes, by nearest rank: the smallest sample that at least q % are at or below.

    rank = ceil(q / 100 * samples), the largest sample for 100 %

A sample that was there, never a number between two. Unit: that of the table. Source: definition by nearest rank.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

CHUNK = 4_000_000  # samples that are sorted at a time

Floats = NDArray[np.float64]


def percentiles(table: NDArray[np.float32], parts: Sequence[float]) -> Floats:
    """Of each column, leaving NaN out; shape (parts, columns), NaN where a column has no sample. `parts` in percent."""
    rows, columns = table.shape
    found = np.full((len(parts), columns), np.nan)
    step = max(1, CHUNK // max(rows, 1))
    for begin in range(0, columns if rows else 0, step):
        block = np.array(table[:, begin : begin + step].T, order="C")  # a copy, as it is put in order in place
        holes = np.isnan(block)
        counts = rows - holes.sum(axis=1)
        np.copyto(block, np.inf, where=holes)
        ranks = np.ceil(np.outer(parts, counts) / 100 - 1e-9).astype(np.int64) - 1
        ranks = np.clip(ranks, 0, np.maximum(counts - 1, 0))
        block.partition(np.unique(ranks), axis=1)
        taken = np.take_along_axis(block, ranks.T, axis=1).T.astype(np.float64)
        found[:, begin : begin + step] = np.where(counts > 0, taken, np.nan)
    return found


def counted(table: NDArray[np.float32]) -> NDArray[np.int64]:
    """Samples of each column, shape (columns,)."""
    return np.asarray((~np.isnan(table)).sum(axis=0), dtype=np.int64)
