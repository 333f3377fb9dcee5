"""What a run leaves behind: columns filled epoch by epoch, and the states entities were in.

A series is one preallocated array; a timeline is closed intervals (entity, state, start, end). Unit of time: seconds.
"""

from __future__ import annotations

from operator import itemgetter

import numpy as np
from numpy.typing import NDArray

from vinfra.engine.state import State, refill

Interval = tuple[str, str, float, float]


class Recorder:
    """Series by name, and state timelines by entity."""

    def __init__(self) -> None:
        self.columns: dict[str, NDArray[np.float64]] = {}
        self._open: dict[str, tuple[str, float]] = {}
        self._closed: list[Interval] = []
        self._until: dict[str, float] = {}

    def series(self, name: str, length: int) -> NDArray[np.float64]:
        """A new column of that length, zero to begin with; write into it by index."""
        if name in self.columns:
            raise ValueError(f"two series are called {name!r}")
        self.columns[name] = np.zeros(length)
        return self.columns[name]

    def enter(self, entity: str, state: str, time: float) -> None:
        """The entity is in this state from now on; the empty state leaves no interval."""
        was = self._open.get(entity)
        if was is not None:
            if time < was[1]:
                raise ValueError(f"{entity} is {was[0]!r} since {was[1]:g} s; it cannot become {state!r} at {time:g} s")
            if was[0] == state:
                return
            self._close(entity, was, time)
        self._open[entity] = (state, time)

    def leave(self, entity: str, time: float) -> None:
        """The entity leaves its state at that moment, which may be yet to come, unless it enters another before."""
        self._until[entity] = time

    def _close(self, entity: str, was: tuple[str, float], time: float) -> None:
        state, since = was
        time = min(time, self._until.pop(entity, time))
        if state and time > since:
            self._closed.append((entity, state, since, time))

    def state(self) -> State:
        """All that was recorded."""
        return {"columns": self.columns, "open": self._open, "closed": self._closed, "until": self._until}

    def restore(self, state: State) -> None:
        """Go on from there; KeyError or ValueError where other columns were recorded."""
        for name, column in self.columns.items():
            refill(column, state["columns"][name])
        self._open = {entity: (was, since) for entity, (was, since) in state["open"].items()}
        self._closed = [(entity, was, since, end) for entity, was, since, end in state["closed"]]
        self._until = dict(state["until"])

    def intervals(self, end: float) -> list[Interval]:
        """All intervals up to `end`, by entity, start and state; the states that still last end there."""
        lasting = [
            (entity, state, since, min(end, self._until.get(entity, end)))
            for entity, (state, since) in self._open.items()
            if state and end > since
        ]
        return sorted(self._closed + lasting, key=itemgetter(0, 2, 1))
