"""The hosts as a pass rearranges them on paper: what their VMs want, what room is left, what one more VM would draw.

A VM goes to the host whose power rises least by it and that is not overloaded afterwards: power-aware best fit.
Source: Beloglazov and Buyya, CCPE 24(13), 2012, algorithm 2 (PABFD). Units: hertz, bytes, watts.
"""

from __future__ import annotations

import numpy as np

from vinfra.operations.consolidation.detector import Detector
from vinfra.operations.consolidation.layout import Bools, Floats, Guests, Ints, Places, Watts

FEW = 5  # hosts that are asked first whether they would be overloaded; the best one is among them nearly always
GRAIN = 9  # digits after the comma of watts; below that they are rounding, and the first host of those alike is taken
SLACK = 1e-12  # of a capacity, so that what fits exactly in decimal does not fail by the last bit


class Desk:
    """Some of the hosts (`open`, indices), as they are after the changes so far.

    With `as_in_cloudsim` a host needs a core for what a VM wants now and no memory; an empty host counts as idling and
    is never asked whether it would be overloaded (docs/cloudsim.md).
    """

    def __init__(
        self, places: Places, guests: Guests, detector: Detector, wants: Floats, history: Floats, as_in_cloudsim: bool
    ) -> None:
        """`wants` are the cycles each VM wants on each kind of host, shape (VMs, kinds), `history` the part of its
        vCPUs it wanted at the last passes, newest first, shape (VMs, samples)."""
        self.places, self.guests, self.detector, self.history = places, guests, detector, history
        self.quirks = as_in_cloudsim
        self._curves = Watts(places.curves)
        # Hosts of a kind are alike, so the first of each says what a VM's part of one is.
        first = np.array([int((places.kind == kind).argmax()) for kind in range(wants.shape[1])])
        self.parts = guests.full / places.capacity[first]
        needed = wants if as_in_cloudsim else guests.speed[:, None]
        able = guests.possible & (places.core[first] >= needed)
        self.loads = np.where(able, wants / places.capacity[first], np.inf)
        self._memory = guests.memory.tolist()

    def lay_out(self, open: Ints, load: Floats, room: Floats, past: Floats, draw: Floats, empty: Bools) -> None:
        """Begin with these hosts: their load, memory left, load at the last passes, watts, and whether nobody is on
        them; arrays over all hosts."""
        self.open, self.kind = open, self.places.kind[open]
        self.load, self.room, self.past = load[open], room[open], past[open]
        self.draw, self.empty = draw[open], empty[open]
        self._most = np.full(len(open), 1 + SLACK)
        self._curve = self._curves.rows(self.places.curve[open])
        self._undo: list[tuple[int, float, float, Floats, bool]] = []

    def shut(self, at: int) -> None:
        """Nobody goes there any more."""
        self._most[at] = -1.0

    def reopen(self, at: int) -> None:
        """VMs may go there again."""
        self._most[at] = 1 + SLACK

    def find(self, vm: int) -> int:
        """Where a VM goes, as a place in `open`; -1 where no host takes it."""
        load = self.load + self.loads[vm].take(self.kind)
        ok = load <= self._most
        if not self.quirks:
            ok &= self.room >= self._memory[vm]
        found = ok.nonzero()[0]
        if not len(found):
            return -1
        load = load.take(found)
        rise = self._curves.at(self._curve.take(found), load) - self.draw.take(found)
        order = rise.round(GRAIN).argsort(kind="stable")
        for some in (order[:FEW], order[FEW:]):
            if len(some):
                hosts = found.take(some)
                fine = ~self._overloaded(vm, hosts, load.take(some))
                first = int(fine.argmax())
                if fine[first]:
                    return int(hosts[first])
        return -1

    def _overloaded(self, vm: int, hosts: Ints, load: Floats) -> Bools:
        """Which of these would be with the VM."""
        past = self.past.take(hosts, axis=0)
        if self.detector.looks_back:
            past += self.parts[vm].take(self.kind.take(hosts))[:, None] * self.history[vm]
        found = self.detector.overloaded(load, past)
        return found & ~self.empty[hosts] if self.quirks else found

    def put(self, vm: int, at: int) -> None:
        """The VM goes there."""
        self._undo.append((at, self.load[at], self.room[at], self.past[at].copy(), self.empty[at]))
        kind = self.kind[at]
        self.load[at] += self.loads[vm, kind]
        self.room[at] -= self._memory[vm]
        self.past[at] += self.history[vm] * self.parts[vm, kind]
        self.empty[at] = False

    def keep(self) -> None:
        """What was put is not taken back any more."""
        self._undo.clear()

    def take_back(self) -> None:
        """As it was at the last `keep`."""
        for at, load, room, past, empty in reversed(self._undo):
            self.load[at], self.room[at], self.past[at], self.empty[at] = load, room, past, empty
        self._undo.clear()
