"""The hosts as a pass rearranges them on paper: what their VMs want, what room is left, what one more VM would draw.

A VM goes to the host whose power rises least by it and that is not overloaded afterwards: power-aware best fit.
Source: Beloglazov and Buyya, CCPE 24(13), 2012, algorithm 2 (PABFD). Units: hertz, bytes, watts.
"""

from __future__ import annotations

import functools

import numpy as np

from vinfra.operations.consolidation.detector import Detector
from vinfra.operations.layout import Bools, Floats, Guests, Ints, Places, Watts

FEW = 5  # hosts that a slow detector is asked of first; the best one is among them nearly always
FINE = 1e9  # parts of a watt; what is smaller is rounding, and the first host of those alike is taken
SLACK = 1e-12  # of a capacity, so that what fits exactly in decimal does not fail by the last bit
NEVER = 1e6  # a load that no host takes


class Desk:
    """Some of the hosts (`open`, indices), as they are after the changes so far.

    With `as_in_cloudsim` a host needs a core for what a VM wants now and no memory; an empty host counts as idling and
    is never asked whether it would be overloaded (docs/cloudsim.md). With `true_power` a host that was just given a VM
    draws what it draws with it.
    """

    def __init__(
        self, places: Places, guests: Guests, detector: Detector, as_in_cloudsim: bool, true_power: bool
    ) -> None:
        self.places, self.guests, self.detector = places, guests, detector
        self.quirks, self.true_power = as_in_cloudsim, true_power
        self._curves = Watts(places.curves)
        # Hosts of a kind are alike, so the first of each says what a VM's part of one is.
        self._first = np.array([int((places.kind == kind).argmax()) for kind in range(guests.full.shape[1])])
        self.parts = guests.full / places.capacity[self._first]
        self._memory = guests.memory.tolist()
        self._alone = functools.cache(self._of_one)

    def begin(self, wants: Floats, remembered: Floats, seen: Ints) -> None:
        """Begin a pass: the cycles each VM wants on each kind of host, shape (VMs, kinds), what the detector remembers
        of it, shape (VMs, any number), and for how many samples it is known, shape (VMs,)."""
        needed = wants if self.quirks else self.guests.speed[:, None]
        able = self.guests.possible & (self.places.core[self._first] >= needed)
        self.loads = np.where(able, wants / self.places.capacity[self._first], NEVER)
        self.pasts = self.parts[:, :, None] * remembered[:, None, :]
        # A quick detector's limits change no more after a while, so all that is known for longer is alike.
        self.known = (np.minimum(seen, self.detector.enough) if self.detector.quick else seen).tolist()

    def lay_out(
        self, open: Ints, load: Floats, room: Floats, past: Floats, seen: Ints, draw: Floats, most: float
    ) -> None:
        """Take these hosts: their load, memory left, what the detector remembers, for how many samples they are known
        (0 where nobody is on them), and watts; arrays over all hosts. They are filled up to a load of `most`."""
        self.open, self.kind = open, self.places.kind[open]
        self.load, self.room, self.past, self.seen = load[open], room[open], past[open], seen[open]
        self.draw = draw[open]
        self._full = np.full(len(open), most + SLACK)
        self.leaving: int | None = None  # a place in `open` that is being emptied, so nobody goes there
        self._limits: dict[int, tuple[Floats, Floats]] = {}
        self._curve = self._curves.rows(self.places.curve[open])
        self._undo: list[tuple[int, float, float, Floats, int, float]] = []

    def shut(self, at: int) -> None:
        """Nobody goes there any more."""
        self._full[at] = -1.0
        self._renew(at)

    def memory_for(self, vms: list[int]) -> bool:
        """Whether there is a host with memory for the largest of these; a look that saves the search for a place."""
        if self.quirks:
            return True
        enough = self.room >= max([self._memory[vm] for vm in vms])
        if self.leaving is not None:
            enough[self.leaving] = False
        return bool(enough.any())

    def find(self, vm: int) -> int:
        """Where a VM goes, as a place in `open`; -1 where no host takes it."""
        load = self.loads[vm].take(self.kind)
        load += self.load
        quick = self.detector.quick
        most, most_past = self._most(self.known[vm]) if quick else (self._full, self._full)
        closed = load > most
        if self.leaving is not None:
            closed[self.leaving] = True
        if not self.quirks:
            closed |= self.room < self._memory[vm]
            if closed.all():
                return -1
        if quick and self.past.shape[1]:
            past = self.pasts[vm, :, 0].take(self.kind)
            past += self.past[:, 0]
            closed |= past > most_past
        rise = self._curves.at(self._curve, load)
        rise -= self.draw
        rise *= FINE
        np.rint(rise, out=rise)
        rise[closed] = np.inf
        if quick:
            at = int(rise.argmin())
            return -1 if closed[at] else at
        return self._first_fine(vm, load, rise.argsort(kind="stable")[: len(rise) - int(closed.sum())])

    def _most(self, known: int) -> tuple[Floats, Floats]:
        """The most load each may have with a VM that is known for so many samples, and the most of what is remembered;
        kept, and renewed host by host."""
        found = self._limits.get(known)
        if found is None:
            most, most_past = self.detector.limits(np.maximum(self.seen, known))
            if self.quirks:
                most[self.seen == 0] = most_past[self.seen == 0] = np.inf
            found = self._limits[known] = np.minimum(most, self._full), most_past
        return found

    def _renew(self, at: int) -> None:
        """The same of one host, after it was given VMs or shut."""
        seen = int(self.seen[at])
        for known, (most, most_past) in self._limits.items():
            alone, most_past[at] = (np.inf, np.inf) if self.quirks and not seen else self._alone(max(seen, known))
            most[at] = min(alone, self._full[at])

    def _of_one(self, known: int) -> tuple[float, float]:
        """The limits of one host."""
        most, most_past = self.detector.limits(np.array([known]))
        return float(most[0]), float(most_past[0])

    def _first_fine(self, vm: int, load: Floats, order: Ints) -> int:
        """The first in this order that would not be overloaded with the VM."""
        for some in (order[:FEW], order[FEW:]):
            if len(some):
                fine = ~self._overloaded(vm, some, load[some])
                first = int(fine.argmax())
                if fine[first]:
                    return int(some[first])
        return -1

    def _overloaded(self, vm: int, hosts: Ints, load: Floats) -> Bools:
        """Which of these would be with the VM."""
        past = self.pasts[vm].take(self.kind[hosts], axis=0)
        past += self.past[hosts]
        seen = self.seen[hosts]
        found = self.detector.overloaded(load, past, np.maximum(seen, self.known[vm]))
        return found & (seen > 0) if self.quirks else found

    def overloaded(self, load: float, past: Floats, known: int) -> bool:
        """Whether one host would be."""
        if not self.detector.quick:
            return bool(self.detector.overloaded(np.array([load]), past[None].round(12), np.array([known]))[0])
        most, most_past = self._alone(known)
        return load > most or any(one > most_past for one in past.tolist())

    def put(self, vm: int, at: int) -> None:
        """The VM goes there."""
        self._undo.append((at, self.load[at], self.room[at], self.past[at].copy(), self.seen[at], self.draw[at]))
        kind = self.kind[at]
        self.load[at] += self.loads[vm, kind]
        self.room[at] -= self._memory[vm]
        self.past[at] += self.pasts[vm, kind]
        if self.true_power:
            self.draw[at] = self._curves.at(self._curve[at : at + 1], self.load[at : at + 1])[0]
        if self.seen[at] < self.known[vm]:
            self.seen[at] = self.known[vm]
            self._renew(at)

    def keep(self) -> None:
        """What was put is not taken back any more."""
        self._undo.clear()

    def take_back(self) -> None:
        """As it was at the last `keep`."""
        for at, load, room, past, seen, draw in reversed(self._undo):
            self.load[at], self.room[at], self.past[at], self.draw[at] = load, room, past, draw
            if self.seen[at] != seen:
                self.seen[at] = seen
                self._renew(at)
        self._undo.clear()
