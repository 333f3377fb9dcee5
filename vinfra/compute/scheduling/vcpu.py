"""Virtual machines and their virtual processors: the state each is in, and the time it spent in every state.

blocked + ready + running + co-stopped = time, always. Unit: seconds.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from vinfra.compute.scheduling.behaviour import Guest
    from vinfra.compute.scheduling.machine import Cpu

BLOCKED, READY, RUNNING, COSTOP = range(4)


class Vcpu:
    """One virtual processor. `work` is what it does before its guest is asked again (seconds of a core of its own),
    `lost` what it must first spend on the switch and on cold caches."""

    __slots__ = (
        "core",
        "cpu",
        "last",
        "local",
        "lost",
        "migrations",
        "name",
        "pinned",
        "since",
        "spin",
        "spin_until",
        "spinning",
        "state",
        "switches",
        "times",
        "useful",
        "vm",
        "work",
        "yielded",
    )

    def __init__(self, vm: Vm, number: int) -> None:
        self.vm = vm
        self.name = f"{vm.name}/{number}"
        self.state = BLOCKED
        self.since = 0.0
        self.times = [0.0, 0.0, 0.0, 0.0]
        self.cpu: Cpu | None = None
        self.last: Cpu | None = None
        self.pinned: frozenset[int] | None = None
        self.work = 0.0
        self.lost = 0.0
        self.spinning = False
        self.spin_until = math.inf
        self.yielded = False
        self.core = self.useful = self.spin = self.local = 0.0
        self.switches = self.migrations = 0

    def may_use(self, cpu: Cpu) -> bool:
        """Whether it may run there."""
        return self.pinned is None or cpu.number in self.pinned


class Vm:
    """One VM: `shares` against others, `reservation` and `limit` in cores, `home` is the node its memory lies on."""

    __slots__ = (
        "budget",
        "guest",
        "home",
        "latencies",
        "limit",
        "name",
        "period",
        "reservation",
        "shares",
        "throttled",
        "vcpus",
    )

    def __init__(
        self, name: str, vcpus: int, guest: Guest, shares: float, reservation: float = 0.0, limit: float = math.inf
    ) -> None:
        self.name = name
        self.vcpus: Sequence[Vcpu] = [Vcpu(self, number) for number in range(vcpus)]
        self.guest = guest
        self.shares = shares
        self.reservation = reservation
        self.limit = limit
        self.home = 0
        self.latencies: list[float] = []
        self.throttled = False
        self.budget = 0.0
        self.period = -1
