"""The calendar of sampled demand: one event for each epoch, whatever the number of VMs.

Epochs begin at multiples of the interval, and once more at the end of a warm-up that is no multiple, so that what is
measured begins with an epoch; the last one ends with the run. Unit: seconds.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from vinfra.engine.clock import Clock

Tick = Callable[[int, float, float], None]


class Epochs:
    """Calls `tick(number, time, length)` at the start of each epoch of `interval` seconds until `end`; `watch`, where
    there is one, is told the number of each that was reckoned and is not the last."""

    def __init__(
        self, clock: Clock, interval: float, end: float, tick: Tick, warmup: float = 0.0, source: str = "epochs"
    ) -> None:
        """ValueError when the interval or the end is not above 0."""
        if interval <= 0 or end <= 0:
            raise ValueError(f"epochs need an interval and an end above 0, got {interval:g} s and {end:g} s")
        self.clock = clock
        starts = [number * interval for number in range(max(1, math.ceil(end / interval - 1e-9)))]
        nearest = round(warmup / interval) * interval
        if 0 < warmup < end and abs(nearest - warmup) > 1e-9 * interval:
            starts = sorted([*starts, warmup])
        self.count = len(starts)
        self._bounds = [*starts, end]
        self._tick = tick
        self._source = source
        self._first = 0
        self.watch: Callable[[int], object] | None = None
        clock.call_at(clock.now, self._start, 0, source=source)

    def resume(self, number: int) -> None:
        """Begin with that epoch instead of the first: the others were before. ValueError where there is none."""
        if not 0 <= number < self.count:
            raise ValueError(f"there are {self.count} epochs, and no number {number}")
        self._first = number

    def _start(self, number: int) -> None:
        if number < self._first:
            self.clock.call_at(self._bounds[self._first], self._start, self._first, source=self._source)
            return
        time, following = self._bounds[number : number + 2]
        self._tick(number, time, following - time)
        if number + 1 < self.count:
            if self.watch is not None:
                self.watch(number)
            self.clock.call_at(following, self._start, number + 1, source=self._source)
