"""VMs on their way between hosts: each takes memory / bandwidth seconds and a slot on both hosts, and waits for one.

Slots are given in the order of asking, so a migration knows when it ends as soon as it is ordered. Unit: seconds.
Source of the slots: VMware allows 4 migrations at once on a host at 1 Gbit/s and 8 at 10 Gbit/s (vSphere 5 and later).
"""

from __future__ import annotations

from dataclasses import astuple, dataclass

import numpy as np

from vinfra.engine.state import State, refill
from vinfra.operations.layout import Floats


@dataclass(frozen=True, slots=True)
class Flight:
    """From one host to another (indices), when it leaves and lands, and which order it was."""

    source: int
    target: int
    leaves: float
    lands: float
    number: int


class Flights:
    """All that are ordered and not over, by VM."""

    def __init__(self, hosts: int, at_once: int) -> None:
        self.under_way: dict[int, Flight] = {}
        self.ordered = 0
        self._free: Floats = np.zeros((hosts, at_once))

    def state(self) -> State:
        """Who is on his way, and when each slot is free."""
        flights = {vm: astuple(flight) for vm, flight in self.under_way.items()}
        return {"under_way": flights, "ordered": self.ordered, "free": self._free}

    def restore(self, state: State) -> None:
        """Go on from there; KeyError, TypeError or ValueError where it does not fit."""
        refill(self._free, state["free"])
        self.under_way = {vm: Flight(*flight) for vm, flight in state["under_way"].items()}
        self.ordered = state["ordered"]

    def order(self, vm: int, source: int, target: int, now: float, seconds: float) -> Flight:
        """The VM goes as soon as both hosts have a slot."""
        mine, theirs = self._free[source], self._free[target]
        first, other = int(mine.argmin()), int(theirs.argmin())
        leaves = max(now, float(mine[first]), float(theirs[other]))
        mine[first] = theirs[other] = leaves + seconds
        self.ordered += 1
        flight = Flight(source, target, leaves, leaves + seconds, self.ordered)
        self.under_way[vm] = flight
        return flight

    def clear(self, host: int, now: float) -> None:
        """Nobody uses the slots of a host any more, as it failed."""
        self._free[host] = now
