"""Xen's credit scheduler: weights give credits every 30 ms, running burns them, who has some left goes before who has
none.

    credit(vCPU) += 30 ms * processors * its part of the VM's weight;  credit(vCPU) -= time it runs

A vCPU that wakes with credits left is boosted before all others until the next 10 ms tick it runs through; a processor
whose next vCPU has none steals one that has some from another; nobody is preempted before the rate limit. Unit:
seconds. Source: Xen common/sched_credit.c (Ackaouy 2006); Cherkasova, Gupta, Vahdat, Comparison of the three CPU
schedulers in Xen, Performance Evaluation Review 35(2), 2007.
"""

from __future__ import annotations

import math
from typing import ClassVar

import numpy as np

from vinfra.compute.scheduling.dispatcher import Dispatcher
from vinfra.compute.scheduling.machine import Cpu
from vinfra.compute.scheduling.scheduler import Policy, Scheduler, schedulers
from vinfra.compute.scheduling.vcpu import BLOCKED, Vcpu, Vm
from vinfra.compute.waterfilling import fill
from vinfra.spec import field
from vinfra.units import Seconds

BOOST, UNDER, OVER = range(3)


@schedulers.register("credit")
class Credit(Scheduler):
    """Weights, caps, boost on wake-up and work stealing, as in Xen's credit scheduler."""

    source: ClassVar[str] = "Xen common/sched_credit.c; Cherkasova, Gupta and Vahdat, PER 35(2), 2007"

    slice: Seconds = field(
        "30 ms", "how long a vCPU runs while others wait", source="CSCHED_DEFAULT_TSLICE_MS", tag="specified", gt=0
    )
    tick: Seconds = field(
        "10 ms", "when a boost ends", source="CSCHED_TICKS_PER_TSLICE, three ticks a slice", tag="specified", gt=0
    )
    rate_limit: Seconds = field(
        "1 ms",
        "how long a vCPU runs before it can be preempted; 0 s before Xen 4.2",
        source="XEN_SYSCTL_SCHED_RATELIMIT, Xen commit 64908a0466 (2012)",
        tag="specified",
    )
    migration_delay: Seconds = field(
        "0 s",
        "how long after it ran a vCPU is not stolen, for the sake of its caches",
        source="vcpu_migration_delay, Xen commit 2441e7179c (2009); off by default",
        tag="specified",
    )
    limit_period: Seconds = field(
        "30 ms", "period in which a cap holds", source="credits are given every 30 ms", tag="specified", gt=0
    )

    limit_burst: Seconds = field(
        "30 ms",
        "core time each vCPU of a limited VM may save up from earlier periods",
        source="credits beyond those of a slice are taken away",
        tag="specified",
    )

    def policy(self, host: Dispatcher) -> Policy:
        """The run queues of one host."""
        return _Run(host, self)


