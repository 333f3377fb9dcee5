"""All migrations of one simulation: who goes when, who waits for room, and what it all came to.

A VM takes its memory on the target from the start and leaves that of its source at the end, so for the time of its
journey it takes both. One that finds no room waits until somebody leaves. Units: bytes, seconds.
"""

from __future__ import annotations

import math
from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from simpy.events import Event

from vinfra.engine.activity import Resource
from vinfra.engine.clock import Clock
from vinfra.engine.recorder import Recorder
from vinfra.engine.sharing import Sharing
from vinfra.operations.migration import Guest, Journey, Plan
from vinfra.units import show

SLACK = 1e-9  # of what is wanted: what rounding may be short of


@dataclass(frozen=True, slots=True)
class Order:
    """VMs that move together: so many at once, each as soon as the one before it is done."""

    name: str
    start: float
    at_once: int
    plans: Sequence[Plan]


class Moves:
    """Every order under way. `room` is memory left on each host, by name; `guests` runs the VMs."""

    def __init__(
        self,
        clock: Clock,
        sharing: Sharing,
        orders: Sequence[Order],
        resources: Mapping[str, Resource],
        recorder: Recorder,
        room: Mapping[str, float],
        guests: Guest,
    ) -> None:
        self.clock = clock
        self.sharing = sharing
        self.recorder = recorder
        self.resources = resources
        self.room = dict(room)
        self.guests = guests
        self.orders = orders
        self.journeys: dict[str, Journey] = {}
        self._past: dict[str, float] = {}
        self._waiting: dict[str, tuple[Plan, Event]] = {}
        for order in orders:
            following = iter(order.plans)
            for number in range(min(order.at_once, len(order.plans))):
                clock.process(self._work_off(order, following), source=f"migrations/{order.name}/{number + 1}")

    def _work_off(self, order: Order, following: Iterator[Plan]) -> Generator[Any, Any, None]:
        """One VM after the other."""
        yield self.clock.timeout(order.start)
        for plan in following:
            yield from self._move(plan)

    def _move(self, plan: Plan) -> Generator[Any, Any, None]:
        hosts = plan.method.moves == "memory"
        if hosts and not self._take_room(plan):
            wanted = show(plan.size, "size")
            self.recorder.enter(plan.vm, f"waits for {wanted} of memory on {plan.target}", self.clock.now)
            turn = Event(self.clock)
            self._waiting[plan.vm] = plan, turn
            yield turn
        journey = Journey(plan, self.clock, self.sharing, self.resources, self.recorder, self.guests, self._past)
        self.journeys[plan.vm] = journey
        if hosts:
            self.guests.expect(plan.vm, plan.target)
        yield from plan.method.move(journey)
        journey.end = self.clock.now
        journey.enter("")
        if hosts:
            self._leave_room(plan)

    def _take_room(self, plan: Plan) -> bool:
        if self.room[plan.target] < plan.size * (1 - SLACK):
            return False
        self.room[plan.target] -= plan.size
        return True

    def _leave_room(self, plan: Plan) -> None:
        """The source is rid of the VM; those who wait for room there come in the order of their names."""
        self.room[plan.home] += plan.size
        for vm, (waiting, turn) in sorted(self._waiting.items()):
            if waiting.target == plan.home and self._take_room(waiting):
                del self._waiting[vm]
                turn.succeed()

    def finished(self) -> list[Journey]:
        """Journeys that are over, by VM."""
        return [journey for _, journey in sorted(self.journeys.items()) if journey.end is not None]

    def samples(self) -> dict[str, NDArray[np.float64]]:
        """Seconds, seconds of downtime, and the part of its speed (0..1) a guest's disk writes lost, of each journey
        that is over; nothing without migrations."""
        if not self.orders:
            return {}
        over = self.finished()
        return {
            "migration_s": np.array([(journey.end or 0.0) - journey.start for journey in over]),
            "migration_downtime_s": np.array([journey.downtime for journey in over]),
            "migration_held_up": np.array([j.held_up / j.written for j in over if j.written > 0]),
        }

    def totals(self) -> dict[str, float]:
        """Counts, bytes sent, and seconds from the first start to the last end; nothing without migrations."""
        if not self.orders:
            return {}
        over, wanted = self.finished(), sum(len(order.plans) for order in self.orders)
        starts = [journey.start for journey in over]
        ends = [journey.end or 0.0 for journey in over]
        return {
            "migrations": float(len(over)),
            "migrations_unfinished": float(wanted - len(over)),
            "migrated_bytes": math.fsum(journey.sent for _, journey in sorted(self.journeys.items())),
            "migrations_took_s": max(ends) - min(starts) if over else 0.0,
        }

    def used(self, name: str) -> float:
        """What journeys have used of a resource up to now."""
        live = [activity for _, journey in sorted(self.journeys.items()) for activity in journey.under_way]
        shares = [a.served * share for a in live for resource, share in a.uses if resource.name == name]
        return self._past.get(name, 0.0) + math.fsum(shares)

    def balance(self) -> Iterator[tuple[str, float, float]]:
        """For every journey that is over: its VM, the bytes that had never been sent before they were, and all there
        were."""
        for journey in self.finished():
            plan = journey.plan
            yield f"bytes of {plan.vm} there and sent", plan.size, plan.size - math.fsum(journey.missing)
