"""Locks: a kernel's spin lock, and what happens when its holder is taken off its processor (lock-holder preemption).

    P(holder) = held / (held + between) for a vCPU that is preempted; until it has run on, every sibling that tries to
    take the lock, after a time ~ Exp(between), spins

Only a preempted holder makes events: short waits behind a running one are the same on bare hardware, and part of the
work. Unit: seconds of native CPU time.
Source: Uhlig et al., Towards scalable multiprocessor virtual machines, VM 2004.
"""

from __future__ import annotations

import math
from typing import ClassVar

import numpy as np

from vinfra.compute.scheduling.behaviour import Behaviour, Guest, behaviours, exponential
from vinfra.compute.scheduling.dispatcher import Dispatcher
from vinfra.compute.scheduling.vcpu import RUNNING, Vcpu, Vm
from vinfra.spec import field
from vinfra.units import Seconds


class _Guest(Guest):
    """The kernel of a VM with its lock. `holder` is the vCPU that was preempted with it."""

    behaviour: Locks

    def begin(self, host: Dispatcher, vm: Vm) -> None:
        """Everybody works all the time."""
        self.holder: Vcpu | None = None
        self.left = 0.0
        self.draws: dict[Vcpu, np.random.Generator] = {}
        for vcpu in vm.vcpus:
            self.draws[vcpu] = self.streams.generator("locks", vcpu.name)
            host.wake(vcpu, math.inf)

    def descheduled(self, host: Dispatcher, vcpu: Vcpu) -> None:
        """Perhaps it had the lock; then its running siblings will want it sooner or later."""
        if self.holder is vcpu:
            self.left = vcpu.work
        elif self.holder is None and not vcpu.spinning and len(vcpu.vm.vcpus) > 1:
            held, between = self.behaviour.held, self.behaviour.between
            if self.draws[vcpu].random() < held / (held + between):
                self.holder, self.left = vcpu, exponential(self.draws[vcpu], held * self.cost)
                for other in vcpu.vm.vcpus:
                    if other is not vcpu and other.state == RUNNING:
                        host.give(other, self._until_lock(other))

    def dispatched(self, host: Dispatcher, vcpu: Vcpu) -> None:
        """The holder goes on to release the lock; who comes while it is held will want it."""
        if vcpu is self.holder:
            vcpu.work = self.left
        elif self.holder is not None and not vcpu.spinning:
            vcpu.work = self._until_lock(vcpu)

    def done(self, host: Dispatcher, vcpu: Vcpu) -> None:
        """The holder releases the lock, or another finds it taken."""
        if vcpu is not self.holder:
            if self.holder is None:
                host.give(vcpu, math.inf)
            else:
                host.spin(vcpu)
            return
        self.holder = None
        for other in vcpu.vm.vcpus:
            host.give(other, math.inf)

    def _until_lock(self, vcpu: Vcpu) -> float:
        return exponential(self.draws[vcpu], self.behaviour.between * self.cost)


@behaviours.register("locks")
class Locks(Behaviour):
    """CPU-bound work on all vCPUs with a kernel's spin lock between them."""

    source: ClassVar[str] = "Uhlig et al., Towards scalable multiprocessor virtual machines, VM 2004"
    guest: ClassVar[type[Guest]] = _Guest

    held: Seconds = field(
        "1 us",
        "how long the lock is held, mean",
        source="most spin locks are held for less than 2^12 cycles (Linux b67758cda1): half of that at 2 GHz",
        tag="derived",
        gt=0,
    )
    between: Seconds = field(
        "50 us",
        "time a vCPU works between two times it takes the lock, mean",
        source="a kernel build holds its busiest locks for a few percent of the time",
        tag="assumed",
        gt=0,
    )
