"""Demand with the statistics of a recorded trace, made by a Gaussian copula, epoch by epoch.

    z[i, k] = sqrt(s) * level[i] + sqrt(1 - s) * a[i, k]          a[i, k] = r * a[i, k-1] + sqrt(1 - r^2) * e[i, k]
    demand[i, k] = F^-1(Phi(z[i, k]))

level makes VM i a busy or an idle one for good, a is its ups and downs, e is standard normal, F the distribution of the
trace. Fractions 0..1. The share s and the memory r are fitted once, so that the variance between VMs and the lag-1
autocorrelation of the demand come out as measured. There is no time of day in it: every epoch is like every other.
Method: Cario and Nelson, Modeling and generating random vectors with arbitrary marginal distributions, 1997 (NORTA).

Levels are dealt: each run of 1,024 VMs gets every 1,024th of the distribution once, in an order of its own. So an
estate of a thousand VMs has the trace's mean whatever the seed, and neighbours are as unlike as in independent draws.
Every VM draws from its own stream and is dealt by its number alone: adding VMs changes no other. From bits to demand
there are only tables, integers and + - *, so that every machine makes the same.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from vinfra.engine.names import Names
from vinfra.engine.state import State, refill
from vinfra.engine.streams import Keys, Streams, bits, normal, uniform
from vinfra.spec import Spec, field
from vinfra.units import Seconds

Floats = NDArray[np.float64]
DEALT = 64  # VMs among which levels are dealt evenly; few enough for a small group to have the trace's mean
BLOCK = 1 << 15  # VMs in one pass; what is made in between stays in the processor's cache
STEPS = 1024  # entries of the demand table for one standard deviation
REACH = 6  # standard deviations the demand table covers; beyond is the first or last value
CENTRE = 0.425  # distance from a half up to which the quantile is a rational function; Wichura's PPND16, as are these
CENTRE_SQUARED = 0.180625
NUMERATOR = (
    2.5090809287301226727e3,
    3.3430575583588128105e4,
    6.7265770927008700853e4,
    4.5921953931549871457e4,
    1.3731693765509461125e4,
    1.9715909503065514427e3,
    1.3314166789178437745e2,
    3.3871328727963666080e0,
)
DENOMINATOR = (
    5.2264952788528545610e3,
    2.8729085735721942674e4,
    3.9307895800092710610e4,
    2.1213794301586595867e4,
    5.3941960214247511077e3,
    6.8718700749205790830e2,
    4.2313330701600911252e1,
    1.0,
)
EXACT = 2.0**-20  # levels are rounded to this, so that the last digit of a machine's logarithm does not show


class Statistics(Spec):
    """What is known about a kind of trace: a fact of facts/traces."""

    title: str = field(..., "what was recorded, where and when")
    interval: Seconds = field(..., "time between two samples")
    columns: int = field(..., "VMs, when nobody says how many", ge=1)
    mean_percent: float = field(..., "mean of all samples", ge=0, le=100)
    sd_percent: float = field(..., "standard deviation of all samples", ge=0)
    quartiles_percent: list[float] = field(..., "lower quartile, median, upper quartile", min_length=3, max_length=3)
    between_vms: float | None = field(None, "share of the variance that is between the VMs' means", ge=0, le=1)
    lag_1: float = field(..., "autocorrelation of all samples at one interval", ge=0, lt=1)
    persistent: float = field(..., "s: share of the normal variable's variance that is a VM's level", ge=0, lt=1)
    memory: float = field(..., "r: what is left of a VM's ups and downs after one interval", ge=0, lt=1)
    percent: list[float] = field(..., "values of the distribution, rising", min_length=2)
    at_most: list[float] = field(..., "share of the samples that are at most each value, rising to 1", min_length=2)
    caveat: str = field("", "what these statistics cannot be used for")


class SyntheticDemand:
    """Endless demand of `columns` VMs. It keeps three numbers for each VM; `at` wants k = 0, 1, 2, ... to be fast.

    Jumping ahead or going back gives the right answer too: it steps through what is between, or again from the start.
    """

    epochs: int | None = None

    def __init__(
        self, kind: str, statistics: Statistics, columns: int, streams: Streams, interval: float | None = None
    ) -> None:
        """ValueError when there are no columns or the interval is not above zero."""
        self.interval = statistics.interval if interval is None else interval
        if columns < 1 or not 0 < self.interval < math.inf:
            raise ValueError(f"demand needs VMs and an interval above zero, got {columns} VMs and {self.interval} s")
        self.columns = columns
        self.names: Sequence[str] = Names.numbered(kind, columns)
        self.notes: Sequence[str] = (statistics.caveat,) if statistics.caveat else ()
        self._memory = round(statistics.memory ** (self.interval / statistics.interval), 9)
        self._fresh = math.sqrt(1 - self._memory**2)
        self._sway = math.sqrt(1 - statistics.persistent) * STEPS
        self._keys = streams.keys(f"demand/{kind}", self.names)
        levels = _levels(f"demand/{kind}/levels", self._keys, streams)
        self._middle = math.sqrt(statistics.persistent) * STEPS * levels + (REACH * STEPS + 0.5)
        self._fractions = _demand_table(statistics)
        self._epoch, self._swing = 0, normal(self._keys, 1)

    def state(self) -> State:
        """How far it has come."""
        return {"epoch": self._epoch, "swing": self._swing}

    def restore(self, state: State) -> None:
        """Go on from there; KeyError or ValueError where it does not fit."""
        refill(self._swing, state["swing"])
        self._epoch = int(state["epoch"])

    def at(self, k: int) -> Floats:
        """Fractions 0..1 in epoch k, shape (columns,); IndexError below 0."""
        if k < 0:
            raise IndexError(f"epochs begin at 0, asked for {k}")
        if k < self._epoch:
            self._epoch, self._swing = 0, normal(self._keys, 1)
        found = np.empty(self.columns)
        for start in range(0, self.columns, BLOCK):
            mine = slice(start, start + BLOCK)
            swing = self._swing[mine]
            for epoch in range(self._epoch + 1, k + 1):
                fresh = normal(self._keys[mine], epoch + 1)  # draw 0 was spent on the level
                fresh *= self._fresh
                swing *= self._memory
                swing += fresh
            entry = swing * self._sway
            entry += self._middle[mine]
            self._fractions.take(entry.astype(np.int64), mode="clip", out=found[mine])
        self._epoch = k
        return found


def _levels(purpose: str, keys: Keys, streams: Streams) -> Floats:
    """Standard normal level of each VM, shape (keys,); a full deal has one from each 64th of the distribution."""
    deals = -(-len(keys) // DEALT)
    deal_keys = streams.keys(purpose, [f"deal-{number}" for number in range(1, deals + 1)])
    shuffled = np.stack([bits(deal_keys, slot) for slot in range(DEALT)], axis=1).argsort(axis=1, kind="stable")
    share = (shuffled.ravel()[: len(keys)] + uniform(keys, 0)) / DEALT
    return np.round(_quantiles(np.clip(share, 2.0**-40, 1 - 2.0**-40)) / EXACT) * EXACT


def _quantiles(share: Floats) -> Floats:
    """Standard normal quantiles, shape (shares,): in the middle a rational function of the distance from a half,
    further out, where a logarithm is needed, one by one.

    Source: Wichura, Algorithm AS 241, Applied Statistics 37(3), 1988.
    """
    off = share - 0.5
    r = CENTRE_SQUARED - off * off
    found = np.polyval(NUMERATOR, r) * off / np.polyval(DENOMINATOR, r)
    quantile = NormalDist().inv_cdf
    far = np.flatnonzero(np.abs(off) > CENTRE)
    found[far] = [quantile(one) for one in share[far].tolist()]
    return found


def _demand_table(statistics: Statistics) -> Floats:
    """Demand (fraction) for z in steps of 1/1,024 standard deviation from -6 to 6, ends included."""
    quantile = NormalDist().inv_cdf
    bounds = [quantile(min(max(share, 2.0**-40), 1 - 2.0**-40)) for share in statistics.at_most[:-1]]
    z = np.arange(-REACH * STEPS, REACH * STEPS + 1) / STEPS
    return (np.array(statistics.percent) / 100.0)[np.searchsorted(np.array(bounds), z)]
