"""VMs that move to another site while they run: their disk first, where it moves too, then their memory.

The method is that of any migration (migrations/): rounds, then stop and copy. What it sends crosses the link in chunks
and counts as sent when its receipt is there, so a round trip is part of every round. The disk goes once as a whole and
again and again with what was written meanwhile, until no more is left than the method stops a VM for; that goes while
it stands still. Units: bytes, seconds. Source: shared-nothing migration as VMware describes it (What's New in vSphere
5.1).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vinfra.compute.streams import Failed, Way
from vinfra.compute.transit import Transit
from vinfra.engine.activity import Resource
from vinfra.engine.clock import Clock
from vinfra.engine.recorder import Recorder
from vinfra.engine.sharing import Sharing
from vinfra.operations.migration import Guest, Journey, Phases, Plan
from vinfra.workloads.writable_set import WritableSet

AHEAD = 4.0  # times as fast as the link that memory is read and taken in; assumed
ROUNDS = 10  # of a disk at most before the VM is stopped; assumed: dirtying that outruns the link is cut off there


@dataclass(frozen=True, slots=True)
class Disk:
    """A disk that moves too: bytes of data, how they are written to, and how a byte is read here."""

    size: float
    writes: WritableSet
    read: Callable[[], Way] | None


@dataclass(frozen=True, slots=True)
class Crossing:
    """One VM on its way to a site, where it is called `there`; `plan.uses` is what a byte uses here."""

    plan: Plan
    site: str
    there: str
    disk: Disk | None


@dataclass(frozen=True, slots=True)
class Order:
    """VMs that cross together: so many at once."""

    name: str
    start: float
    at_once: int
    crossings: Sequence[Crossing]


class Passage(Journey):
    """A journey whose bytes cross a link, and whose VM goes on at another site."""

    def __init__(
        self,
        crossing: Crossing,
        transit: Transit,
        clock: Clock,
        sharing: Sharing,
        resources: Mapping[str, Resource],
        recorder: Recorder,
        guest: Guest,
    ) -> None:
        super().__init__(crossing.plan, clock, sharing, resources, recorder, guest, {})
        self.crossing = crossing
        self.transit = transit
        self.gone = False
        self._disk_left, self._disk_since = 0.0, clock.now
        self._carries = self.broken = False

    @property
    def wakes(self) -> float:
        """The earliest moment at which it could send by itself; what the link carries is the transit's promise."""
        return math.inf if self._carries or self.broken or self.end is not None else self.clock.peek()

    def line_rate(self) -> float:
        """Bytes per second when nobody else is there."""
        pipe = self.transit.pipes[self.crossing.site].bandwidth
        uses = self.plan.uses.items()
        return min([pipe, *(self.resources[name].capacity / amount for name, amount in uses)])

    def carry(self, amount: float, uses: Mapping[str, float], bound: float = math.inf) -> Phases:
        """Memory over the link, no faster than the bound; read a few times as fast as the link sends it: a chunk is
        ready in time, and no host is full of reading one."""
        if amount <= 0:
            return
        way = Way(uses, min(bound, AHEAD * self.transit.pipes[self.crossing.site].bandwidth))
        read = (lambda: way) if uses else None
        yield from self._over(f"crossing/{self.plan.vm}", amount, read, "memory", urgent=True)

    def _over(self, name: str, amount: float, read: Callable[[], Way] | None, kind: str, urgent: bool) -> Phases:
        self._carries = True
        site, there = self.crossing.site, self.crossing.there
        try:
            yield from self.transit.carry(name, site, amount, read, kind, there, urgent)
        finally:
            self._carries = False

    def copy_disk(self) -> Phases:
        """The disk while the VM runs; what was written during the last round is left for when it stands still."""
        disk = self.crossing.disk
        if disk is None:
            return
        left = disk.size
        enough = float(getattr(self.plan.method, "stop_at", self.transit.pipes[self.crossing.site].chunk))
        for number in range(ROUNDS):
            self.enter(f"disk round {number + 1}")
            began = self.clock.now
            yield from self._send_disk(left, disk)
            left = min(disk.size, math.fsum(disk.writes.dirty(self.clock.now - began)))
            if left <= enough:
                break
        self._disk_left, self._disk_since = left, self.clock.now
        # What follows is urgent and waits for no beat; the last receipt is answered on one.
        yield self.clock.timeout(self.transit.pipes[self.crossing.site].next_beat(self.clock.now) - self.clock.now)

    def _send_disk(self, amount: float, disk: Disk) -> Phases:
        yield from self._over(f"crossing/{self.plan.vm}/disk", amount, disk.read, "disk", self._stopped is not None)
        self.sent += amount

    def stop(self) -> None:
        """The VM stands still: nothing is written any more."""
        super().stop()
        disk = self.crossing.disk
        if disk is not None:
            since = self.clock.now - self._disk_since
            self._disk_left = min(disk.size, self._disk_left + math.fsum(disk.writes.dirty(since)))

    def send(self, amount: Sequence[float], waiting: Sequence[float], bound: float = math.inf) -> Phases:
        """Memory, and with the last of it the rest of the disk."""
        yield from super().send(amount, waiting, bound)
        disk = self.crossing.disk
        if self._stopped is not None and disk is not None and self._disk_left > 0:
            left, self._disk_left = self._disk_left, 0.0
            yield from self._send_disk(left, disk)

    def arrive(self) -> None:
        """From here on the VM runs at the other site, as soon as that hears of it."""
        self.gone = True
        self.guest.arrive(self.plan.vm, self.crossing.site)
        self.transit.gate.send(self.crossing.site, "arrive", self.crossing.there, answered=math.inf)

    def go(self, pace: float = 1.0) -> None:
        """It runs on, slower perhaps; there, when it has gone."""
        if not self.gone:
            super().go(pace)
            return
        assert self._stopped is not None
        self.downtime += self.clock.now - self._stopped + self.transit.pipes[self.crossing.site].latency
        self._stopped = None


