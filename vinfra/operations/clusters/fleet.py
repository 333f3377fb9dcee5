"""A fleet under management: hosts that go on and off, VMs that move, stop and start, while sampled demand goes on.

The parts that decide (balancing, power, restarts, maintenance) share this floor and know nothing of each other: they
see an estate and give orders with a reason; each order and what comes of it is told. An epoch is one pass over all VMs
and then as many small changes as there are. Units: seconds, hertz, bytes, watts.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from vinfra.compute.cluster import Cluster
from vinfra.engine.state import Kept, Resumable, State, held, hold
from vinfra.operations.clusters.agenda import Agenda
from vinfra.operations.clusters.balancer import Cost
from vinfra.operations.clusters.estate import NOWHERE, REACHED, Estate, HostState
from vinfra.operations.clusters.flights import Flight, Flights
from vinfra.operations.clusters.shares import Shares
from vinfra.operations.clusters.terms import Terms
from vinfra.operations.clusters.view import View
from vinfra.operations.layout import Bools, Floats, Ints

TINY = 1e-9


class Told(Protocol):
    """Who writes down what happens; an empty sentence: nothing is to be said of it any more."""

    def host(self, host: int, state: str, time: float) -> None:
        """A host is in this state from now on."""

    def vm(self, vm: int, state: str, time: float) -> None:
        """A VM is."""


class Part(Resumable, Protocol):
    """What decides about a fleet."""

    def epoch(self, time: float, length: float) -> None:
        """An epoch begins; demand is known."""

    def host_on(self, host: int) -> None:
        """A host takes VMs again."""

    def host_lost(self, host: int) -> None:
        """A host failed; its VMs are down."""

    def host_isolated(self, host: int) -> None:
        """Nobody reaches a host any more; its VMs run."""


@dataclass(slots=True)
class Tally(Kept):
    """What is added up from the end of the warm-up on."""

    KEPT = ("migrations", "boots", "standbys", "restarts", "downtime")

    migrations: int = 0
    boots: int = 0
    standbys: int = 0
    restarts: int = 0
    downtime: list[float] = field(default_factory=list)


class Fleet(Kept):
    """The floor. `told` hears what happens."""

    KEPT = (
        *("shares", "agenda", "flights", "tally", "imbalance", "now"),
        *("fraction", "down", "home", "_leaving", "_ready", "_free", "_due", "_flying"),
    )

    def __init__(self, estate: Estate, cluster: Cluster, terms: Terms, told: Told, warmup: float) -> None:
        self.estate, self.terms, self.told, self.warmup = estate, terms, told, warmup
        self.shares = Shares(estate, cluster, terms.standby, terms.boot_load)
        self.agenda = Agenda()
        self.flights = Flights(len(estate.places.names), terms.at_once)
        self.cost = Cost(terms.bandwidth, terms.cycles_per_byte)
        self.tally = Tally()
        self.imbalance = 0.0
        self.now = 0.0
        self.fraction: Floats = np.zeros(len(estate.host))
        self.down: dict[int, float] = {}  # VMs that do not run: since when
        self.home: dict[int, int] = {}  # and the host each was on
        self.parts: list[Part] = []
        self.watch: Callable[[], None] | None = None
        self.when_empty: dict[str, Callable[[int], None]] = {"standby": self._stop}
        self._leaving: dict[int, str] = {}
        self._ready: dict[int, float] = {}
        self._free: Floats = np.zeros((len(estate.places.names), terms.vm_boots_at_once))
        self._due: dict[int, float] = {}
        self._flying: set[int] = set()
        handlers = self.agenda.handlers
        handlers["leaves"], handlers["lands"], handlers["up"] = self._leaves, self._lands, self._up
        handlers["boots"], handlers["asleep"] = self._boots, self._asleep

    # Time

    def epoch(self, time: float, length: float, fraction: Floats) -> dict[str, float]:
        """Let an epoch pass in which VMs want this part of their vCPUs, shape (VMs,); rates times seconds over it."""
        self.now, end = time, time + length
        self.fraction = fraction
        self.shares.begin(time, fraction)
        self.imbalance = self.view().imbalance()
        for part in self.parts:
            part.epoch(time, length)
        self.shares.refresh()
        while (due := self.agenda.before(end - TINY)) is not None:
            self.now = max(due, time)
            # After half a year a moment and what is next to it are further apart than TINY.
            moment = max(self.now + TINY, math.nextafter(self.now, math.inf))
            while self.agenda.before(moment) is not None:
                self.agenda.happen()
            self.shares.refresh()
            if self.watch is not None:
                self.watch()
        self.now = end
        return self.shares.end(end)

    @property
    def measured(self) -> bool:
        """Whether what happens now counts."""
        return self.now >= self.warmup - TINY

    def view(self) -> View:
        """The estate on paper, as it is going to be."""
        return View(self.estate, self.shares.want)

    # VMs

    def movable(self) -> Bools:
        """Which VMs may be sent to another host now, shape (VMs,)."""
        estate = self.estate
        reached = np.append(np.isin(estate.state, REACHED), False)
        found: Bools = estate.members.guests.movable & ~estate.moving & reached[estate.host]
        return found

    def move(self, vm: int, target: int, why: str) -> None:
        """A VM goes to another host as soon as both have a slot for it."""
        estate = self.estate
        source = int(estate.host[vm])
        seconds = float(estate.members.guests.memory[vm]) / self.terms.bandwidth
        self._reserve(vm, target)
        estate.moving[vm] = True
        flight = self.flights.order(vm, source, target, self.now, seconds)
        self.told.vm(vm, f"moves to {estate.places.names[target]}: {why}", self.now)
        self.agenda.add(flight.lands, "lands", vm, flight.number)
        if flight.leaves <= self.now + TINY:
            self._take_off(vm, flight)
        else:
            self.agenda.add(flight.leaves, "leaves", vm, flight.number)

    def _reserve(self, vm: int, host: int) -> None:
        """A VM takes its memory there; the host is not empty any more, which its draw may depend on."""
        self.shares.touch(host, self.now)
        self.estate.reserve(vm, host)

    def _release(self, vm: int, host: int) -> None:
        self.shares.touch(host, self.now)
        self.estate.release(vm, host)

    def _take_off(self, vm: int, flight: Flight) -> None:
        self._flying.add(vm)
        self._burden(flight, 1)

    def _touch_down(self, vm: int, flight: Flight) -> None:
        if vm in self._flying:  # one that breaks off at the moment it was to leave took nothing yet
            self._flying.remove(vm)
            self._burden(flight, -1)

    def _burden(self, flight: Flight, sign: int) -> None:
        """A migration takes cycles of both hosts, or takes them no more."""
        for host in (flight.source, flight.target):
            self.shares.touch(host, self.now)
            self.shares.overhead[host] += sign * self.terms.cycles_per_byte * self.terms.bandwidth

    def _leaves(self, vm: int, number: int) -> None:
        flight = self.flights.under_way.get(vm)
        if flight is not None and flight.number == number:
            self._take_off(vm, flight)

    def _lands(self, vm: int, number: int) -> None:
        flight = self.flights.under_way.get(vm)
        if flight is None or flight.number != number:
            return  # it was broken off
        del self.flights.under_way[vm]
        self._touch_down(vm, flight)
        self.estate.moving[vm] = False
        self._want(vm, False)
        self.estate.settle(vm, flight.target)
        self._want(vm, True)
        self._release(vm, flight.source)
        self.tally.migrations += self.measured
        self.told.vm(vm, "", self.now)
        self._if_empty(flight.source)

    def _want(self, vm: int, there: bool) -> None:
        self.shares.touch(int(self.estate.host[vm]), self.now)
        self.shares.demand(vm, float(self.fraction[vm]), there)

    def break_off(self, vm: int) -> None:
        """A VM on its way does not get there: it stays where it is."""
        flight = self.flights.under_way.pop(vm)
        self._release(vm, flight.target)
        self.estate.moving[vm] = False
        self.estate.at[vm] = flight.source
        self._touch_down(vm, flight)

    def on(self, host: int) -> list[int]:
        """VMs that run or boot on a host, by index."""
        estate = self.estate
        boots = [vm for vm in self._due if estate.at[vm] == host]
        return sorted({*np.flatnonzero(estate.host == host).tolist(), *boots})

    def halt(self, vm: int, state: str) -> None:
        """A VM stops to run or to boot; what it was going to do is off."""
        estate = self.estate
        if vm in self.flights.under_way:
            self.break_off(vm)
        if self._due.pop(vm, None) is None:
            self._want(vm, False)
            self.down[vm] = self.now
        self.home[vm] = int(estate.at[vm])
        self._release(vm, self.home[vm])
        estate.settle(vm, NOWHERE)
        estate.at[vm] = NOWHERE
        self.told.vm(vm, state, self.now)

    def start(self, vm: int, host: int, why: str) -> None:
        """A VM that is down boots on a host, when its turn has come there."""
        slots = self._free[host]
        slot = int(slots.argmin())
        up = max(self.now, float(slots[slot])) + self.terms.vm_boot
        slots[slot] = up
        self._reserve(vm, host)
        self.told.vm(vm, f"boots on {self.estate.places.names[host]}: {why}", self.now)
        self._due[vm] = up
        self.agenda.add(up, "up", vm, up)

    def _up(self, vm: int, up: float) -> None:
        if self._due.get(vm) != up:
            return  # the host it was to boot on is gone
        del self._due[vm]
        self.estate.settle(vm, int(self.estate.at[vm]))
        self._want(vm, True)
        since = self.down.pop(vm)
        del self.home[vm]
        self.tally.restarts += self.measured
        if self.measured:
            self.tally.downtime.append(self.now - max(since, self.warmup))
        self.told.vm(vm, "", self.now)

    # Hosts

    def change(self, host: int, state: HostState, said: str) -> None:
        """A host is in this state from now on."""
        self.shares.touch(host, self.now)
        self.estate.state[host] = state
        self.told.host(host, said, self.now)

    def drain(self, host: int, purpose: str, said: str) -> None:
        """A host takes nobody any more; `when_empty[purpose]` is called as soon as nobody is on it."""
        self.change(host, HostState.LEAVING, said)
        self._leaving[host] = purpose
        self._if_empty(host)

    def leaves_for(self, host: int, purpose: str) -> bool:
        """Whether a host is to become empty for that."""
        return self._leaving.get(host) == purpose

    def keep(self, host: int, said: str = "") -> None:
        """A host that was to become empty takes VMs again."""
        del self._leaving[host]
        self.change(host, HostState.ON, said)

    def _if_empty(self, host: int) -> None:
        if host in self._leaving and self.estate.count[host] == 0:
            self.when_empty[self._leaving.pop(host)](host)

    def _stop(self, host: int) -> None:
        self.tally.standbys += self.measured
        self.change(host, HostState.STOPPING, "goes to standby")
        self.agenda.add(self.now + self.terms.stop, "asleep", host)

    def _asleep(self, host: int, note: None) -> None:
        if self.estate.state[host] == HostState.STOPPING:
            self.change(host, HostState.STANDBY, "standby")

    def wake(self, host: int, why: str) -> None:
        """A host on standby boots."""
        self.tally.boots += self.measured
        self.boot(host, why)

    def boot(self, host: int, why: str) -> None:
        """A host that is off boots."""
        self.change(host, HostState.BOOTING, f"boots: {why}")
        self._ready[host] = self.now + self.terms.boot
        self.agenda.add(self._ready[host], "boots", host, self._ready[host])

    def _boots(self, host: int, ready: float) -> None:
        if self.estate.state[host] == HostState.BOOTING and self._ready[host] == ready:
            self.ready(host)

    def ready(self, host: int) -> None:
        """A host takes VMs again."""
        self.change(host, HostState.ON, "")
        for part in self.parts:
            part.host_on(host)

    def lose(self, host: int, said: str) -> None:
        """A host is off at once: its VMs are down, and nobody gets there any more."""
        self._cut_off(host)
        for vm in self.on(host):
            self.halt(vm, f"is down: {said}")
        self.flights.clear(host, self.now)
        self._free[host] = self.now
        self.change(host, HostState.FAILED, f"down: {said}")
        for part in self.parts:
            part.host_lost(host)

    def isolate(self, host: int, said: str) -> None:
        """Nobody reaches a host any more that goes on running."""
        self._cut_off(host)
        self.flights.clear(host, self.now)
        self.change(host, HostState.ISOLATED, said)
        for part in self.parts:
            part.host_isolated(host)

    def _cut_off(self, host: int) -> None:
        """Migrations from and to a host break off, and what it was to become empty for is off."""
        self._leaving.pop(host, None)
        for vm, flight in sorted(self.flights.under_way.items()):
            if host in (flight.source, flight.target):
                self.break_off(vm)
                self.told.vm(vm, "", self.now)
                self._if_empty(flight.source)

    def asleep(self, cluster: int) -> Ints:
        """Hosts of a cluster that could be woken, the largest first."""
        estate = self.estate
        found = np.flatnonzero((estate.state == HostState.STANDBY) & (estate.cluster == cluster))
        order: Ints = found[np.argsort(-estate.places.capacity[found], kind="stable")]
        return order

    def state(self) -> State:
        """What it holds, the estate and the parts too."""
        parts = [part.state() for part in self.parts]
        return {**super().state(), "estate": held(self.estate, Estate.KEPT), "parts": parts}

    def restore(self, state: State) -> None:
        """Hold that. KeyError, TypeError or ValueError where it does not fit."""
        super().restore(state)
        hold(self.estate, Estate.KEPT, state["estate"])
        for part, known in zip(self.parts, state["parts"], strict=True):
            part.restore(known)

    def totals(self) -> dict[str, float]:
        """What metrics are computed from."""
        tally = self.tally
        waiting = [self.now - max(since, self.warmup) for _, since in sorted(self.down.items())]
        return {
            "migrations": float(tally.migrations),
            "migrations_unfinished": float(len(self.flights.under_way)),
            "host_boots": float(tally.boots),
            "host_standbys": float(tally.standbys),
            "managed_vms": float(len(self.estate.host)),
            "vms_restarted": float(tally.restarts),
            "vms_down": float(len(self.down)),
            "vm_downtime_s": float(sum(tally.downtime) + sum(waiting)),
            "vm_downtime_most_s": float(max([*tally.downtime, *waiting], default=0.0)),
        }
