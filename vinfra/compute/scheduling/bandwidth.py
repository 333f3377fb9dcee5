"""Limits: a VM may use limit * period seconds of core time in each period, and waits for the next when they are gone.

What is not used is lost with its period. Unit: seconds of a core. Source: Turner, Rao, Rao, CPU bandwidth control for
CFS, Linux Symposium 2010; a cap of Xen's credit scheduler is the same.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from vinfra.compute.scheduling.vcpu import RUNNING, Vcpu, Vm

if TYPE_CHECKING:
    from vinfra.compute.scheduling.dispatcher import Dispatcher

NOTHING = 1e-9  # seconds of core time: so little is none


class Bandwidth:
    """The budgets of a host's limited VMs."""

    def __init__(self, host: Dispatcher, period: float, burst: float) -> None:
        self.host = host
        self.period = period
        self.burst = burst
        self._armed: dict[Vm, float] = {}

    def ran(self, vcpu: Vcpu, core: float) -> None:
        """A vCPU has used so much core time."""
        vm = vcpu.vm
        if vm.limit < len(vm.vcpus):
            vm.budget -= core

    def changed(self, vm: Vm) -> None:
        """A vCPU of the VM starts or stops running: see when its budget would be gone."""
        if vm.limit >= len(vm.vcpus):
            return
        now, number = self.host.now, self._number()
        for vcpu in vm.vcpus:
            self.host.settle(vcpu)
        if vm.period != number:
            self._earn(vm, number)
        running = [vcpu for vcpu in vm.vcpus if vcpu.state == RUNNING]
        if running:
            gone = now + max(vm.budget, 0.0) / len(running)
            self._come_back(vm, min(gone, (number + 1) * self.period))

    def _earn(self, vm: Vm, number: int) -> None:
        """The budget in a new period, which may be some periods after the last the VM ran in."""
        earned = vm.limit * self.period
        if vm.period >= 0:
            vm.budget += earned * (number - vm.period - 1)
        vm.budget = min(vm.budget, self.burst * len(vm.vcpus)) + earned
        vm.period = number

    def _number(self) -> int:
        """Which period it is."""
        return math.floor(self.host.now / self.period + 1e-9)

    def _come_back(self, vm: Vm, time: float) -> None:
        time = max(time, self.host.now)
        if self._armed.get(vm) != time:
            self._armed[vm] = time
            self.host.clock.call_at(time, self._due, vm, time, source=self.host.source)

    def _due(self, vm: Vm, time: float) -> None:
        """The budget is gone, or a new period begins."""
        if self._armed.get(vm) != time:
            return
        del self._armed[vm]
        if vm.period != self._number():
            vm.throttled = False
            self.host.ask()
        self.changed(vm)
        if vm.budget <= NOTHING and not vm.throttled:
            vm.throttled = True
            for vcpu in vm.vcpus:
                if vcpu.state == RUNNING and vcpu.cpu is not None:
                    self.host.take_off(vcpu.cpu)
            self._come_back(vm, (vm.period + 1) * self.period)
            self.host.ask()
