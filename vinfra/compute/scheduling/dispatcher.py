"""The discrete events of one host: a vCPU wakes, blocks, spins, finishes its work or comes to the end of its slice.

Everything that happens at an instant is gathered, and the policy decides once, after it. A slice ends only where
somebody waits; between two events nothing is counted, it is settled when it matters. Unit: seconds.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

from vinfra.compute.scheduling.bandwidth import Bandwidth
from vinfra.compute.scheduling.machine import Cpu, Machine
from vinfra.compute.scheduling.scheduler import Scheduler
from vinfra.compute.scheduling.vcpu import BLOCKED, COSTOP, READY, RUNNING, Vcpu, Vm
from vinfra.engine.clock import LATE, Clock

INSTANT = 1e-9  # seconds: what is closer than this happens at once
NEVER = math.inf


class Dispatcher:
    """One host: its processors, its VMs, and the policy that gives the ones to the others."""

    def __init__(self, clock: Clock, machine: Machine, scheduler: Scheduler, name: str = "host") -> None:
        self.clock = clock
        self.machine = machine
        self.name = name
        self.source = f"cpu/{name}"
        self.cpus = machine.cpus()
        self.vms: list[Vm] = []
        self.ready: dict[Vcpu, None] = {}
        self.window = scheduler.ple_window / machine.frequency
        self.limits = Bandwidth(self, scheduler.limit_period, scheduler.limit_burst)
        self.policy = scheduler.policy(self)
        self._asked = False
        self._woken: list[Vcpu] = []

    @property
    def now(self) -> float:
        """Simulated time."""
        return self.clock.now

    def start(self, vms: list[Vm]) -> None:
        """Switch VMs on, each with its memory on the node with fewest vCPUs; their order does not matter."""
        for vm in sorted(vms, key=lambda vm: vm.name):
            if len(vm.vcpus) > len(self.cpus):
                raise ValueError(f"{vm.name} has {len(vm.vcpus)} vCPUs, {self.name} has {len(self.cpus)} processors")
            homes = [0] * self.machine.nodes
            for other in self.vms:
                homes[other.home] += len(other.vcpus)
            vm.home = homes.index(min(homes))
            self.vms.append(vm)
            for vcpu in vm.vcpus:
                vcpu.since = self.now
            self.policy.joined(vm)
            self.clock.call_at(self.now, vm.guest.begin, self, vm, source=self.source)

    # What guests say.

    def wake(self, vcpu: Vcpu, work: float) -> None:
        """A blocked vCPU wants to run, and has so much to do before its guest is asked again."""
        vcpu.work = work
        self._enter(vcpu, READY)
        self._woken.append(vcpu)
        self.policy.woken(vcpu)
        self.policy.changed(vcpu.vm)
        self.ask()

    def block(self, vcpu: Vcpu) -> None:
        """A vCPU has nothing to do until it is woken."""
        if vcpu.cpu is None:
            self._enter(vcpu, BLOCKED)
            self.policy.changed(vcpu.vm)
        else:
            self._take_off(vcpu, BLOCKED)
        vcpu.spinning = vcpu.yielded = False
        self.ask()

    def give(self, vcpu: Vcpu, work: float) -> None:
        """A vCPU that is not blocked has this to do from now on; one that spins stops spinning."""
        self.settle(vcpu)
        vcpu.work = work
        if vcpu.yielded:
            self.policy.changed(vcpu.vm)
            self._woken.append(vcpu)
            self.ask()
        vcpu.spinning = vcpu.yielded = False
        if vcpu.cpu is not None:
            self._arm(vcpu.cpu)

    def spin(self, vcpu: Vcpu) -> None:
        """A running vCPU turns in a loop until it is given work."""
        self.settle(vcpu)
        vcpu.spinning = True
        vcpu.spin_until = self.now + self.window if self.window else NEVER
        if vcpu.cpu is not None:
            self._arm(vcpu.cpu)

    # What policies say.

    def co_stop(self, vcpu: Vcpu) -> None:
        """A vCPU that is ahead of its siblings may not run until it is let on again."""
        if vcpu.cpu is not None:
            self._take_off(vcpu, COSTOP)
        else:
            self._enter(vcpu, COSTOP)
            self.policy.changed(vcpu.vm)
        self.ask()

    def let_on(self, vcpu: Vcpu) -> None:
        """A co-stopped vCPU may run again."""
        self._enter(vcpu, READY)
        self.policy.changed(vcpu.vm)
        self._woken.append(vcpu)
        self.ask()

    def take_off(self, cpu: Cpu) -> None:
        """Whoever runs there waits again."""
        if cpu.vcpu is not None:
            self._take_off(cpu.vcpu, READY)

    def eligible(self, cpu: Cpu | None = None) -> Iterator[Vcpu]:
        """Who may run (on this processor), those that wait longest first; who yielded, only when nobody else may."""
        found = [v for v in self.ready if not v.vm.throttled and (cpu is None or v.may_use(cpu))]
        working = [vcpu for vcpu in found if not vcpu.yielded]
        return iter(working or found)

    def call_at(self, time: float, function: Callable[..., object], *arguments: object) -> None:
        """Call a function of a guest or a policy at a time."""
        self.clock.call_at(max(time, self.now), function, *arguments, source=self.source)

    # Events.

    def ask(self) -> None:
        """Let the policy decide when everything else of this instant has happened."""
        if not self._asked:
            self._asked = True
            self.clock.call_at(self.now, self._decide, source=self.source, priority=LATE)

    def settle(self, vcpu: Vcpu) -> None:
        """Account for the time since this was last done."""
        now = self.clock.now
        elapsed = now - vcpu.since
        if elapsed <= 0:
            return
        vcpu.since = now
        vcpu.times[vcpu.state] += elapsed
        cpu = vcpu.cpu
        if cpu is None:
            return
        core = elapsed / (1 + cpu.busy_siblings)
        vcpu.core += core
        vcpu.local += elapsed if cpu.node == vcpu.vm.home else 0.0
        lost = min(vcpu.lost, elapsed)
        vcpu.lost -= lost
        if vcpu.spinning:
            vcpu.spin += elapsed - lost
        else:
            done = min((elapsed - lost) * self.speed(vcpu, cpu), vcpu.work)
            vcpu.work -= done
            vcpu.useful += done
        self.policy.ran(vcpu, elapsed)
        self.limits.ran(vcpu, core)

    def speed(self, vcpu: Vcpu, cpu: Cpu) -> float:
        """Work done per second there, of that on a core alone with local memory."""
        machine = self.machine
        speed = machine.thread_yield / 2 if cpu.busy_siblings else 1.0
        if cpu.node != vcpu.vm.home:
            speed /= 1 + vcpu.vm.guest.behaviour.memory_bound * (machine.remote_memory - 1)
        return speed

    def _decide(self) -> None:
        """Everybody has said what happened at this instant: who runs from now on?"""
        self._asked = False
        self.policy.review()
        woken, self._woken = self._woken, []
        for cpu in self.cpus:
            if cpu.expired:
                cpu.expired = False
                if cpu.vcpu is not None and self._is_waited_for(cpu):
                    self._take_off(cpu.vcpu, READY)
        self.policy.assemble()
        self._fill_idle()
        self._spread()
        self._relieve()
        for vcpu in woken:
            if vcpu.state == READY and not vcpu.vm.throttled:
                self._preempt_for(vcpu)
        for cpu in self.cpus:
            if cpu.vcpu is not None and cpu.slice_end == NEVER and self._is_waited_for(cpu):
                cpu.slice_end = cpu.since + self.policy.length(cpu.vcpu)
                self._arm(cpu)
        self.policy.review()

    def _fill_idle(self) -> None:
        """Give idle processors to those that are ready: where there is one for each, back to where each was."""
        idle = [cpu for cpu in self.cpus if cpu.vcpu is None]
        waiting = list(self.eligible()) if idle else []
        if len(waiting) <= len(idle):
            for vcpu in waiting:
                places = [cpu for cpu in idle if vcpu.may_use(cpu)]
                if places:
                    cpu = min(places, key=lambda cpu: self._strangeness(vcpu, cpu))
                    idle.remove(cpu)
                    self.run(vcpu, cpu)
            return
        for cpu in sorted(idle, key=lambda cpu: (cpu.busy_siblings, cpu.number)):
            chosen = self.policy.choose(cpu)
            if chosen is not None:
                self.run(chosen, cpu)

    def _spread(self) -> None:
        """Where nobody waits, whoever shares a core moves to one that is idle."""
        if self.machine.threads == 1 or self.ready:
            return
        for cpu in self.cpus:
            if cpu.vcpu is None and not cpu.busy_siblings:
                crowded = [other.vcpu for other in self.cpus if other.vcpu is not None and other.busy_siblings]
                moving = [vcpu for vcpu in crowded if vcpu.may_use(cpu) and not self._is_foreign(vcpu, cpu)]
                if moving:
                    self._take_off(moving[-1], READY)
                    self.run(moving[-1], cpu)

    def _is_foreign(self, vcpu: Vcpu, cpu: Cpu) -> bool:
        """Whether the policy would rather not have it there."""
        return self.policy.keeps_home and cpu.node != vcpu.vm.home

    def _strangeness(self, vcpu: Vcpu, cpu: Cpu) -> tuple[bool, bool, bool, int]:
        """How little an idle processor suits a vCPU: a core of its own counts most, then its home node, then its
        caches."""
        return cpu.busy_siblings > 0, self._is_foreign(vcpu, cpu), cpu is not vcpu.last, cpu.number

    def _relieve(self) -> None:
        """Those that spun for longer than the window step back for those that can work."""
        for cpu in self.cpus:
            vcpu = cpu.vcpu
            if vcpu is not None and vcpu.spinning and vcpu.spin_until <= self.now and self._worker(cpu):
                self._take_off(vcpu, READY)
                vcpu.yielded = True
                chosen = self.policy.choose(cpu)
                if chosen is not None:
                    self.run(chosen, cpu)

    def _worker(self, cpu: Cpu) -> bool:
        """Whether anybody waits for this processor who would not spin on it."""
        return any(not v.spinning and not v.vm.throttled and v.may_use(cpu) for v in self.ready)

    def _preempt_for(self, vcpu: Vcpu) -> None:
        """Make room for a woken vCPU where the policy says so, at once or later."""
        found = self.policy.preempts(vcpu)
        if found is None:
            return
        cpu, time = found
        if time <= self.now + INSTANT:
            self.take_off(cpu)
            self.run(vcpu, cpu)
        elif time < cpu.slice_end:
            cpu.slice_end = time
            self._arm(cpu)

    def _is_waited_for(self, cpu: Cpu) -> bool:
        """Whether anybody wants this processor."""
        return self.policy.assembling or any(not v.vm.throttled and v.may_use(cpu) for v in self.ready)

    def run(self, vcpu: Vcpu, cpu: Cpu) -> None:
        """Put a ready or co-stopped vCPU on an idle processor."""
        for sibling in cpu.siblings:
            if sibling.vcpu is not None:
                self.settle(sibling.vcpu)
        self._enter(vcpu, RUNNING)
        goes_on = cpu.last is vcpu and vcpu.last is cpu
        if not goes_on:
            vcpu.switches += 1
            vcpu.migrations += vcpu.last is not None and vcpu.last is not cpu
            vcpu.lost = self.machine.switch + vcpu.vm.guest.behaviour.refill
        cpu.since = self.now
        vcpu.spin_until = self.now + self.window if self.window else NEVER
        vcpu.yielded = False
        cpu.vcpu = cpu.last = vcpu
        vcpu.cpu = vcpu.last = cpu
        cpu.slice_end = cpu.armed = NEVER
        vcpu.vm.guest.dispatched(self, vcpu)
        self._arm(cpu)
        for sibling in cpu.siblings:
            self._arm(sibling)
        self.limits.changed(vcpu.vm)
        self.policy.changed(vcpu.vm)

    def _take_off(self, vcpu: Vcpu, state: int) -> None:
        """Take a running vCPU off its processor."""
        cpu = vcpu.cpu
        assert cpu is not None, f"{vcpu.name} runs nowhere"
        for sibling in cpu.siblings:
            if sibling.vcpu is not None:
                self.settle(sibling.vcpu)
        self._enter(vcpu, state)
        vcpu.cpu = cpu.vcpu = None
        cpu.armed = NEVER
        for sibling in cpu.siblings:
            self._arm(sibling)
        if state != BLOCKED:
            vcpu.vm.guest.descheduled(self, vcpu)
        self.limits.changed(vcpu.vm)
        self.policy.changed(vcpu.vm)

    def _enter(self, vcpu: Vcpu, state: int) -> None:
        self.settle(vcpu)
        self.ready.pop(vcpu, None)
        vcpu.state = state
        if state == READY:
            self.ready[vcpu] = None

    def _arm(self, cpu: Cpu) -> None:
        """Come back when the slice, the work or the patience of the vCPU there ends."""
        vcpu = cpu.vcpu
        if vcpu is None:
            return
        self.settle(vcpu)
        if vcpu.spinning:
            ends = vcpu.spin_until if vcpu.spin_until > self.now else NEVER
        else:
            ends = self.now + vcpu.lost + vcpu.work / self.speed(vcpu, cpu)
        time = max(min(ends, cpu.slice_end), self.now)
        if time != cpu.armed:
            cpu.armed = time
            if time != NEVER:
                self.clock.call_at(time, self._due, cpu, time, source=self.source)

    def _due(self, cpu: Cpu, time: float) -> None:
        """The moment a processor was armed for, unless it was armed for another since."""
        vcpu = cpu.vcpu
        if vcpu is None or cpu.armed != time:
            return
        cpu.armed = NEVER
        self.settle(vcpu)
        if cpu.slice_end <= self.now + INSTANT:
            cpu.slice_end, cpu.expired = NEVER, True
            self.ask()
        if vcpu.spinning:
            self.ask()
        elif vcpu.work <= INSTANT:
            vcpu.work = 0.0
            vcpu.vm.guest.done(self, vcpu)
        self._arm(cpu)