class _Run(Policy):
    """Credit on one host: a queue for each processor, first come first served among equals."""

    keeps_home = False

    def __init__(self, host: Dispatcher, credit: Credit) -> None:
        super().__init__(host)
        self.settings = credit
        self.credit: dict[Vcpu, float] = {}
        self.over: dict[Vcpu, bool] = {}
        self.boosted: dict[Vcpu, bool] = {}
        self.active: dict[Vcpu, None] = {}
        self.stopped_at: dict[Vcpu, float] = {}
        self._accounting = False

    def joined(self, vm: Vm) -> None:
        """A new VM has no credits, and no debts."""
        for vcpu in vm.vcpus:
            self.credit[vcpu], self.over[vcpu], self.boosted[vcpu] = 0.0, False, False

    def woken(self, vcpu: Vcpu) -> None:
        """Who has credits is boosted."""
        self.boosted[vcpu] = not self.over[vcpu]

    def ran(self, vcpu: Vcpu, seconds: float) -> None:
        """Running burns credits, and a boost ends with the tick."""
        tick = self.settings.tick
        ticks = math.floor((self.host.now - seconds) / tick + 1e-9), math.floor(self.host.now / tick + 1e-9)
        self.boosted[vcpu] = self.boosted[vcpu] and ticks[0] == ticks[1]
        self.credit[vcpu] -= seconds
        self.active[vcpu] = None
        self.stopped_at[vcpu] = self.host.now

    def changed(self, vm: Vm) -> None:
        """Credits matter as soon as anybody waits."""
        if not self._accounting and self.host.ready:
            self._accounting = True
            self.host.call_at(self._next(self.settings.slice), self._account)

    def _next(self, period: float) -> float:
        return (math.floor(self.host.now / period + 1e-9) + 1) * period

    def priority(self, vcpu: Vcpu) -> int:
        """Boosted, with credits, or without."""
        if vcpu.cpu is not None:
            self.host.settle(vcpu)
        if self.boosted[vcpu]:
            return BOOST
        return OVER if self.over[vcpu] else UNDER

    def _account(self) -> None:
        """Give every VM its credits for one slice, evenly to its vCPUs that wanted to run."""
        for cpu in self.host.cpus:
            if cpu.vcpu is not None:
                self.host.settle(cpu.vcpu)
        active = {vcpu for vcpu in self.active} | {v for v in self.credit if v.state != BLOCKED}
        members = {vm: [vcpu for vcpu in vm.vcpus if vcpu in active] for vm in self.host.vms}
        vms = [vm for vm in self.host.vms if members[vm]]
        slice_, count = self.settings.slice, len(self.host.cpus)
        want = np.array([min(float(len(members[vm])), vm.limit) for vm in vms])
        shares, none = np.array([float(vm.shares) for vm in vms]), np.zeros(len(vms))
        given = fill(none.astype(np.int64), want, shares, none, np.array([float(count)]))
        for vm, cores in zip(vms, given.tolist(), strict=True):
            for vcpu in members[vm]:
                self.credit[vcpu] += cores * slice_ / len(members[vm])
        for vcpu, credit in self.credit.items():
            # Nobody saves up by being idle.
            self.credit[vcpu] = min(credit, slice_) if vcpu.state == BLOCKED else credit
            self.over[vcpu] = credit < 0
        self.active = {}
        self._accounting = bool(self.host.ready)
        if self._accounting:
            self.host.call_at(self.host.now + slice_, self._account)

    def choose(self, cpu: Cpu) -> Vcpu | None:
        """The best of the own queue; where that has no credits, one that has some from another."""
        found = list(self.host.eligible(cpu))
        own = min((v for v in found if v.last is None or v.last is cpu), key=self.priority, default=None)
        if own is not None and self.priority(own) != OVER:
            return own
        others = sorted((v for v in found if self._may_move(v, cpu)), key=lambda v: self._distance(v, cpu))
        stolen = min(others, key=self.priority, default=None)
        if own is not None and (stolen is None or self.priority(stolen) == OVER):
            return own
        return stolen

    def _may_move(self, vcpu: Vcpu, cpu: Cpu) -> bool:
        cold = self.host.now - self.stopped_at.get(vcpu, -math.inf) >= self.settings.migration_delay
        return vcpu.last is not None and vcpu.last is not cpu and cold

    def _distance(self, vcpu: Vcpu, cpu: Cpu) -> int:
        """Processors are asked in turn, from the next one on."""
        last = 0 if vcpu.last is None else vcpu.last.number
        return (last - cpu.number) % len(self.host.cpus)

    def length(self, vcpu: Vcpu) -> float:
        """One slice for everybody."""
        return self.settings.slice

    def preempts(self, vcpu: Vcpu) -> tuple[Cpu, float] | None:
        """Whoever runs where it ran last, if that one comes after it, but not before the rate limit."""
        cpu = vcpu.last
        if cpu is None or cpu.vcpu is None or not vcpu.may_use(cpu):
            return None
        if self.priority(cpu.vcpu) <= self.priority(vcpu):
            return None
        return cpu, cpu.since + self.settings.rate_limit
