"""How many points go to an actor at a time: n = t / s, so that a chunk takes about t = 0.5 s at s seconds a point.

A call costs about 1 ms: chunks of 0.1 s lose 1 %, and chunks of more than 1 s would leave others idle at the end, lose
more when an actor dies and say less of how far the run is. Towards the end chunks shrink to a fair part of what is
left.
Source of the call's cost: bench/sweep.py.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

SHORTEST, AIM, LONGEST = 0.1, 0.5, 1.0  # seconds of a chunk; at the longest an actor stops and hands in what it has
GROWTH = 4  # a chunk is at most so many times the one before: what the first points took may not be what others take
MEMORY = 0.3  # weight of the newest chunk in the mean


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds a point takes, as far as is known, and how many points went out at a time. Nothing is known at first."""

    seconds: float | None = None
    largest: int = 1

    def after(self, points: int, seconds: float) -> Pace:
        """What is known after another chunk of so many points took so many seconds."""
        each = max(seconds / points, 1e-9)
        mean = each if self.seconds is None else self.seconds + MEMORY * (each - self.seconds)
        return Pace(mean, max(self.largest, min(points, math.ceil(AIM / each))))

    def chunk(self, left: int, actors: int) -> int:
        """How many of the points that are left go out next, where so many actors share them: at least one."""
        if self.seconds is None:
            return 1
        by_time = min(AIM / self.seconds, GROWTH * self.largest)
        fair = max(left / (2 * actors), SHORTEST / self.seconds)
        return max(1, min(left, round(min(by_time, fair))))
