"""The hosts as a pass rearranges them on paper: what their VMs want, what room is left, what one more VM would draw.

A VM goes to the host whose power rises least by it and that is not overloaded afterwards: power-aware best fit.
Source: Beloglazov and Buyya, CCPE 24(13), 2012, algorithm 2 (PABFD). Units: hertz, bytes, watts.
"""

from __future__ import annotations

import numpy as np

from vinfra.operations.consolidation.detector import Detector
from vinfra.operations.consolidation.layout import Bools, Floats, Guests, Ints, Places, Watts

FEW = 5  # hosts that a slow detector is asked of first; the best one is among them nearly always
FINE = 1e9  # parts of a watt; what is smaller is rounding, and the first host of those alike is taken
SLACK = 1e-12  # of a capacity, so that what fits exactly in decimal does not fail by the last bit
NEVER = 1e6  # a load that no host takes


class Desk:
    """Some of the hosts (`open`, indices), as they are after the changes so far.

    With `as_in_cloudsim` a host needs a core for what a VM wants now and no memory; an empty host counts as idling and
    is never asked whether it would be overloaded (docs/cloudsim.md).
    """

    def __init__(self, places: Places, guests: Guests, detector: Detector, as_in_cloudsim: bool) -> None:
        self.places, self.guests, self.detector = places, guests, detector
        self.quirks = as_in_cloudsim
        self._curves = Watts(places.curves)
        # Hosts of a kind are alike, so the first of each says what a VM's part of one is.
        self._first = np.array([int((places.kind == kind).argmax()) for kind in range(guests.full.shape[1])])
        self.parts = guests.full / places.capacity[self._first]
        self._memory = guests.memory.tolist()

    def begin(self, wants: Floats, remembered: Floats, seen: Ints) -> None:
        """Begin a pass: the cycles each VM wants on each kind of host, shape (VMs, kinds), what the detector remembers
        of it, shape (VMs, any number), and for how many samples it is known, shape (VMs,)."""
        needed = wants if self.quirks else self.guests.speed[:, None]
        able = self.guests.possible & (self.places.core[self._first] >= needed)
        self.loads = np.where(able, wants / self.places.capacity[self._first], NEVER)
        self.pasts = self.parts[:, :, None] * remembered[:, None, :]
        self.known = seen.tolist()

    def lay_out(self, open: Ints, load: Floats, room: Floats, past: Floats, seen: Ints, draw: Floats) -> None:
        """Take these hosts: their load, memory left, what the detector remembers, for how many samples they are known
        (0 where nobody is on them), and watts; arrays over all hosts."""
        self.open, self.kind = open, self.places.kind[open]
        self.load, self.room, self.past, self.seen = load[open], room[open], past[open], seen[open]
        self.draw = draw[open]
        self._most = np.full(len(open), 1 + SLACK)
        self._curve = self._curves.rows(self.places.curve[open])
        self._undo: list[tuple[int, float, float, Floats, int]] = []

    def shut(self, at: int) -> None:
        """Nobody goes there any more."""
        self._most[at] = -1.0

    def reopen(self, at: int) -> None:
        """VMs may go there again."""
        self._most[at] = 1 + SLACK

    def find(self, vm: int) -> int:
        """Where a VM goes, as a place in `open`; -1 where no host takes it."""
        load = self.loads[vm].take(self.kind)
        load += self.load
        closed = load > self._most
        if not self.quirks:
            closed |= self.room < self._memory[vm]
            if closed.all():
                return -1
        rise = self._curves.at(self._curve, load)
        rise -= self.draw
        rise *= FINE
        np.rint(rise, out=rise)
        if self.detector.quick:
            closed |= self._overloaded(vm, slice(None), load)
            rise[closed] = np.inf
            at = int(rise.argmin())
            return -1 if closed[at] else at
        rise[closed] = np.inf
        order = rise.argsort(kind="stable")[: len(rise) - int(closed.sum())]
        for some in (order[:FEW], order[FEW:]):
            if len(some):
                fine = ~self._overloaded(vm, some, load[some])
                first = int(fine.argmax())
                if fine[first]:
                    return int(some[first])
        return -1

    def _overloaded(self, vm: int, hosts: Ints | slice, load: Floats) -> Bools:
        """Which of these would be with the VM."""
        past = self.pasts[vm].take(self.kind[hosts], axis=0)
        past += self.past[hosts]
        seen = self.seen[hosts]
        found = self.detector.overloaded(load, past, np.maximum(seen, self.known[vm]))
        return found & (seen > 0) if self.quirks else found

    def put(self, vm: int, at: int) -> None:
        """The VM goes there."""
        self._undo.append((at, self.load[at], self.room[at], self.past[at].copy(), self.seen[at]))
        kind = self.kind[at]
        self.load[at] += self.loads[vm, kind]
        self.room[at] -= self._memory[vm]
        self.past[at] += self.pasts[vm, kind]
        self.seen[at] = max(self.seen[at], self.known[vm])

    def keep(self) -> None:
        """What was put is not taken back any more."""
        self._undo.clear()

    def take_back(self) -> None:
        """As it was at the last `keep`."""
        for at, load, room, past, seen in reversed(self._undo):
            self.load[at], self.room[at], self.past[at], self.seen[at] = load, room, past, seen
        self._undo.clear()
