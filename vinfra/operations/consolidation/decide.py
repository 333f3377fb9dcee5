"""One pass: who leaves an overloaded host and where to, then which hosts that do little are emptied.

First VMs leave every overloaded host until it is none, and go by falling demand where power rises least. Then hosts
are tried from the least used one up: if all VMs of one fit on other hosts that are on, they go and it is empty. Source:
Beloglazov and Buyya, CCPE 24(13), 2012, sections 4 and 5.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from vinfra.operations.consolidation.desk import Desk
from vinfra.operations.consolidation.detector import Detector, seen
from vinfra.operations.consolidation.selection import Candidates, Selection
from vinfra.operations.layout import Bools, Floats, Guests, Ints, Places, Watts

NOWHERE = -1


class Decision(NamedTuple):
    """A VM goes from one host to another (indices), or stays where none takes it (`target` is NOWHERE), since its host
    is overloaded or does little."""

    vm: int
    source: int
    target: int
    overloaded: bool


@dataclass(frozen=True, slots=True)
class State:
    """The VMs at the moment of a pass: host of each, NOWHERE for one that is gone, whether it is on its way, the part
    of its vCPUs it wants, shape (VMs,), the same at the last passes, newest first, shape (VMs, SAMPLES), and the host
    each one that is on its way comes to."""

    host: Ints
    moving: np.ndarray
    demand: Floats
    history: Floats
    targets: Ints


class Pass:
    """The rules, for any number of passes. `draw` gives a number in [0, 1) for a host whenever it is asked; `fill` is
    the load up to which hosts are filled when others are emptied. `true_power` corrects `as_in_cloudsim` in two things:
    hosts draw what they draw, nothing while they are empty, and one that was just given a VM is not emptied."""

    def __init__(
        self,
        places: Places,
        guests: Guests,
        detector: Detector,
        selection: Selection,
        draw: Callable[[int], float],
        as_in_cloudsim: bool = False,
        true_power: bool = False,
        fill: float = 1.0,
    ) -> None:
        self.places, self.guests, self.selection, self.draw = places, guests, selection, draw
        self.quirks, self.true_power, self.fill = as_in_cloudsim, true_power or not as_in_cloudsim, fill
        self.detector = detector.as_in_cloudsim() if as_in_cloudsim else detector
        self.desk = Desk(places, guests, self.detector, as_in_cloudsim, self.true_power)
        self.watts = Watts(places.curves)
        self.row = self.watts.rows(places.curve)
        self.native: Floats = guests.full.max(axis=1)

    def decide(self, state: State) -> list[Decision]:
        """All decisions, in the order they are made."""
        return _Making(self, state).decisions()


class _Making:
    """One pass under way."""

    def __init__(self, rules: Pass, state: State) -> None:
        self.rules, self.state = rules, state
        places, guests = rules.places, rules.guests
        self.wants = state.demand[:, None] * guests.full
        if not rules.quirks:
            np.minimum(self.wants, guests.ceiling, out=self.wants)
        here = np.flatnonzero(state.host != NOWHERE)
        # Who is on his way counts where he is and where he comes to, as both need the room.
        coming = np.flatnonzero(state.moving)
        vms = np.concatenate((here, coming))
        hosts = np.concatenate((state.host[here], state.targets))
        count, kind = len(places.names), places.kind[hosts]
        asked = np.bincount(hosts, self.wants[vms, kind], count)
        self.load: Floats = asked / places.capacity
        self.room: Floats = places.memory - np.bincount(hosts, guests.memory[vms], count)
        self.desk, known = rules.desk, seen(state.history)
        self.desk.begin(self.wants, rules.detector.remembered(state.history), known)
        self.past = self._past(vms, hosts, kind)
        self.seen: Ints = np.zeros(count, dtype=np.int64)
        np.maximum.at(self.seen, hosts, known[vms])
        self.occupied: Bools = self.seen > 0
        self.members = self._members(here)
        self.free: list[bool] = (guests.movable & ~state.moving).tolist()
        self.native: list[float] = (state.demand * rules.native).tolist()

    def _past(self, vms: Ints, hosts: Ints, kind: Ints) -> Floats:
        """What the detector remembers of each host, shape (hosts, any number)."""
        rows = self.desk.pasts[vms, kind]
        past = np.zeros((len(self.rules.places.names), rows.shape[1]))
        if rows.size:
            order = hosts.argsort(kind="stable")
            sorted_hosts = hosts[order]
            first = np.flatnonzero(np.diff(sorted_hosts, prepend=-1))
            past[sorted_hosts[first]] = np.add.reduceat(rows[order], first, axis=0)
        return past

    def _members(self, here: Ints) -> defaultdict[int, list[int]]:
        found = defaultdict[int, list[int]](list)
        for vm, host in zip(here.tolist(), self.state.host[here].tolist(), strict=True):
            found[host].append(vm)
        return found

    def decisions(self) -> list[Decision]:
        rules = self.rules
        over = rules.detector.overloaded(self.load, self.past, np.maximum(self.seen, 1)) & self.occupied
        leaving = [(vm, host) for host in np.flatnonzero(over).tolist() for vm in self._relieve(host)]
        used = np.minimum(self.load, 1.0)
        draw = rules.watts.at(rules.row, used)
        if rules.true_power:
            draw[~self.occupied] = 0.0
        off = (used == 0) if rules.quirks else ~self.occupied
        made: list[Decision] = []
        self.draw = draw
        if leaving:
            self._lay_out(self._enough(~over, len(leaving)), 1.0)
            made = self._replace(leaving)
        reached = np.zeros(len(over), dtype=bool)
        reached[[one.target for one in made if one.target != NOWHERE]] = True
        placeable = ~over & (~off | reached) if rules.true_power else ~over & ~off
        stays = over | off | reached if rules.true_power else over | off
        self._lay_out(np.flatnonzero(placeable), rules.fill)
        return made + self._empty(stays, used)

    def _enough(self, open: Bools, wanted: int) -> Ints:
        """Those of the open hosts that so many VMs could go to: of empty hosts of a kind, which are alike, the first
        so many."""
        kind = self.rules.places.kind
        some = open & self.occupied
        for one in range(int(kind.max()) + 1):
            some[np.flatnonzero(open & ~self.occupied & (kind == one))[:wanted]] = True
        return np.flatnonzero(some)

    def _lay_out(self, open: Ints, most: float) -> None:
        self.desk.lay_out(open, self.load, self.room, self.past, self.seen, self.draw, most)

    def _relieve(self, host: int) -> list[int]:
        """VMs that leave a host until it is not overloaded any more; they are off it from now on."""
        rules, state, desk, kind = self.rules, self.state, self.desk, self.rules.places.kind[host]
        load, past, left = float(self.load[host]), self.past[host].copy(), self.members[host]
        candidates, gone = [vm for vm in left if self.free[vm]], list[int]()
        while candidates:
            asked = (rules.guests.memory, state.demand, state.history, lambda: rules.draw(host))
            vm = candidates.pop(rules.selection.pick(Candidates(np.array(candidates), *asked)))
            left.remove(vm)
            gone.append(vm)
            load -= float(self.wants[vm, kind] / rules.places.capacity[host])
            past -= desk.pasts[vm, kind]
            if not left or not desk.overloaded(load, past, max([desk.known[one] for one in left])):
                break
        return gone

    def _replace(self, leaving: list[tuple[int, int]]) -> list[Decision]:
        """Where those go that leave overloaded hosts, by falling demand."""
        made = []
        for vm, source in sorted(leaving, key=lambda one: -self.native[one[0]]):
            at = self.desk.find(vm)
            target = NOWHERE
            if at >= 0:
                self.desk.put(vm, at)
                target = int(self.desk.open[at])
                self.members[target].append(vm)
            else:
                self.members[source].append(vm)
            made.append(Decision(vm, source, target, True))
        self._write_back()
        return made

    def _write_back(self) -> None:
        """What the desk changed is so for what follows."""
        desk = self.desk
        self.load[desk.open], self.room[desk.open] = desk.load, desk.room
        self.past[desk.open], self.seen[desk.open], self.draw[desk.open] = desk.past, desk.seen, desk.draw

    def _empty(self, stays: np.ndarray, used: Floats) -> list[Decision]:
        """Hosts whose VMs all go elsewhere, from the least used one up; a host that somebody comes to stays on."""
        desk, made = self.desk, list[Decision]()
        names = desk.open.tolist()
        position = {host: at for at, host in enumerate(names)}
        tied = np.flatnonzero(~np.array(self.free))
        busy = {*self.state.host[tied].tolist(), *self.state.targets.tolist()}
        busy |= {*np.flatnonzero(stays | (used >= 1)).tolist()}
        for host in used.argsort(kind="stable").tolist():
            members = self.members.get(host)
            if not members or host in busy:
                continue
            desk.leaving = position[host]
            desk.keep()
            if not desk.memory_for(members):
                continue
            goes: list[tuple[int, int]] = []
            for vm in sorted(members, key=lambda vm: -self.native[vm]):
                if (at := desk.find(vm)) < 0:
                    desk.take_back()
                    goes = []
                    break
                desk.put(vm, at)
                goes.append((vm, names[at]))
            for vm, target in goes:
                self.members[target].append(vm)
                busy.add(target)
                made.append(Decision(vm, host, target, False))
            if goes:
                self.members[host] = []
            if goes or self.rules.quirks:
                desk.shut(position[host])
        return made
