"""The calendar of sampled demand: one event for each epoch, whatever the number of VMs.

Epoch k starts at k times the interval and lasts one interval; the last one may be shorter. Unit: seconds.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from vinfra.engine.clock import Clock

Tick = Callable[[int, float, float], None]


class Epochs:
    """Calls `tick(number, time, length)` at the start of each epoch of `interval` seconds until `end`."""

    def __init__(self, clock: Clock, interval: float, end: float, tick: Tick, source: str = "epochs") -> None:
        if interval <= 0 or end <= 0:
            raise ValueError(f"epochs need an interval and an end above 0, got {interval:g} s and {end:g} s")
        self.clock = clock
        self.interval = interval
        self.end = end
        self.count = max(1, math.ceil(end / interval - 1e-9))
        self._tick = tick
        self._source = source
        clock.call_at(clock.now, self._start, 0, source=source)

    def _start(self, number: int) -> None:
        time = number * self.interval
        following = min((number + 1) * self.interval, self.end)
        self._tick(number, time, following - time)
        if number + 1 < self.count:
            self.clock.call_at(following, self._start, number + 1, source=self._source)
