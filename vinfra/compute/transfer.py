"""Data that VMs move to and from their datastores: fluid flows over the LUN and the links on the way.

A transfer of B bytes in blocks of b bytes does B/b host I/Os; each costs disk I/Os on the LUN (RAID write penalty) and
its bytes on every link, and on a virtualized host the cycles that its technique adds to an I/O. All transfers share
LUNs and links max-min fairly (engine/sharing.py), by I/Os: whoever moves larger blocks moves more bytes. Units: bytes,
disk I/Os, cycles, seconds.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vinfra.engine.activity import Activity, Resource
from vinfra.engine.clock import Clock
from vinfra.engine.recorder import Recorder
from vinfra.engine.sharing import Sharing

# The hypervisor's own work on an I/O preempts guests: its weight is far above shares, which are thousands a VM.
BEFORE_GUESTS = 1000.0


@dataclass(frozen=True, slots=True)
class Plan:
    """One transfer in blocks of `block` bytes: `uses` maps a resource's name to what one byte uses of it."""

    vm: str
    start: float
    size: float
    block: float
    uses: Mapping[str, float]


@dataclass(slots=True)
class Done:
    """When a transfer started and ended, and the activity that moves it; `end` is None while it runs."""

    plan: Plan
    start: float
    end: float | None = None
    activity: Activity | None = None


class Transfers:
    """All transfers of one simulation, over resources by name."""

    def __init__(
        self,
        clock: Clock,
        sharing: Sharing,
        plans: Sequence[Plan],
        resources: Mapping[str, Resource],
        recorder: Recorder,
    ) -> None:
        self.clock = clock
        self.sharing = sharing
        self.recorder = recorder
        self.resources = resources
        self.plans = plans
        self.done: dict[str, Done] = {}
        for plan in plans:
            clock.process(self._move(plan), source=f"transfer/{plan.vm}")

    def _move(self, plan: Plan) -> Generator[Any, Any, None]:
        yield self.clock.timeout(plan.start)
        moved = self.done[plan.vm] = Done(plan, self.clock.now)
        self.recorder.enter(plan.vm, "transfer", self.clock.now)
        uses = {self.resources[name]: amount for name, amount in plan.uses.items()}
        weight = BEFORE_GUESTS * plan.block
        moved.activity = self.sharing.start(f"transfer/{plan.vm}", plan.size, uses, weight)
        yield moved.activity
        moved.end = self.clock.now
        self.recorder.enter(plan.vm, "", self.clock.now)

    def times(self) -> NDArray[np.float64]:
        """Seconds each finished transfer took, by VM name."""
        return np.array([done.end - done.start for _, done in sorted(self.done.items()) if done.end is not None])

    def totals(self) -> dict[str, float]:
        """Bytes moved, seconds in which anything moved, disk I/Os done and possible; empty without transfers."""
        if not self.plans:
            return {}
        busy = _covered([(done.start, self.clock.now if done.end is None else done.end) for done in self.done.values()])
        used = {name for plan in self.plans for name in plan.uses}
        luns = [resource for name, resource in self.resources.items() if name.startswith("lun/") and name in used]
        return {
            "transfers_unfinished": float(len(self.plans) - len(self.times())),
            "transferred_bytes": math.fsum(self._moved(vm) for vm in sorted(self.done)),
            "transfer_busy_s": busy,
            "lun_done_ios": math.fsum(lun.carried(self.clock.now) for lun in luns),
            "lun_possible_ios": math.fsum(lun.capacity for lun in luns) * busy,
        }

    def balance(self, moved: Callable[[str], float]) -> Iterator[tuple[str, float, float]]:
        """For every LUN and link: its name, what it carried, and what those who use it moved of it."""
        for name, resource in self.resources.items():
            if not name.startswith("cpu/"):
                yield f"work of {name}", resource.carried(self.clock.now), moved(name)

    def moved(self, name: str) -> float:
        """What transfers have used of a resource up to now."""
        using = [(vm, done.plan.uses[name]) for vm, done in sorted(self.done.items()) if name in done.plan.uses]
        return math.fsum(self._moved(vm) * amount for vm, amount in using)

    def _moved(self, vm: str) -> float:
        """Bytes a transfer has moved."""
        done = self.done[vm]
        return done.plan.size - (0.0 if done.activity is None or done.end is not None else done.activity.remaining)


def _covered(spans: list[tuple[float, float]]) -> float:
    """Length of the union of spans of time."""
    covered, until = 0.0, -math.inf
    for start, end in sorted(spans):
        covered += max(0.0, end - max(start, until))
        until = max(until, end)
    return covered
