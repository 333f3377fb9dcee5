"""Maintenance: hosts leave service a few at a time, something is done to them, and they come back.

A host is taken when all its VMs fit the others (each goes to the least loaded host with room, live) and, where hosts
may fail, when the others could still lose that many. Otherwise it waits and says why; where hosts sleep, one is woken.
Hosts on standby come first, since nobody has to move for them: the work boots them, and they stay on until power
management sends them back. No host is begun after the window. Unit: seconds.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from vinfra.engine.state import Kept, State
from vinfra.operations.clusters import reserve
from vinfra.operations.clusters.choosing import empty
from vinfra.operations.clusters.estate import SLACK, HostState
from vinfra.operations.clusters.fleet import TINY, Fleet
from vinfra.operations.clusters.view import View
from vinfra.operations.clusters.work import Work
from vinfra.operations.layout import Bools, Ints
from vinfra.units import show

PURPOSE = "maintenance"
GONE = "the window is over"


@dataclass(frozen=True, slots=True)
class Window:
    """Work on some hosts (indices): from when on, until when a host may be begun, how many of a cluster at once, how
    many more may fail meanwhile, and seconds after which hosts that wait are looked at again."""

    name: str
    work: Work
    hosts: Sequence[int]
    start: float
    until: float
    at_once: int
    failures: int
    every: float


@dataclass(slots=True)
class Progress(Kept):
    """Which hosts of a window wait, which are under way (host: number of its turn), how many are done, when the first
    was begun and the last was back, and whether it is to be looked at again at once."""

    KEPT = ("waiting", "under_way", "done", "begun", "back", "called")

    waiting: list[int]
    under_way: dict[int, int] = field(default_factory=dict)
    done: int = 0
    begun: float | None = None
    back: float = 0.0
    called: bool = False


class Maintenance(Kept):
    """The windows of a fleet; hosts that are built in one are ABSENT before. `failures` hosts may fail at any time."""

    KEPT = ("_turns", "_said")

    def __init__(self, fleet: Fleet, windows: Sequence[Window], failures: int = 0) -> None:
        self.fleet, self.windows, self.failures = fleet, windows, failures
        self.progress = [Progress(list(window.hosts)) for window in windows]
        self._turns = 0
        self._said: dict[int, str] = {}
        fleet.when_empty[PURPOSE] = self._begin
        fleet.agenda.handlers["maintenance"] = self._pass
        fleet.agenda.handlers["step"] = self._step
        for host in sorted({host for window in windows if window.work.builds for host in window.hosts}):
            fleet.estate.state[host] = HostState.ABSENT
            fleet.told.host(host, "is not there yet", fleet.now)
        for number, window in enumerate(windows):
            fleet.agenda.add(window.start, "maintenance", number)

    def epoch(self, time: float, length: float) -> None:
        """Nothing changes with demand alone."""

    def host_lost(self, host: int) -> None:
        """A host that failed while it was under way waits for another turn."""
        for progress in self.progress:
            if progress.under_way.pop(host, None) is not None:
                progress.waiting = sorted([*progress.waiting, host])

    def host_isolated(self, host: int) -> None:
        """The same."""
        self.host_lost(host)

    def host_on(self, host: int) -> None:
        """A host that waits for room or for its turn may be taken now."""
        for number, (window, progress) in enumerate(zip(self.windows, self.progress, strict=True)):
            if progress.waiting and not progress.called and self.fleet.now >= window.start - TINY:
                progress.called = True
                self.fleet.agenda.add(self.fleet.now, "maintenance", number, True)

    def totals(self) -> dict[str, float]:
        """What metrics are computed from: hosts done and hosts that are not, seconds of the longest window."""
        took = [one.back - one.begun for one in self.progress if one.begun is not None and one.done]
        found = {"maintenance_took_s": max(took)} if took else {}
        return found | {
            "hosts_patched": float(sum(one.done for one in self.progress)),
            "hosts_unpatched": float(sum(len(one.waiting) + len(one.under_way) for one in self.progress)),
        }

    def notes(self) -> list[str]:
        """What a reader must know: hosts whose turn did not come, with what they waited for."""
        names, found = self.fleet.estate.places.names, []
        for window, progress in zip(self.windows, self.progress, strict=True):
            if left := progress.waiting:
                first = f"{names[left[0]]} {self._said.get(left[0], 'had no turn')}"
                found.append(f"maintenance {window.name}: {len(left)} hosts were not begun; {first}")
        return found

    def _pass(self, number: int, called: bool | None) -> None:
        """Look at who waits, as a host came back or because it is time to."""
        fleet, window, progress = self.fleet, self.windows[number], self.progress[number]
        self._send_again(number)
        self._take(number)
        if called:
            progress.called = False
            return
        over = fleet.now + TINY >= window.until
        for host in progress.waiting if over else ():
            self._say(host, f"left out by {window.name}: {GONE}")
        if progress.under_way or (progress.waiting and not over):
            then = fleet.now + window.every
            fleet.agenda.add(then if over else min(then, window.until), "maintenance", number)

    def _send_again(self, number: int) -> None:
        """VMs whose way from a host that is emptied broke off go elsewhere; without room their host takes VMs again."""
        fleet, progress = self.fleet, self.progress[number]
        leaving = [host for host in sorted(progress.under_way) if fleet.estate.state[host] == HostState.LEAVING]
        left = [host for host in leaving if (fleet.estate.at == host).any()]
        if not left:
            return
        view = fleet.view()
        for host in left:
            goes, stuck = empty(view, host, view.of(int(fleet.estate.cluster[host])))
            for vm, target in goes:
                fleet.move(vm, target, f"{fleet.estate.places.names[host]} enters maintenance")
            if len(stuck):
                del progress.under_way[host]
                progress.waiting = sorted([*progress.waiting, host])
                fleet.keep(host)

    def _take(self, number: int) -> None:
        """Begin as many hosts as may be under way together."""
        fleet, window, progress = self.fleet, self.windows[number], self.progress[number]
        estate = fleet.estate
        if fleet.now >= window.until - TINY:
            return
        waiting = np.array(progress.waiting, dtype=np.int64)
        ready = (HostState.ABSENT,) if window.work.builds else (HostState.ON, HostState.STANDBY)
        under_way = estate.cluster[np.array(list(progress.under_way), dtype=np.int64)]
        slots = window.at_once - np.bincount(under_way, minlength=estate.clusters)
        hosts = waiting[np.isin(estate.state[waiting], ready) & (slots[estate.cluster[waiting]] > 0)]
        if not len(hosts):
            return
        fleet.shares.refresh()
        view, movable = fleet.view(), fleet.movable()
        order = hosts[np.lexsort((hosts, estate.state[hosts] == HostState.ON, estate.cluster[hosts]))]
        for cluster, group in itertools.groupby(order.tolist(), key=lambda host: int(estate.cluster[host])):
            turns = list(group)
            while turns and slots[cluster] > 0:
                host = turns.pop(0)
                if estate.state[host] != HostState.ON:
                    self._turn(number, host)
                    self._begin(host)
                # Those whose turn comes at the same moment are no place to go to.
                elif why := self._evacuate(number, host, turns[: slots[cluster] - 1], view, movable):
                    self._say(host, f"waits for {window.name}: {why}")
                    self._wake_for(host)
                    continue
                slots[cluster] -= 1

    def _turn(self, number: int, host: int) -> None:
        """The turn of a host has come."""
        progress = self.progress[number]
        progress.waiting.remove(host)
        self._turns += 1
        progress.under_way[host] = self._turns
        self._said.pop(host, None)
        if progress.begun is None:
            progress.begun = self.fleet.now

    def _evacuate(self, number: int, host: int, soon: list[int], view: View, movable: Bools) -> str:
        """Send the VMs of a host elsewhere, to those that are emptied next only if need be; or why not."""
        fleet, window = self.fleet, self.windows[number]
        name, vms = fleet.estate.places.names[host], fleet.estate.members.guests.names
        cluster = int(fleet.estate.cluster[host])
        hosts = view.of(cluster)
        others: Ints = hosts[hosts != host]
        members = view.members(host)
        for vm in members:
            if not movable[vm]:
                pinned = not fleet.estate.members.guests.movable[vm]
                return f"{vms[vm]} {'may not move' if pinned else 'is on its way'}"
        failures = max(window.failures, self.failures)
        if not reserve.safe_in(fleet.estate, cluster, others, failures):
            return f"the others could not lose {failures} more"
        need, free = fleet.estate.members.guests.memory[members].sum(), view.room[others].sum()
        if need * (1 - SLACK) > free:
            return f"its VMs need {show(float(need), 'size')}, and the others have {show(float(free), 'size')} free"
        goes, stuck = empty(view, host, others[~np.isin(others, soon)])
        if len(stuck) and soon:
            goes, stuck = empty(view, host, others)
        if len(stuck):
            fits = view.takes(stuck, others).any()
            why = "the others of its VMs take the room there is" if fits else view.why_not(stuck, others)
            return f"{vms[int(stuck[0])]} fits nowhere else, {why}"
        self._turn(number, host)
        view.open[host] = False
        for vm, target in goes:
            movable[vm] = False
            fleet.move(vm, target, f"{name} enters maintenance")
        fleet.drain(host, PURPOSE, f"enters maintenance: {window.name}")
        return ""

    def _wake_for(self, host: int) -> None:
        """Wake one of the hosts that sleep, where none is waking already."""
        fleet = self.fleet
        cluster = int(fleet.estate.cluster[host])
        waking = (fleet.estate.state == HostState.BOOTING) & (fleet.estate.cluster == cluster)
        asleep = fleet.asleep(cluster)
        if len(asleep) and not waking.any():
            fleet.wake(int(asleep[0]), f"{fleet.estate.places.names[host]} is to be emptied")

    def _say(self, host: int, why: str) -> None:
        if self._said.get(host) != why:
            self._said[host] = why
            self.fleet.told.host(host, why, self.fleet.now)

    def state(self) -> State:
        """How far each window is, and what was said last of hosts that wait."""
        return {**super().state(), "progress": [one.state() for one in self.progress]}

    def restore(self, state: State) -> None:
        """Go on from there. KeyError, TypeError or ValueError where it does not fit."""
        super().restore(state)
        for one, known in zip(self.progress, state["progress"], strict=True):
            one.restore(known)

    # Steps

    def _begin(self, host: int) -> None:
        """A host is empty, or was not on: the first step."""
        number = next(one for one, progress in enumerate(self.progress) if host in progress.under_way)
        asleep = bool(self.fleet.estate.state[host] == HostState.STANDBY)
        self._do(host, number, self.progress[number].under_way[host], asleep, 0)

    def _do(self, host: int, number: int, turn: int, asleep: bool, index: int) -> None:
        """One step begins."""
        fleet, window = self.fleet, self.windows[number]
        step = window.work.steps(fleet.terms, asleep)[index]
        fleet.change(host, HostState.MAINTENANCE, f"{step.name}: {window.name}")
        fleet.shares.serviced[host] = step.load
        fleet.agenda.add(fleet.now + step.seconds, "step", host, (number, turn, asleep, index + 1))

    def _step(self, host: int, note: tuple[int, int, bool, int]) -> None:
        """A step is over: the next one, or the host is back."""
        number, turn, asleep, index = note
        fleet, progress = self.fleet, self.progress[number]
        if progress.under_way.get(host) != turn or fleet.estate.state[host] != HostState.MAINTENANCE:
            return  # the host failed meanwhile
        if index < len(self.windows[number].work.steps(fleet.terms, asleep)):
            self._do(host, number, turn, asleep, index)
            return
        del progress.under_way[host]
        progress.back = fleet.now
        progress.done += fleet.measured
        fleet.ready(host)
