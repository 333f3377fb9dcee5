"""Demand with a time of day: low at night, up in the morning, high by day, down in the evening, low on weekends.

    demand[i, k] = (night + (day - night) * shape(t)) * (1 + between * a[i]) * (1 + noise * e[i, k])

a and e are standard normal, cut at three deviations and at no less than nothing; shape climbs in a straight line from 0
to 1 around `begins` and falls around `ends`. Fractions 0..1. Every VM draws from its own stream by epoch, so any epoch
can be asked for. From bits to demand there are only tables and + - *, so that every machine makes the same.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from vinfra.engine.calendar import DAY
from vinfra.engine.names import Names
from vinfra.engine.state import State
from vinfra.engine.streams import Streams, normal
from vinfra.spec import Spec, field
from vinfra.units import Fraction, Seconds

Floats = NDArray[np.float64]
CUT = 3.0  # deviations a draw may be away: beyond it is noise nobody plans for
WEEKDAYS = 5


class Shape(Spec):
    """The fact of facts/traces/office.yaml."""

    title: str = field(..., "what it is")
    interval: Seconds = field(..., "time between two samples", gt=0)
    columns: int = field(..., "VMs, when nobody says how many", ge=1)
    night: Fraction = field(..., "mean demand at night")
    day: Fraction = field(..., "mean demand by day")
    begins: Seconds = field(..., "time of day at which half of the rise is done")
    ends: Seconds = field(..., "time of day at which half of the fall is done")
    ramp: Seconds = field(..., "how long rise and fall take", gt=0)
    weekend: Fraction = field(..., "mean demand on Saturdays and Sundays")
    between: Fraction = field(..., "how unlike VMs are: standard deviation over mean")
    noise: Fraction = field(..., "how restless a VM is: standard deviation over mean")


class OfficeDemand:
    """Endless demand of `columns` VMs; time 0 is `begins` seconds after the midnight before a Monday."""

    epochs: int | None = None

    def __init__(
        self, kind: str, shape: Shape, columns: int, streams: Streams, interval: float | None, begins: float
    ) -> None:
        self.shape, self.columns, self.begins = shape, columns, begins
        self.interval = shape.interval if interval is None else interval
        self.notes: Sequence[str] = ("office demand is a shape that nobody measured: give a recording for conclusions",)
        self._keys = streams.keys(f"demand/{kind}", Names.numbered(kind, columns))
        self._level = 1 + shape.between * _cut(normal(self._keys, 0))

    def mean(self, seconds: float) -> float:
        """Mean demand at a moment, in seconds after the midnight before a Monday."""
        shape, hour = self.shape, seconds % DAY
        if seconds // DAY % 7 >= WEEKDAYS:
            return shape.weekend
        rise = _ramp(hour - shape.begins, shape.ramp)
        fall = _ramp(hour - shape.ends, shape.ramp)
        return shape.night + (shape.day - shape.night) * (rise - fall)

    def at(self, k: int) -> Floats:
        """Fractions 0..1 of each VM's vCPUs in epoch k, shape (columns,)."""
        mean = self.mean(self.begins + (k + 0.5) * self.interval)
        wobble = 1 + self.shape.noise * _cut(normal(self._keys, k + 1))
        found: Floats = np.clip(mean * self._level * wobble, 0.0, 1.0)
        return found

    def state(self) -> State:
        """Nothing: each epoch is drawn by its number."""
        return {}

    def restore(self, state: State) -> None:
        """There is nothing to restore."""


def _ramp(since: float, length: float) -> float:
    """0 before, 1 after, a straight line within half a length of the middle."""
    return min(1.0, max(0.0, since / length + 0.5))


def _cut(draws: Floats) -> Floats:
    return np.clip(draws, -CUT, CUT)
