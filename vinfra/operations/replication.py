"""Replicas of VMs at another site: in every cycle what has changed since the one before is read, sent and written
there.

    age(t) = t - start of the last cycle that is complete at t,     sent in a cycle = changed(time since the last start)

A cycle that takes longer than its period is followed by the next one at the next multiple of the period. A cycle that
breaks off is made up for by the next. Units: bytes, seconds.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from vinfra.compute.streams import Failed, Way
from vinfra.compute.transit import Transit
from vinfra.engine.clock import Clock
from vinfra.engine.recorder import Recorder
from vinfra.workloads.writable_set import WritableSet


@dataclass(frozen=True, slots=True)
class Plan:
    """One VM that has a replica: `size` bytes of data, how they are written to, and how a byte is read here. `there`
    is what the VM is called at the other site; `seeded` where its data are there when the run begins."""

    vm: str
    there: str
    target: str
    size: float
    writes: WritableSet
    every: float
    seeded: bool
    read: Callable[[], Way] | None


class Replication:
    """The replicas of one site's VMs. `since` is what each VM's replica holds: the start of its last complete cycle."""

    def __init__(self, clock: Clock, transit: Transit, recorder: Recorder, plans: Sequence[Plan]) -> None:
        self.clock = clock
        self.transit = transit
        self.recorder = recorder
        self.plans = plans
        self.since: dict[str, float] = {}
        self.ages: dict[str, float] = {}
        self.cycles = self.failed = 0
        self._paused = False
        self._stopped: set[str] = set()
        self._next: dict[str, float] = {plan.vm: 0.0 for plan in plans}
        if plans:
            transit.gate.promises["replication"] = self.soonest
        for plan in plans:
            clock.process(self._follow(plan), source=f"replication/{plan.vm}")

    def soonest(self) -> float:
        """When the next cycle begins; what is under way is the transit's promise."""
        return min(self._next.values())

    def _follow(self, plan: Plan) -> Generator[Any, Any, None]:
        self._next[plan.vm] = math.inf
        held = -math.inf if not plan.seeded else self.clock.now
        if plan.seeded:
            self.since[plan.vm] = self.clock.now
            self.ages[plan.vm] = 0.0
            yield from self._sleep(plan)
        while plan.vm not in self._stopped:
            if self._paused:
                yield from self._sleep(plan)
                continue
            began = self.clock.now
            changed = plan.size if held == -math.inf else min(plan.size, math.fsum(plan.writes.dirty(began - held)))
            self.recorder.enter(f"replica/{plan.vm}", f"sending to {plan.target}", began)
            try:
                yield from self._send(plan, changed, began)
                held = began
                self.cycles += 1
            except Failed:
                self.failed += 1
            self.recorder.enter(f"replica/{plan.vm}", "", self.clock.now)
            yield from self._sleep(plan)
        self._next[plan.vm] = math.inf

    def pause(self, paused: bool) -> None:
        """The site is lost, or there again: while it is lost replicas do not grow old, as nothing is written."""
        if paused:
            self.worst()
        self._paused = paused

    def stop(self, vm: str) -> None:
        """A VM runs elsewhere: it has no replica any more, if it had one."""
        if vm in self._next:
            self._age(vm)
        self._stopped.add(vm)

    def _send(self, plan: Plan, size: float, began: float) -> Generator[Any, Any, None]:
        yield from self.transit.carry(
            f"replica/{plan.vm}", plan.target, size, plan.read, "replica", (plan.there, began)
        )
        self._age(plan.vm)
        self.since[plan.vm] = began

    def _age(self, vm: str) -> None:
        """How old the replica was until now, the worst so far."""
        if self._paused or vm in self._stopped:
            return
        self.ages[vm] = max(self.ages.get(vm, 0.0), self.clock.now - self.since.get(vm, 0.0))

    def _sleep(self, plan: Plan) -> Generator[Any, Any, None]:
        """Until the next multiple of the period."""
        later = plan.every * (math.floor(self.clock.now / plan.every + 1e-9) + 1)
        self._next[plan.vm] = later
        yield self.clock.timeout(later - self.clock.now)
        self._next[plan.vm] = math.inf

    def worst(self) -> list[float]:
        """The age of each VM's replica at the worst moment so far, by VM; from the start where there is none yet."""
        for plan in self.plans:
            self._age(plan.vm)
        return [self.ages[plan.vm] for plan in sorted(self.plans, key=lambda plan: plan.vm)]


class Replicas:
    """The replicas of other sites' VMs that lie here: the sink of their cycles. `held` says of which moment each is;
    those that are `running` take no more cycles."""

    def __init__(self, ways: Mapping[str, Callable[[], Way] | None]) -> None:
        self.ways = ways
        self.held: dict[str, float] = {}
        self.running: set[str] = set()

    def open(self, sender: str, header: tuple[str, float]) -> None:
        """A cycle begins; what was there before is kept until all of it has come. Failed where no host had room for
        the VM, or where it runs here."""
        if header[0] in self.running:
            raise Failed(f"{header[0]} runs here")
        if header[0] not in self.ways:
            raise Failed(f"there is no host with room for {header[0]}")

    def way(self, sender: str, header: tuple[str, float]) -> Callable[[], Way] | None:
        """It is written to the replica's datastore."""
        return self.ways[header[0]]

    def close(self, sender: str, header: tuple[str, float]) -> None:
        """The replica is another, unless it was started meanwhile."""
        if header[0] in self.running:
            return
        self.held[header[0]] = header[1]

    def abort(self, sender: str, header: tuple[str, float]) -> None:
        """It stays as it was."""
