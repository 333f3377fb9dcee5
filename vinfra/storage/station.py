"""A station of a closed queue in simulated time: one server, first come first served, exponential service.

The mean service may depend on how many are there (a disk that sorts): as an exponential rest has no memory, it is drawn
anew with the new mean whenever somebody comes. So the station is a load-dependent one of queueing theory, exactly.
Unit: seconds.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from vinfra.engine.clock import Clock

DRAWN = 4096  # draws made at once


class Draws:
    """Random numbers of one stream, one at a time."""

    def __init__(self, generator: np.random.Generator) -> None:
        self._generator = generator
        self._exponential: list[float] = []
        self._uniform: list[float] = []

    def exponential(self) -> float:
        """An exponential number of mean 1."""
        if not self._exponential:
            self._exponential = self._generator.standard_exponential(DRAWN).tolist()
        return self._exponential.pop()

    def uniform(self) -> float:
        """A number in [0, 1)."""
        if not self._uniform:
            self._uniform = self._generator.random(DRAWN).tolist()
        return self._uniform.pop()


@dataclass(slots=True)
class Task:
    """What is asked of a station: a part of the service that shrinks with the queue, a part that does not, and whom to
    call when it is done."""

    sorted_part: float
    fixed_part: float
    done: Callable[[], None]


class Server:
    """One station. `sorting` is the power of the queue by which the sorted part of a service shrinks."""

    def __init__(self, clock: Clock, name: str, draws: Draws, sorting: float = 0.0) -> None:
        self.clock = clock
        self.name = name
        self.sorting = sorting
        self.busy = 0.0
        self._draws = draws
        self._queue: deque[Task] = deque()
        self._turn = 0
        self._since = 0.0

    def ask(self, sorted_part: float, fixed_part: float, done: Callable[[], None]) -> None:
        """Queue for a service of that mean; `done` is called at its end."""
        self._queue.append(Task(sorted_part, fixed_part, done))
        if len(self._queue) == 1:
            self._since = self.clock.now
            self._serve()
        elif self.sorting and self._queue[0].sorted_part:
            self._serve()

    def _serve(self) -> None:
        """Draw what is left of the first one's service."""
        first = self._queue[0]
        mean = first.fixed_part
        if first.sorted_part:
            mean += first.sorted_part * len(self._queue) ** -self.sorting
        self._turn += 1
        left = mean * self._draws.exponential()
        self.clock.call_at(self.clock.now + left, self._end, self._turn, source=self.name)

    def _end(self, turn: int) -> None:
        if turn != self._turn:
            return
        first = self._queue.popleft()
        if self._queue:
            self._serve()
        else:
            self.busy += self.clock.now - self._since
        first.done()
