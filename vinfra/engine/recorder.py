"""What a run leaves behind: columns filled epoch by epoch, and the states entities were in.

A series is one preallocated array; a timeline is closed intervals (entity, state, start, end). Unit of time: seconds.
"""

from __future__ import annotations

from collections.abc import Sequence
from operator import itemgetter

import numpy as np
from numpy.typing import NDArray

from vinfra.engine.state import State, refill

Interval = tuple[str, str, float, float]


class Switches:
    """Many entities, by number, each of them in one state or not: its intervals as arrays."""

    def __init__(self, names: Sequence[str], state: str) -> None:
        self.names, self.named = names, state
        self._inside: NDArray[np.bool_] = np.zeros(len(names), dtype=bool)
        self._since = np.zeros(len(names))
        self._closed: list[tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]]] = []

    def enter(self, inside: NDArray[np.bool_], time: float) -> None:
        """From now on these are in the state, shape (entities,), and the others are not."""
        over = np.flatnonzero(self._inside & ~inside)
        if len(over):
            self._closed.append((over, self._since[over], np.full(len(over), time)))
        self._since[inside & ~self._inside] = time
        self._inside = inside.copy()

    def state(self) -> State:
        """All that was recorded."""
        which, begins, ends = self._over()
        return {"inside": self._inside, "since": self._since, "which": which, "begins": begins, "ends": ends}

    def restore(self, state: State) -> None:
        """Go on from there; KeyError or ValueError where it does not fit."""
        refill(self._inside, state["inside"])
        refill(self._since, state["since"])
        self._closed = [(state["which"], state["begins"], state["ends"])]

    def intervals(self, end: float) -> list[Interval]:
        """All intervals up to `end`, by entity and start."""
        which, begins, ends = self._over()
        lasting = np.flatnonzero(self._inside)
        which = np.concatenate((which, lasting))
        begins = np.concatenate((begins, self._since[lasting]))
        ends = np.concatenate((ends, np.full(len(lasting), end)))
        there = np.unique(which)
        names = [self.names[entity] for entity in there.tolist()]
        rank = np.empty(len(there), dtype=np.int64)
        rank[sorted(range(len(there)), key=names.__getitem__)] = np.arange(len(there))
        place = np.searchsorted(there, which)
        order = np.lexsort((begins, rank[place]))
        order = order[ends[order] > begins[order]]
        rows = zip(place[order].tolist(), begins[order].tolist(), ends[order].tolist(), strict=True)
        return [(names[entity], self.named, begin, stop) for entity, begin, stop in rows]

    def _over(self) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]]:
        none = (np.zeros(0, dtype=np.int64), np.zeros(0), np.zeros(0))
        which, begins, ends = (np.concatenate(column) for column in zip(none, *self._closed, strict=True))
        return which, begins, ends


class Recorder:
    """Series by name, and state timelines by entity."""

    def __init__(self) -> None:
        self.columns: dict[str, NDArray[np.float64]] = {}
        self._switches: list[Switches] = []
        self._open: dict[str, tuple[str, float]] = {}
        self._closed: list[Interval] = []
        self._until: dict[str, float] = {}

    def series(self, name: str, length: int) -> NDArray[np.float64]:
        """A new column of that length, zero to begin with; write into it by index."""
        if name in self.columns:
            raise ValueError(f"two series are called {name!r}")
        self.columns[name] = np.zeros(length)
        return self.columns[name]

    def switches(self, names: Sequence[str], state: str) -> Switches:
        """A state that many entities come to and leave together; they have no other."""
        self._switches.append(Switches(names, state))
        return self._switches[-1]

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
        switched = [one.state() for one in self._switches]
        known = {"open": self._open, "closed": self._closed, "until": self._until}
        return {"columns": self.columns, "switched": switched, **known}

    def restore(self, state: State) -> None:
        """Go on from there; KeyError or ValueError where other columns were recorded."""
        for name, column in self.columns.items():
            refill(column, state["columns"][name])
        for one, known in zip(self._switches, state["switched"], strict=True):
            one.restore(known)
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
        switched = [interval for one in self._switches for interval in one.intervals(end)]
        # What was switched is in order already, and sorting what is in order costs little.
        return sorted([*switched, *self._closed, *lasting], key=itemgetter(0, 2, 1))
