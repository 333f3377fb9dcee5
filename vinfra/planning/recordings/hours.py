"""A recording by the hour: the mean of each machine in each hour, summed over those that share a host.

    load[h, host] = sum over its machines of mean part of their vCPUs in hour h * hertz

A machine without samples in an hour counts with its mean. Hours are those of the clock where the recording says when it
begins, else counted from its first sample. Where samples do not come to hours evenly the steps are as near to an hour
as whole samples make. Units: percent, hertz, hours.
"""

from __future__ import annotations

import functools
import warnings
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vinfra.engine.calendar import DAY, HOUR
from vinfra.planning.utilisation import Utilisation

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Hours:
    """`percent` of the vCPUs of each column of a recording in each hour, shape (hours, columns), without holes;
    `of_day` is the hour of the day of each, shape (hours,); `each` how many seconds one is in truth."""

    percent: NDArray[np.float32]
    of_day: Ints
    each: float = HOUR

    @property
    def days(self) -> float:
        """How many there are."""
        return len(self.percent) * self.each / DAY

    def loads(self, column: Ints, hertz: Floats, mean: Floats, host: Ints, hosts: int) -> Floats:
        """Hertz wanted of each host in each hour, shape (hours, hosts).

        Each of shape (machines,): `column` of the recording, -1 where there is none and `mean` hertz stand for it;
        `hertz` that 100 % are; `host` from 0, -1 for machines that are nowhere.
        """
        found = np.zeros((len(self.percent), hosts))
        there = host >= 0
        known, constant = there & (column >= 0), there & (column < 0)
        found += np.bincount(host[constant], mean[constant], hosts)
        order = np.flatnonzero(known)[np.argsort(host[known], kind="stable")]
        if len(order):
            on, begins = np.unique(host[order], return_index=True)
            wanted = self.percent[:, column[order]] * (hertz[order] / 100).astype(np.float32)
            found[:, on] += np.add.reduceat(wanted, begins, axis=1, dtype=np.float64)
        return found


@functools.lru_cache(maxsize=1)
def hours_of(utilisation: Utilisation) -> Hours | None:
    """By the hour; None for less than one hour. The last one is kept, as all targets ask for it."""
    rows = max(1, round(HOUR / utilisation.interval))
    count = len(utilisation.cpu) // rows
    if not count or utilisation.duration < HOUR:
        return None
    table = utilisation.cpu[: count * rows].reshape(count, rows, -1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # an hour without samples has no mean, and is filled below
        percent = np.nanmean(table, axis=1, dtype=np.float32)
        means = np.nanmean(percent, axis=0)
    percent = np.where(np.isnan(percent), np.nan_to_num(means)[None, :], percent).astype(np.float32)
    begin, each = 0 if utilisation.begins is None else utilisation.begins.hour, rows * utilisation.interval
    of_day = (begin + np.floor(np.arange(count) * each / HOUR + 1e-9).astype(np.int64)) % 24
    return Hours(percent, of_day, each)
