"""Streams of data on their way: fluid work over LUNs, links and processors that survives a lost path.

A stream of B bytes is one activity that uses so much of everything on its way for each byte (engine/sharing.py). When
the fabric changes, what is left of it takes another way; where there is none it waits, and gives up when its patience
ends. Units: bytes, seconds.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass
from typing import Any

from simpy.events import Process
from simpy.exceptions import Interrupt

from vinfra.engine.activity import Activity, Resource
from vinfra.engine.clock import Clock
from vinfra.engine.sharing import Sharing
from vinfra.storage.fabric import Fabric, Unreachable

Phases = Generator[Any, Any, None]
UNDER_WAY = 65536.0 * 4  # bytes of a stream that does not say more: four blocks of 64 KiB; assumed


@dataclass(frozen=True, slots=True)
class Way:
    """What one byte uses on its way, by the name of the resource, at no more than `bound` bytes per second.

    `weight` are bytes under way at once: an array serves first come, first served, so that is what it gets beside
    others. `lan` says how often a byte crosses the LAN from one host to another.
    """

    uses: Mapping[str, float]
    bound: float = math.inf
    weight: float = 0.0
    lan: float = 0.0

    def then(self, other: Way, share: float = 1.0) -> Way:
        """This way and another one behind it, over which `share` of the bytes go on."""
        if share <= 0:
            return self
        uses = dict(self.uses)
        for name, amount in other.uses.items():
            uses[name] = uses.get(name, 0.0) + share * amount
        used = {name: uses[name] for name in sorted(uses) if uses[name] > 0}
        weight = max(self.weight, other.weight)
        return Way(used, min(self.bound, other.bound / share), weight, self.lan + share * other.lan)

    def at_most(self, bound: float) -> Way:
        """The same, no faster than that."""
        return Way(self.uses, min(self.bound, bound), self.weight, self.lan)


class Failed(Exception):
    """A task ends without what it was for; the message is its condition."""


class Rerouted:
    """Why a stream is interrupted when the fabric has changed."""


@dataclass(slots=True)
class Flow:
    """One stream under way."""

    activity: Activity
    process: Process | None
    way: Way


class Streams:
    """All streams of one simulation. `patience` is how long one without a way waits before it gives up."""

    def __init__(
        self, clock: Clock, sharing: Sharing, resources: Mapping[str, Resource], fabric: Fabric, patience: float
    ) -> None:
        self.clock = clock
        self.sharing = sharing
        self.resources = dict(resources)
        self.patience = patience
        self.lan = 0.0
        self._live: dict[str, Flow] = {}
        self._stranded: dict[str, Process] = {}
        self._past: dict[str, float] = {}
        fabric.watch(self._changed)

    def add(self, name: str, capacity: float) -> None:
        """One more resource, in work per second."""
        self.resources[name] = Resource(name, capacity)

    def carry(self, name: str, amount: float, way: Callable[[], Way]) -> Phases:
        """Move so many bytes; `way` is asked anew whenever the fabric has changed. Failed when there is none for too
        long."""
        left, patience = amount, self.patience
        while left > 0:
            try:
                found = way()
            except Unreachable as reason:
                since = self.clock.now
                yield from self._wait_for_a_way(name, patience, str(reason))
                patience -= self.clock.now - since
                continue
            left = yield from self._go(name, left, found)

    def _go(self, name: str, amount: float, way: Way) -> Generator[Any, Any, float]:
        """Bytes that are left when the way ends, which are none unless it was lost."""
        taken = {self.resources[resource]: use for resource, use in way.uses.items()}
        activity = self.sharing.start(name, amount, taken, way.weight or UNDER_WAY, 0.0, way.bound)
        self._live[name] = Flow(activity, self.clock.active_process, way)
        try:
            yield activity
        except Interrupt as interrupt:
            if not isinstance(interrupt.cause, Rerouted):
                raise
        finally:
            left = self._end(name)
        return left

    def _end(self, name: str) -> float:
        flow = self._live.pop(name)
        activity = flow.activity
        left = 0.0 if activity.triggered else self.sharing.cancel(activity)
        self.lan += activity.served * flow.way.lan
        for resource, share in activity.uses:
            self._past[resource.name] = self._past.get(resource.name, 0.0) + activity.served * share
        return left

    def _wait_for_a_way(self, name: str, patience: float, reason: str) -> Phases:
        if patience <= 0:
            raise Failed(reason)
        process = self.clock.active_process
        if process is not None:
            self._stranded[name] = process
        try:
            yield self.clock.timeout(patience)
        except Interrupt as interrupt:
            if not isinstance(interrupt.cause, Rerouted):
                raise
            return
        finally:
            self._stranded.pop(name, None)
        raise Failed(reason)

    def _changed(self, lost: frozenset[str]) -> None:
        """The fabric is another: who went over what is lost looks for a way, and so does who has none."""
        hit = {name: flow.process for name, flow in self._live.items() if flow.way.uses.keys() & lost}
        for _, process in sorted({**hit, **self._stranded}.items()):
            if process is not None and process.is_alive:
                process.interrupt(Rerouted())

    def look_again(self) -> None:
        """Everything that is under way asks for its way anew."""
        self._changed(frozenset(name for flow in self._live.values() for name in flow.way.uses))

    def soonest(self, name: str) -> float:
        """The earliest moment a stream could end: what is left of it, with everything on its way for itself; infinity
        where there is none of that name, now where it looks for a way."""
        if name in self._stranded:
            return self.clock.peek()
        flow = self._live.get(name)
        if flow is None:
            return math.inf
        activity = flow.activity
        fastest = min([activity.bound, *(resource.most / share for resource, share in activity.uses)])
        return self.clock.now + activity.remaining / fastest if fastest > 0 else math.inf

    def used(self, name: str) -> float:
        """What streams have used of a resource up to now."""
        live = [
            flow.activity.served * share
            for _, flow in sorted(self._live.items())
            for resource, share in flow.activity.uses
            if resource.name == name
        ]
        return self._past.get(name, 0.0) + math.fsum(live)
