"""Fair queueing of VMs by virtual time: whoever has received least for its shares runs next.

    virtual(VM) = sum of seconds its vCPUs ran / (shares / 1000)

A VM that was idle comes back at the virtual time of those that wait, less `credit`; one that never waits (its shares
entitle it to more than it has vCPUs) keeps no more than the same lag as a claim. Unit: seconds of a vCPU of normal
shares. Source: Goyal, Guo, Vin, A hierarchical CPU scheduler, OSDI 1996; Chandra et al., Surplus fair scheduling, OSDI
2000.
"""

from __future__ import annotations

from vinfra.compute.scheduling.dispatcher import Dispatcher
from vinfra.compute.scheduling.machine import Cpu
from vinfra.compute.scheduling.scheduler import Policy
from vinfra.compute.scheduling.vcpu import BLOCKED, RUNNING, Vcpu, Vm

NORMAL_SHARES = 1000.0  # of one vCPU; only ratios matter
PATIENCE = 10  # times the credit: who has not waited for so long does not compete


class FairQueue(Policy):
    """`credit` is the lag an idle VM keeps, `resistance` what moving to another processor must gain and `foreign` what
    leaving the home node must gain, all in virtual seconds."""

    def __init__(self, host: Dispatcher, credit: float, resistance: float, foreign: float) -> None:
        super().__init__(host)
        self.credit = credit
        self.resistance = resistance
        self.foreign = foreign
        self.floor = 0.0
        self.virtual: dict[Vm, float] = {}
        self.fair: dict[Vcpu, float] = {}
        self.waited: dict[Vm, float] = {}

    def joined(self, vm: Vm) -> None:
        """New VMs have received nothing yet."""
        self.virtual[vm], self.waited[vm] = self._raise_floor(), self.host.now
        self.fair.update(dict.fromkeys(vm.vcpus, 0.0))

    def woken(self, vcpu: Vcpu) -> None:
        """A VM of which nothing ran comes back with no more than `credit`; a vCPU never leads its siblings by less."""
        vm = vcpu.vm
        awake = [other for other in vm.vcpus if other is not vcpu and other.state != BLOCKED]
        if awake:
            self.fair[vcpu] = max(self.fair[vcpu], min(self.fair[other] for other in awake))
        else:
            self.virtual[vm] = max(self.virtual[vm], self._raise_floor(vm) - self.credit)

    def ran(self, vcpu: Vcpu, seconds: float) -> None:
        """Time passes for the VM, slower the more shares it has."""
        vm = vcpu.vm
        self.fair[vcpu] += seconds
        self.virtual[vm] += seconds * NORMAL_SHARES / vm.shares

    def now_of(self, vcpu: Vcpu) -> float:
        """The virtual time of a vCPU's VM at this instant."""
        for other in vcpu.vm.vcpus:
            if other.state == RUNNING:
                self.host.settle(other)
        return self.virtual[vcpu.vm]

    def choose(self, cpu: Cpu) -> Vcpu | None:
        """The one with least virtual time, where staying on the processor counts for something."""
        found = list(self.host.eligible(cpu))
        if not found:
            return None
        for vm in dict.fromkeys(vcpu.vm for vcpu in self.host.ready):
            self.waited[vm] = self.host.now
            self.now_of(vm.vcpus[0])
        self._raise_floor()
        self._forget_idle_claims()
        return min(found, key=lambda vcpu: self.rank(vcpu, cpu))

    def rank(self, vcpu: Vcpu, cpu: Cpu) -> tuple[float, float, str]:
        """What decides between those that are ready; the least runs."""
        away = self.resistance if vcpu.last is not None and vcpu.last is not cpu else 0.0
        away += self.foreign if cpu.node != vcpu.vm.home else 0.0
        return self.virtual[vcpu.vm] + away, self.fair[vcpu], vcpu.name

    def _running(self) -> list[Vm]:
        """VMs that have a processor."""
        return list(dict.fromkeys(cpu.vcpu.vm for cpu in self.host.cpus if cpu.vcpu is not None))

    def _waits(self, vm: Vm) -> bool:
        """Whether the VM waited for a processor lately."""
        return self.host.now - self.waited[vm] <= PATIENCE * self.credit

    def _raise_floor(self, besides: Vm | None = None) -> float:
        """The least virtual time of all that want to run, which never falls: where idle VMs come back."""
        active = [*self._running(), *(vcpu.vm for vcpu in self.host.ready)]
        times = [self.now_of(vm.vcpus[0]) for vm in dict.fromkeys(active) if vm is not besides]
        self.floor = max(self.floor, min(times, default=self.floor))
        return self.floor

    def _level(self) -> float:
        """The least virtual time of the VMs that compete; of all that run where none does."""
        running = self._running()
        competing = [vm for vm in running if self._waits(vm)] + [vcpu.vm for vcpu in self.host.ready]
        return min((self.now_of(vm.vcpus[0]) for vm in competing or running), default=0.0)

    def _forget_idle_claims(self) -> None:
        """Whoever runs and never waits may not save up more than `credit`."""
        alone = [vm for vm in self._running() if not self._waits(vm)]
        level = self._level() if alone else 0.0
        for vm in alone:
            self.virtual[vm] = max(self.now_of(vm.vcpus[0]), level - self.credit)

    def most_served(self, vcpu: Vcpu) -> Cpu | None:
        """The processor whose vCPU has received most for its shares, of those a vCPU may use."""
        busy = [cpu for cpu in self.host.cpus if cpu.vcpu is not None and vcpu.may_use(cpu)]
        return max(busy, key=lambda cpu: (self._received(cpu), cpu.number), default=None)

    def _received(self, cpu: Cpu) -> float:
        assert cpu.vcpu is not None
        return self.now_of(cpu.vcpu)
