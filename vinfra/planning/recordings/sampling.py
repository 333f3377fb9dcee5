"""Samples at any time of any machine, put on one grid.

    k = floor((t - t_first) / interval + 1/2);  several samples at one point are averaged, a point without is NaN

The interval is what the recording says, else the median step of its machines. Units: seconds.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from vinfra.errors import InputError, Place
from vinfra.planning.recordings.recorded import Samples, check_size

LOOKED_AT = 64  # machines whose steps decide the interval
LONGEST = 3 * 366 * 86400.0  # s; what lies further apart is a mistake in a timestamp
LEAST = 1.0  # s; no recording has a shorter interval


def interval_of(time: NDArray[np.float64], machine: NDArray[np.integer]) -> float | None:
    """The median step between samples of one machine; None where no machine has two."""
    few = machine < LOOKED_AT
    order = np.lexsort((time[few], machine[few]))
    at, who = time[few][order], machine[few][order]
    step = np.diff(at)[np.diff(who) == 0]
    step = step[step > 0]
    return max(LEAST, float(np.round(np.median(step)))) if len(step) else None


def on_grid(
    file: str,
    time: NDArray[np.float64],
    machine: NDArray[np.integer],
    value: NDArray[np.float32],
    kind: NDArray[np.integer],
    kinds: Sequence[str],
    machines: int,
    interval: float,
) -> tuple[dict[str, Samples], int]:
    """Series by kind, each of shape (intervals, machines), and how many samples fell to a point that had one.

    All arrays have shape (samples,). InputError where times lie years apart or the grid would be too large.
    """
    first, last = float(time.min()), float(time.max())
    if last - first > LONGEST:
        days = (last - first) / 86400
        raise InputError.at(Place(file), f"the times lie {days:,.0f} days apart; a recording lasts three years at most")
    point = ((time - first) / interval + 0.5).astype(np.int64)
    intervals = int(point.max()) + 1
    check_size(file, intervals, machines, len(kinds))
    found, shared = {}, 0
    for number, name in enumerate(kinds):
        mine = kind == number
        series = np.full((intervals, machines), np.nan, dtype=np.float32)
        flat = point[mine] * machines + machine[mine]
        order = np.argsort(flat, kind="stable")
        flat = flat[order]
        starts = np.flatnonzero(np.diff(flat, prepend=-1))
        if len(starts):
            counts = np.diff(starts, append=len(flat))
            sums = np.add.reduceat(value[mine][order].astype(np.float64), starts)
            series.reshape(-1)[flat[starts]] = sums / counts
            shared += int((counts - 1).sum())
        found[name] = series
    return found, shared