class Crossings:
    """All that leave a site. A VM whose journey breaks off runs on where it was."""

    def __init__(
        self,
        clock: Clock,
        sharing: Sharing,
        transit: Transit,
        resources: Mapping[str, Resource],
        recorder: Recorder,
        guest: Guest,
        orders: Sequence[Order],
    ) -> None:
        self.clock = clock
        self.sharing = sharing
        self.transit = transit
        self.resources = resources
        self.recorder = recorder
        self.guest = guest
        self.orders = orders
        self.passages: dict[str, Passage] = {}
        self.failures: list[tuple[float, str, str]] = []
        self._begin = {order.name: order.start for order in orders}
        if orders:
            transit.gate.promises["crossings"] = self.soonest
        for order in orders:
            following = iter(order.crossings)
            for number in range(min(order.at_once, len(order.crossings))):
                clock.process(self._work_off(order, following), source=f"crossings/{order.name}/{number + 1}")

    def soonest(self) -> float:
        """When the next order begins, or a journey may go on by itself; what is under way is the transit's promise."""
        waiting = [passage.wakes for passage in self.passages.values()]
        return min([*self._begin.values(), *waiting], default=math.inf)

    def _work_off(self, order: Order, following: Iterator[Crossing]) -> Generator[Any, Any, None]:
        yield self.clock.timeout(order.start)
        self._begin[order.name] = math.inf
        for crossing in following:
            yield from self._cross(crossing)

    def _cross(self, crossing: Crossing) -> Generator[Any, Any, None]:
        passage = Passage(crossing, self.transit, self.clock, self.sharing, self.resources, self.recorder, self.guest)
        self.passages[crossing.plan.vm] = passage
        try:
            yield from passage.copy_disk()
            yield from crossing.plan.method.move(passage)
            passage.end = self.clock.now
        except Failed as failure:
            self.failures.append((self.clock.now, crossing.plan.vm, str(failure)))
            passage.go()
            passage.broken = True
        passage.enter("")

    def totals(self) -> dict[str, float]:
        """As of migrations: counts, bytes sent, seconds from the first start to the last end; nothing without any."""
        if not self.orders:
            return {}
        over = [one for _, one in sorted(self.passages.items()) if one.end is not None]
        wanted = sum(len(order.crossings) for order in self.orders)
        return {
            "migrations": float(len(over)),
            "migrations_unfinished": float(wanted - len(over)),
            "migrated_bytes": math.fsum(one.sent for _, one in sorted(self.passages.items())),
            "migrations_took_s": max(one.end or 0.0 for one in over) - min(one.start for one in over) if over else 0.0,
        }

    def samples(self) -> dict[str, NDArray[np.float64]]:
        """Seconds, and seconds of downtime, of each journey that is over; nothing without any."""
        if not self.orders:
            return {}
        over = [one for _, one in sorted(self.passages.items()) if one.end is not None]
        return {
            "migration_s": np.array([(one.end or 0.0) - one.start for one in over]),
            "migration_downtime_s": np.array([one.downtime for one in over]),
        }
