"""The scheduler of ESX: proportional shares with reservations and limits, and co-scheduling of a VM's vCPUs.

    skew(v) = progress(v) - progress of the slowest sibling that wants to run and does not

Who is behind its reservation goes first, then who has received least for its shares. Strict co-scheduling (ESX 2)
stops all vCPUs of a VM when one is too far ahead and starts them together again; relaxed co-scheduling (since ESX 3)
stops those ahead until the others have caught up. An idle vCPU is part of no skew. Unit: seconds. Source: VMware, The
CPU Scheduler in VMware vSphere 5.1, 2013; Gulati et al., mClock, OSDI 2010 (reservations).
"""

from __future__ import annotations

from typing import ClassVar, Literal

from vinfra.compute.scheduling.cosched import CoScheduling
from vinfra.compute.scheduling.dispatcher import Dispatcher
from vinfra.compute.scheduling.fair import NORMAL_SHARES, FairQueue
from vinfra.compute.scheduling.machine import Cpu
from vinfra.compute.scheduling.scheduler import Policy, Scheduler, schedulers
from vinfra.compute.scheduling.vcpu import BLOCKED, Vcpu, Vm
from vinfra.spec import field
from vinfra.units import Seconds


@schedulers.register("esx")
class Esx(Scheduler):
    """Proportional shares, reservations, limits and co-scheduling, as in VMware ESX."""

    source: ClassVar[str] = "VMware, The CPU Scheduler in VMware vSphere 5.1, 2013"
    reserves: ClassVar[bool] = True

    co_scheduling: Literal["strict", "relaxed"] = field(
        "relaxed", "whether a VM stops as a whole when a vCPU lags, or only who is ahead"
    )
    skew: Seconds = field(
        "3 ms",
        "how far a vCPU may be ahead of its slowest sibling",
        source="a few milliseconds, says VMware (ESX scheduler support for SMP VMs, 2008), and no more precisely",
        tag="assumed",
        gt=0,
    )
    quantum: Seconds = field(
        "50 ms",
        "how long a vCPU runs while others wait",
        source="default quantum of the VMkernel: Crump et al., vSphere High Performance Cookbook, 2nd edition, 2017",
        tag="specified",
        gt=0,
    )
    lead: Seconds = field(
        "1 ms",
        "lead that a woken vCPU takes a processor away for",
        source="as the wake-up granularity of CFS; VMware does not say",
        tag="assumed",
    )
    resistance: Seconds = field(
        "50 ms",
        "virtual time that moving to another processor must gain",
        source="one quantum; VMware does not say",
        tag="assumed",
    )
    rebalance: Seconds = field(
        "2 s",
        "virtual time that leaving the home node must gain",
        source="period in which NUMA nodes are balanced: vSphere Resource Management, Numa.RebalancePeriod",
        tag="derived",
    )
    limit_period: Seconds = field(
        "50 ms", "period in which a limit holds", source="one quantum; VMware does not say", tag="assumed", gt=0
    )

    limit_burst: Seconds = field(
        "50 ms",
        "core time each vCPU of a limited VM may save up from earlier periods",
        source="one quantum; VMware does not say",
        tag="assumed",
    )

    def policy(self, host: Dispatcher) -> Policy:
        """The run queue of one host."""
        return _Run(host, self)


class _Run(FairQueue):
    """ESX on one host. `owed` is what a VM lacks of its reservation, in seconds of a core."""

    def __init__(self, host: Dispatcher, esx: Esx) -> None:
        super().__init__(host, credit=esx.quantum, resistance=esx.resistance, foreign=esx.rebalance)
        self.quantum = esx.quantum
        self.lead = esx.lead
        self.owed: dict[Vm, float] = {}
        self.owed_at: dict[Vm, float] = {}
        self.together = CoScheduling(host, self, esx.skew, strict=esx.co_scheduling == "strict")

    def joined(self, vm: Vm) -> None:
        """Nothing is owed to a VM that begins."""
        super().joined(vm)
        self.owed[vm], self.owed_at[vm] = 0.0, self.host.now
        self.together.joined(vm)

    def woken(self, vcpu: Vcpu) -> None:
        """What a VM did not want while it was idle is not owed to it."""
        super().woken(vcpu)
        vm = vcpu.vm
        if all(other is vcpu or other.state == BLOCKED for other in vm.vcpus):
            self.owed[vm], self.owed_at[vm] = min(self.owed[vm], 0.0), self.host.now
        self.together.woken(vcpu)

    def ran(self, vcpu: Vcpu, seconds: float) -> None:
        """Time counts towards shares, reservation and progress."""
        super().ran(vcpu, seconds)
        vm = vcpu.vm
        if vm.reservation > 0:
            owed = self._owed(vm) - seconds
            self.owed[vm], self.owed_at[vm] = max(owed, -self.quantum * len(vm.vcpus)), self.host.now
        self.together.ran(vcpu, seconds)

    def _owed(self, vm: Vm) -> float:
        return self.owed[vm] + vm.reservation * (self.host.now - self.owed_at[vm])

    def rank(self, vcpu: Vcpu, cpu: Cpu) -> tuple[float, float, str]:
        """Reservations first, those most behind; then shares."""
        virtual, fair, name = super().rank(vcpu, cpu)
        return (-1e9 - self._owed(vcpu.vm) if self._is_owed(vcpu.vm) else virtual), fair, name

    def _is_owed(self, vm: Vm) -> bool:
        return vm.reservation > 0 and self._owed(vm) > 0

    def length(self, vcpu: Vcpu) -> float:
        """One quantum for everybody."""
        return self.quantum

    def preempts(self, vcpu: Vcpu) -> tuple[Cpu, float] | None:
        """At once, whoever has received most, if that is far more."""
        cpu = self.most_served(vcpu)
        if cpu is None or cpu.vcpu is None or cpu.vcpu.vm is vcpu.vm:
            return None
        lead = self.lead * NORMAL_SHARES * len(vcpu.vm.vcpus) / vcpu.vm.shares
        ahead = self.now_of(cpu.vcpu) - self.now_of(vcpu) > lead
        return (cpu, self.host.now) if ahead and not self._is_owed(cpu.vcpu.vm) else None

    def changed(self, vm: Vm) -> None:
        """Its skew may have begun or ended to grow."""
        self.together.changed(vm)

    def review(self) -> None:
        """Stop who is too far ahead."""
        self.together.review()

    def assemble(self) -> None:
        """Start VMs that were stopped as a whole."""
        self.together.assemble()

    @property
    def assembling(self) -> bool:
        """Whether a VM waits to start as a whole."""
        return bool(self.together.stopped)
