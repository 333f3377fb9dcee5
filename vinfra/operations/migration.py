"""Moving a VM while it runs. A way to do it is one file in migrations/: what is sent when, and when the VM stands
still.

A migration is a journey in phases. Each phase sends bytes as one activity over everything on the way (links, LUNs, the
processors of both hosts), so its rate is what sharing gives it at every moment, and what the guest dirties meanwhile
follows the time the phase really took. Units: bytes, bytes per second, seconds.
"""

from __future__ import annotations

import math
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal, Protocol

from vinfra import spec
from vinfra.compute.transfer import OUTSTANDING
from vinfra.engine.activity import Activity, Resource
from vinfra.engine.clock import Clock
from vinfra.engine.recorder import Recorder
from vinfra.engine.sharing import Sharing
from vinfra.registry import Registry
from vinfra.spec import Spec
from vinfra.workloads.writable_set import WritableSet

STREAM = OUTSTANDING * 65536  # weight of a migration: that of a transfer in blocks of 64 KiB
Phases = Generator[Any, Any, None]


class Migration(Spec):
    """One way to move what a VM holds."""

    name: ClassVar[str]
    source: ClassVar[str]
    moves: ClassVar[Literal["memory", "disk"]] = "memory"
    crosses: ClassVar[bool] = False  # whether it can lead to another site

    cycles_per_byte: float = spec.field(
        8.0,
        "cycles that sending a byte takes on the source, and receiving it on the target",
        ge=0,
        source="one hertz for each bit per second, to send and to receive: Foong et al., TCP Performance "
        "Re-visited, ISPASS 2003",
        tag="measured",
    )

    def move(self, journey: Journey) -> Phases:
        """The phases of one journey, as a process; ends when nothing is left at the source."""
        raise TypeError(f"{type(self).__name__} does not say how it moves a VM")


migrations: Registry[Migration] = Registry("migration", "vinfra.operations.migrations", Migration)


class Guest(Protocol):
    """The VM as its hosts run it."""

    def pace(self, vm: str, fraction: float) -> None:
        """From now on the VM gets at most this part of what it wants; 0 stops it."""

    def expect(self, vm: str, host: str) -> None:
        """The VM is on its way to that host, which is on from now on."""

    def arrive(self, vm: str, host: str) -> None:
        """From now on the VM runs on that host."""


@dataclass(frozen=True, slots=True)
class Plan:
    """One VM on its way: `size` bytes of memory (or disk) that it `writes` to, moved by `method`.

    `uses` maps a resource's name to what one byte on the way uses of it. `home` is the host that runs the VM, `target`
    where it goes: another host, or for a disk another datastore. Where a disk moves, `guest_uses` says what a byte uses
    that the guest writes to it, `mirror_uses` what writing that byte at the target uses, `merge_uses` what reading it
    there and writing it once more does.
    """

    vm: str
    size: float
    writes: WritableSet
    method: Migration
    uses: Mapping[str, float]
    home: str
    target: str
    vcpus: int = 1
    guest_uses: Mapping[str, float] = field(default_factory=dict)
    mirror_uses: Mapping[str, float] = field(default_factory=dict)
    merge_uses: Mapping[str, float] = field(default_factory=dict)


class Journey:
    """A plan under way, and what it has cost so far: `sent` bytes, `downtime` seconds, `rounds`.

    `missing` are bytes of each class of pages that were never sent; `written` and `held_up` are bytes the guest wrote
    to its disk and could not write in time, where a disk moves.
    """

    def __init__(
        self,
        plan: Plan,
        clock: Clock,
        sharing: Sharing,
        resources: Mapping[str, Resource],
        recorder: Recorder,
        guest: Guest,
        past: dict[str, float],
    ) -> None:
        self.plan = plan
        self.clock = clock
        self.sharing = sharing
        self.recorder = recorder
        self.guest = guest
        self.resources = resources
        self.start = clock.now
        self.end: float | None = None
        self.sent = 0.0
        self.downtime = 0.0
        self.rounds = 0
        self.missing = list(plan.writes.sizes)
        self.written = self.held_up = 0.0
        self.under_way: list[Activity] = []
        self._past = past
        self._stopped: float | None = None

    def line_rate(self) -> float:
        """Bytes per second when nobody else is there."""
        return min(self.resources[name].capacity / amount for name, amount in self.plan.uses.items())

    def enter(self, state: str) -> None:
        """Tell the timeline what is going on; '' where nothing is."""
        self.recorder.enter(self.plan.vm, state, self.clock.now)

    def send(self, amount: Sequence[float], waiting: Sequence[float], bound: float = math.inf) -> Phases:
        """Send so many bytes of each class of pages, of those `waiting`; both of shape (classes,)."""
        yield from self.carry(math.fsum(amount), self.plan.uses, bound)
        self.sent += math.fsum(amount)
        for index, (moved, there) in enumerate(zip(amount, waiting, strict=True)):
            if there > 0:
                self.missing[index] *= max(0.0, 1.0 - moved / there)

    def carry(self, amount: float, uses: Mapping[str, float], bound: float = math.inf) -> Phases:
        """Work that uses resources by name, as one activity."""
        if amount <= 0:
            return
        activity = self.begin("migration", amount, uses, bound)
        yield activity
        self.finish(activity)

    def begin(self, kind: str, amount: float, uses: Mapping[str, float], bound: float = math.inf) -> Activity:
        """Start such an activity and go on; what it uses counts for the audit until it is finished."""
        taken = {self.resources[name]: share for name, share in uses.items()}
        activity = self.sharing.start(f"{kind}/{self.plan.vm}", amount, taken, STREAM, 0.0, bound)
        self.under_way.append(activity)
        return activity

    def finish(self, activity: Activity) -> float:
        """The work an activity has done; ends it where it is still under way."""
        if not activity.triggered:
            self.sharing.cancel(activity)
        self.under_way.remove(activity)
        for resource, share in activity.uses:
            self._past[resource.name] = self._past.get(resource.name, 0.0) + activity.served * share
        return activity.served

    def stop(self) -> None:
        """The VM stands still from now on."""
        self._stopped = self.clock.now
        self.guest.pace(self.plan.vm, 0.0)
        self.enter("stopped")

    def go(self, pace: float = 1.0) -> None:
        """The VM runs again, at so much of its speed."""
        if self._stopped is not None:
            self.downtime += self.clock.now - self._stopped
            self._stopped = None
        self.guest.pace(self.plan.vm, pace)

    def arrive(self) -> None:
        """The VM changes its host; where its disk moves, it stays."""
        if self.plan.method.moves == "memory":
            self.guest.arrive(self.plan.vm, self.plan.target)
