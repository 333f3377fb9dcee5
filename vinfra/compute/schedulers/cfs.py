"""CFS, the completely fair scheduler of Linux, under which KVM's vCPUs are threads and a VM is a group.

    slice = max(min_granularity, latency / (waiting per processor + 1)),  each parameter times 1 + log2(min(processors,
    8))

A woken vCPU preempts whoever is more than the wake-up granularity ahead of it. Unit: seconds.
Source: Linux kernel/sched/fair.c, versions 2.6.32 to 6.5.
"""

from __future__ import annotations

import math
from typing import ClassVar

from vinfra.compute.scheduling.dispatcher import Dispatcher
from vinfra.compute.scheduling.fair import NORMAL_SHARES, FairQueue
from vinfra.compute.scheduling.machine import Cpu
from vinfra.compute.scheduling.scheduler import Policy, Scheduler, schedulers
from vinfra.compute.scheduling.vcpu import Vcpu
from vinfra.spec import field
from vinfra.units import Seconds

COUNTED = 8  # processors: more do not lengthen slices any further


@schedulers.register("cfs")
class Cfs(Scheduler):
    """Fair queueing in short slices: Linux, and so KVM, until 2023."""

    source: ClassVar[str] = "Linux kernel/sched/fair.c, versions 2.6.32 to 6.5"

    latency: Seconds = field(
        "6 ms",
        "time in which everybody on a processor runs once, on a host of one processor",
        source="sysctl_sched_latency",
        tag="specified",
        gt=0,
    )
    min_granularity: Seconds = field(
        "0.75 ms",
        "shortest slice, on a host of one processor",
        source="sysctl_sched_min_granularity",
        tag="specified",
        gt=0,
    )
    wakeup_granularity: Seconds = field(
        "1 ms",
        "lead that a woken vCPU takes a processor away for, on a host of one processor",
        source="sysctl_sched_wakeup_granularity",
        tag="specified",
    )
    balance: Seconds = field(
        "64 ms",
        "virtual time that moving to another processor must gain",
        source="a busy processor balances its load that often: min_interval 1, busy_factor 64 in SD_CPU_INIT",
        tag="derived",
    )
    node_balance: Seconds = field(
        "256 ms",
        "virtual time that leaving the home node must gain",
        source="a busy processor balances between nodes that often: min_interval 8, busy_factor 32 in SD_NODE_INIT",
        tag="derived",
    )

    def policy(self, host: Dispatcher) -> Policy:
        """The run queue of one host."""
        return _Run(host, self)


class _Run(FairQueue):
    """CFS on one host."""

    def __init__(self, host: Dispatcher, cfs: Cfs) -> None:
        factor = 1 + round(math.log2(min(len(host.cpus), COUNTED)), 12)
        self.latency = cfs.latency * factor
        self.shortest = cfs.min_granularity * factor
        self.lead = cfs.wakeup_granularity * factor
        super().__init__(host, credit=self.latency / 2, resistance=cfs.balance, foreign=cfs.node_balance)

    def length(self, vcpu: Vcpu) -> float:
        """The latency is divided among those on a processor."""
        return max(self.shortest, self.latency / (1 + math.ceil(len(self.host.ready) / len(self.host.cpus))))

    def preempts(self, vcpu: Vcpu) -> tuple[Cpu, float] | None:
        """At once, whoever is furthest ahead, if that is far enough."""
        cpu = self.most_served(vcpu)
        if cpu is None or cpu.vcpu is None or cpu.vcpu.vm is vcpu.vm:
            return None
        lead = self.lead * NORMAL_SHARES * len(vcpu.vm.vcpus) / vcpu.vm.shares
        ahead = self.now_of(cpu.vcpu) - self.now_of(vcpu) > lead
        return (cpu, self.host.now) if ahead else None
