"""The hosts as a pass rearranges them on paper: what their VMs want, what room is left, what one more VM would draw.

A VM goes to the host whose power rises least by it and that is not overloaded afterwards: power-aware best fit.
Source: Beloglazov and Buyya, CCPE 24(13), 2012, algorithm 2 (PABFD). Units: hertz, bytes, watts.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from vinfra.operations.consolidation.detector import Detector
from vinfra.operations.consolidation.layout import Bools, Floats, Guests, Ints, Places, Watts

FEW = 8  # hosts that are asked first whether they would be overloaded; the best one is among them nearly always
GRAIN = 9  # digits after the comma of watts; below that they are rounding, and the first host of those alike is taken
SLACK = 1e-12  # of a capacity, so that what fits exactly in decimal does not fail by the last bit


@dataclass(frozen=True, slots=True)
class Fit:
    """What a host must have for a VM. As in CloudSim 3.0.3: a core for what the VM wants now, and no memory; an empty
    host counts as idling and is never asked whether it would be overloaded (docs/cloudsim.md)."""

    as_in_cloudsim: bool = False


class Desk:
    """Some of the hosts (`open`, indices), as they are after the changes so far."""

    def __init__(
        self, places: Places, guests: Guests, watts: Watts, detector: Detector, fit: Fit, wants: Floats, history: Floats
    ) -> None:
        """`wants` are the cycles each VM wants on each kind of host, shape (VMs, kinds), `history` the part of its
        vCPUs it wanted at the last passes, newest first, shape (VMs, samples)."""
        self.places, self.guests, self.fit, self.detector = places, guests, fit, detector
        self.wants, self.history = wants, history
        self._watts = watts

    def lay_out(self, open: Ints, asked: Floats, room: Floats, past: Floats, draw: Floats, empty: Bools) -> None:
        """Begin with these hosts: what is wanted of each, memory left, load at the last passes, watts, and whether
        anybody is on it; arrays over all hosts."""
        places = self.places
        self.open, self.live = open, np.ones(len(open), dtype=bool)
        self.kind, self.curve = places.kind[open], places.curve[open]
        self.capacity, self.core = places.capacity[open], places.core[open]
        self._most = self.capacity * (1 + SLACK)
        self.asked, self.room, self.past = asked[open], room[open], past[open]
        self.draw, self.empty = draw[open], empty[open]
        self._undo: list[tuple[int, float, float, Floats, bool]] = []

    def find(self, vm: int) -> int:
        """Where a VM goes, as a place in `open`; -1 where no host takes it."""
        wants = self.wants[vm].take(self.kind)
        after = self.asked + wants
        ok = self.live & (after <= self._most)
        if self.fit.as_in_cloudsim:
            ok &= self.core >= wants
        else:
            ok &= (self.core >= self.guests.speed[vm]) & (self.room >= self.guests.memory[vm])
            ok &= self.guests.possible[vm].take(self.kind)
        found = ok.nonzero()[0]
        if not len(found):
            return -1
        load = after[found] / self.capacity[found]
        rise = self._watts.at(self.curve[found], np.minimum(load, 1.0)) - self.draw[found]
        order = rise.round(GRAIN).argsort(kind="stable")
        for some in (order[:FEW], order[FEW:]):
            if not len(some):
                break
            fine = ~self._overloaded(vm, found[some], load[some])
            first = int(fine.argmax())
            if fine[first]:
                return int(found[some[first]])
        return -1

    def _overloaded(self, vm: int, hosts: Ints, load: Floats) -> Bools:
        """Which of these would be with the VM."""
        part = self.guests.full[vm].take(self.kind[hosts]) / self.capacity[hosts]
        past = self.past[hosts] + part[:, None] * self.history[vm]
        found = self.detector.overloaded(load, past)
        return found & ~self.empty[hosts] if self.fit.as_in_cloudsim else found

    def put(self, vm: int, at: int) -> None:
        """The VM goes there."""
        self._undo.append((at, self.asked[at], self.room[at], self.past[at].copy(), self.empty[at]))
        kind = self.kind[at]
        self.asked[at] += self.wants[vm, kind]
        self.room[at] -= self.guests.memory[vm]
        self.past[at] += self.history[vm] * (self.guests.full[vm, kind] / self.capacity[at])
        self.empty[at] = False

    def keep(self) -> None:
        """What was put is not taken back any more."""
        self._undo.clear()

    def take_back(self) -> None:
        """As it was at the last `keep`."""
        for at, asked, room, past, empty in reversed(self._undo):
            self.asked[at], self.room[at], self.past[at], self.empty[at] = asked, room, past, empty
        self._undo.clear()
