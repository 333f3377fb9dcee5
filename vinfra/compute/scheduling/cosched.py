"""Co-scheduling: a VM's vCPUs advance together, or those ahead are stopped.

    skew grows by one second per second while one vCPU runs and a sibling that wants to does not,

so the moment it passes its bound is known in advance, and that is the only event it takes. Relaxed: who is ahead is
let on when half of the bound is left. Strict: all stop, and start again when there are processors for all of them at
once. Unit: seconds.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from vinfra.compute.scheduling.dispatcher import INSTANT, Dispatcher
from vinfra.compute.scheduling.fair import FairQueue
from vinfra.compute.scheduling.machine import Cpu
from vinfra.compute.scheduling.vcpu import BLOCKED, COSTOP, RUNNING, Vcpu, Vm

CATCH_UP = 0.5  # of the bound: a stopped vCPU is let on when no more than this is left of its lead


class CoScheduling:
    """Skews of a host's VMs. `stopped` are the VMs that wait to start as a whole, oldest first."""

    def __init__(self, host: Dispatcher, queue: FairQueue, bound: float, strict: bool) -> None:
        self.host = host
        self.queue = queue
        self.bound = bound
        self.strict = strict
        self.progress: dict[Vcpu, float] = {}
        self.away: dict[Vcpu, None] = {}
        self.stopped: dict[Vm, None] = {}
        self._changed: dict[Vm, None] = {}
        self._due_at: dict[Vm, float] = {}

    def joined(self, vm: Vm) -> None:
        """All begin level, and idle."""
        self.progress.update(dict.fromkeys(vm.vcpus, 0.0))
        self.away.update(dict.fromkeys(vm.vcpus))

    def woken(self, vcpu: Vcpu) -> None:
        """Where the VM is stopped as a whole, this vCPU is too."""
        if vcpu.vm in self.stopped:
            self.host.co_stop(vcpu)

    def ran(self, vcpu: Vcpu, seconds: float) -> None:
        """Running is progress."""
        self.progress[vcpu] += seconds

    def changed(self, vm: Vm) -> None:
        """Look at it when the instant is over."""
        if len(vm.vcpus) > 1:
            self._changed[vm] = None

    def review(self) -> None:
        """Stop who is too far ahead, let on who is not any more, and come back when the next will be."""
        changed, self._changed = self._changed, {}
        for vm in changed:
            for vcpu in vm.vcpus:
                self.host.settle(vcpu)
            wanting = self._wanting(vm)
            if vm not in self.stopped:
                self._review(vm, wanting)
            elif all(vcpu.state == BLOCKED for vcpu in vm.vcpus):
                del self.stopped[vm]

    def _wanting(self, vm: Vm) -> list[Vcpu]:
        """Those that want to get on. Who was idle, or spun in vain and stepped back, comes back level with the
        slowest."""
        there = [vcpu for vcpu in vm.vcpus if vcpu.state != BLOCKED and not vcpu.yielded]
        level = min((self.progress[vcpu] for vcpu in there if vcpu not in self.away), default=0.0)
        for vcpu in there:
            if vcpu in self.away:
                del self.away[vcpu]
                self.progress[vcpu] = level
        self.away.update(dict.fromkeys(vcpu for vcpu in vm.vcpus if vcpu not in there))
        return there

    def _review(self, vm: Vm, wanting: Sequence[Vcpu]) -> None:
        waiting = [self.progress[vcpu] for vcpu in wanting if vcpu.state != RUNNING]
        running = [vcpu for vcpu in wanting if vcpu.state == RUNNING]
        ahead = [vcpu for vcpu in running if waiting and self._lead(vcpu, waiting) >= self.bound - INSTANT]
        if ahead:
            for vcpu in wanting if self.strict else ahead:
                self.host.co_stop(vcpu)
            if self.strict:
                self.stopped[vm] = None
            return
        for vcpu in wanting:
            if vcpu.state == COSTOP and self._left(vcpu, wanting) <= INSTANT:
                self.host.let_on(vcpu)
        times = [self.bound - self._lead(vcpu, waiting) for vcpu in running if waiting]
        for vcpu in wanting:
            # Only who runs catches up; where a slower one waits, its start is what to look at next.
            slower = [other for other in wanting if self._gap(vcpu, other) > 0] if vcpu.state == COSTOP else []
            if slower and all(other.state == RUNNING for other in slower):
                times.append(self._left(vcpu, wanting))
        if times:
            self._come_back(vm, self.host.now + min(times))

    def _lead(self, vcpu: Vcpu, waiting: Sequence[float]) -> float:
        return self.progress[vcpu] - min(waiting)

    def _gap(self, vcpu: Vcpu, other: Vcpu) -> float:
        """What another must still run before it holds this stopped vCPU back no longer."""
        return self.progress[vcpu] - self.progress[other] - CATCH_UP * self.bound

    def _left(self, vcpu: Vcpu, wanting: Sequence[Vcpu]) -> float:
        """What the slowest sibling must still run before a stopped vCPU is let on."""
        return max(self._gap(vcpu, other) for other in wanting)

    def _come_back(self, vm: Vm, time: float) -> None:
        if self._due_at.get(vm) != time:
            self._due_at[vm] = time
            self.host.call_at(time, self._due, vm, time)

    def _due(self, vm: Vm, time: float) -> None:
        if self._due_at.get(vm) == time:
            del self._due_at[vm]
            self._changed[vm] = None
            self.host.ask()

    def assemble(self) -> None:
        """Start the stopped VMs for which there are processors: idle ones, and those of VMs that received more."""
        for vm in sorted(self.stopped, key=lambda vm: (self.queue.virtual[vm], vm.name)):
            members = self._wanting(vm)
            found = self._places(vm, len(members))
            if vm.throttled or len(found) < len(members):
                continue
            del self.stopped[vm]
            for vcpu, cpu in zip(members, found, strict=True):
                self.host.take_off(cpu)
                self.progress[vcpu] = 0.0
                self.host.run(vcpu, cpu)

    def _places(self, vm: Vm, count: int) -> list[Cpu]:
        """Processors the VM may take: at home first, idle ones first, then of those who are ahead by most."""
        found = []
        for cpu in self.host.cpus:
            away = cpu.node != vm.home
            if cpu.vcpu is None:
                found.append((away, -math.inf, cpu.number, cpu))
            elif (more := self.queue.now_of(cpu.vcpu) - self.queue.virtual[vm]) > self.queue.credit:
                found.append((away, -more, cpu.number, cpu))
        return [cpu for *_, cpu in sorted(found, key=lambda place: place[:3])[:count]]
