"""Data that VMs move to and from their datastores: fluid flows over the LUN and the links on the way.

A transfer of B bytes in blocks of b bytes does B/b host I/Os; each costs disk-seconds on the LUN (storage/lun.py) and
its bytes on every link, and on a virtualized host the cycles that its technique adds to an I/O. All transfers share
LUNs and links max-min fairly (engine/sharing.py), by I/Os: whoever moves larger blocks moves more bytes. When a path is
lost the rest takes the next one; where there is none it waits. Units: bytes, disk-seconds, cycles, seconds.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from simpy.events import Event

from vinfra.engine.activity import Activity, Resource
from vinfra.engine.clock import Clock
from vinfra.engine.recorder import Recorder
from vinfra.engine.sharing import Sharing
from vinfra.storage.fabric import Fabric, Unreachable

# I/Os that a copy has under way: as many as an adapter queues by default (VMware, Scalable Storage Performance, 2008).
# An array serves first come, first served, so who has more under way gets more I/Os: outstanding * block is the weight
# of everybody who reads or writes. Beside CPU shares that is so much that the hypervisor's own work on an I/O goes
# before guests.
OUTSTANDING = 32.0


@dataclass(frozen=True, slots=True)
class Plan:
    """One transfer in blocks of `block` bytes between a host and a datastore: `uses` maps a resource's name to what one
    byte uses of it, beside the links on its way."""

    vm: str
    host: str
    datastore: str
    start: float
    size: float
    block: float
    uses: Mapping[str, float]


@dataclass(slots=True)
class Done:
    """When a transfer started and ended, the activity that moves it now, and bytes that others moved before it; `end`
    is None while it runs."""

    plan: Plan
    start: float
    end: float | None = None
    activity: Activity | None = None
    before: float = 0.0

    @property
    def moved(self) -> float:
        """Bytes up to now."""
        return self.before + (0.0 if self.activity is None else self.activity.served)


class Transfers:
    """All transfers of one simulation, over resources by name."""

    def __init__(
        self,
        clock: Clock,
        sharing: Sharing,
        plans: Sequence[Plan],
        resources: Mapping[str, Resource],
        recorder: Recorder,
        fabric: Fabric,
    ) -> None:
        self.clock = clock
        self.sharing = sharing
        self.recorder = recorder
        self.resources = resources
        self.fabric = fabric
        self.plans = plans
        self.done: dict[str, Done] = {}
        self._past: dict[str, float] = {}
        self._turns: dict[str, Event] = {}
        if plans:
            fabric.watch(self._changed)
        for plan in plans:
            clock.process(self._move(plan), source=f"transfer/{plan.vm}")

    def _move(self, plan: Plan) -> Generator[Any, Any, None]:
        yield self.clock.timeout(plan.start)
        moved = self.done[plan.vm] = Done(plan, self.clock.now)
        left = plan.size
        while left > 0:
            turn = self._turns[plan.vm] = Event(self.clock)
            try:
                uses = {**plan.uses, **self.fabric.to_lun(plan.host, plan.datastore)}
            except Unreachable as reason:
                self.recorder.enter(plan.vm, f"transfer waits: {reason}", self.clock.now)
                yield turn
                continue
            self.recorder.enter(plan.vm, "transfer", self.clock.now)
            taken = {self.resources[name]: amount for name, amount in uses.items()}
            weight = OUTSTANDING * plan.block
            moved.activity = self.sharing.start(f"transfer/{plan.vm}", left, taken, weight)
            yield moved.activity | turn
            left = self._end(moved, moved.activity)
        del self._turns[plan.vm]
        moved.end = self.clock.now
        self.recorder.enter(plan.vm, "", self.clock.now)

    def _end(self, moved: Done, activity: Activity) -> float:
        """Bytes that are left when an activity ends, which are none unless it lost its way."""
        left = 0.0 if activity.triggered else self.sharing.cancel(activity)
        for resource, amount in activity.uses:
            self._past[resource.name] = self._past.get(resource.name, 0.0) + activity.served * amount
        moved.before += activity.served
        moved.activity = None
        return left

    def _changed(self, lost: frozenset[str]) -> None:
        """The fabric is another: everybody looks for the way there is now."""
        for vm, turn in sorted(self._turns.items()):
            activity = self.done[vm].activity
            if not turn.triggered and (activity is None or self._elsewhere(self.done[vm].plan, activity)):
                turn.succeed()

    def _elsewhere(self, plan: Plan, activity: Activity) -> bool:
        """Whether a transfer goes another way than the one there is."""
        try:
            way = self.fabric.to_lun(plan.host, plan.datastore)
        except Unreachable:
            return True
        return {resource.name for resource, _ in activity.uses} != {*plan.uses, *way}

    def times(self) -> NDArray[np.float64]:
        """Seconds each finished transfer took, by VM name."""
        return np.array([done.end - done.start for _, done in sorted(self.done.items()) if done.end is not None])

    def totals(self) -> dict[str, float]:
        """Bytes moved, seconds in which anything moved, disk-seconds done and possible; empty without transfers."""
        if not self.plans:
            return {}
        busy = covered([(done.start, self.clock.now if done.end is None else done.end) for done in self.done.values()])
        used = {f"lun/{plan.datastore}" for plan in self.plans}
        luns = [resource for name, resource in self.resources.items() if name.startswith("lun/") and name in used]
        return {
            "transfers_unfinished": float(len(self.plans) - len(self.times())),
            "transferred_bytes": math.fsum(done.moved for _, done in sorted(self.done.items())),
            "transfer_busy_s": busy,
            "lun_busy_s": math.fsum(lun.carried(self.clock.now) for lun in luns),
            "lun_possible_s": math.fsum(lun.capacity for lun in luns) * busy,
        }

    def balance(self, moved: Callable[[str], float]) -> Iterator[tuple[str, float, float]]:
        """For every LUN and link: its name, what it carried, and what those who use it moved of it."""
        for name, resource in self.resources.items():
            if not name.startswith("cpu/"):
                yield f"work of {name}", resource.carried(self.clock.now), moved(name)

    def moved(self, name: str) -> float:
        """What transfers have used of a resource up to now."""
        live = [done.activity for _, done in sorted(self.done.items()) if done.activity is not None]
        shares = [a.served * amount for a in live for resource, amount in a.uses if resource.name == name]
        return self._past.get(name, 0.0) + math.fsum(shares)


def covered(spans: list[tuple[float, float]]) -> float:
    """Length of the union of spans of time."""
    covered, until = 0.0, -math.inf
    for start, end in sorted(spans):
        covered += max(0.0, end - max(start, until))
        until = max(until, end)
    return covered
