"""Many machines as one row: how many of them are in which state over time, stacked.

Counts are taken at the middle of short stretches, so many for each night; stretches with the same counts are one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from vinfra.report.lanes import Lane
from vinfra.report.tones import TONES, Tone, tone

PER_NIGHT = 120
MOST = 960

Piece = tuple[Tone, int, float, float, int]


def stacked(machines: Sequence[Lane], end: float, nights: int) -> Iterator[Piece]:
    """(tone, how many, from, to, how many are below) wherever there is anybody; times in seconds."""
    edges = np.linspace(0.0, end, min(MOST, PER_NIGHT * max(nights, 1)) + 1)
    middles = (edges[:-1] + edges[1:]) / 2
    below = np.zeros(len(middles), dtype=np.int64)
    spans: dict[str, list[tuple[float, float]]] = {}
    for interval in (interval for lane in machines for interval in lane.intervals):
        spans.setdefault(tone(interval.state).name, []).append((interval.start, interval.end))
    for known in TONES:
        if known.name not in spans:
            continue
        starts, ends = np.sort(np.array(spans[known.name]), axis=0).T
        count = np.searchsorted(starts, middles, "right") - np.searchsorted(ends, middles, "right")
        for first, stop in _alike(count, below):
            yield known, int(count[first]), float(edges[first]), float(edges[stop]), int(below[first])
        below = below + count


def _alike(count: np.ndarray, below: np.ndarray) -> Iterator[tuple[int, int]]:
    """Stretches beside each other with the same counts, as one; none where there is nobody."""
    changes = (np.flatnonzero((np.diff(count) != 0) | (np.diff(below) != 0)) + 1).tolist()
    for first, stop in zip([0, *changes], [*changes, len(count)], strict=True):
        if count[first]:
            yield first, stop
