"""Hosts whose processors are scheduled in detail: what their VMs want from epoch to epoch, and what came of it.

Cycles are core time times the clock of a core, so that two threads of a core share its cycles and use no more than
there are. A VM that waits wants the cycles it would use. Units: hertz, cycles, joules, seconds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from vinfra.compute.cluster import Cluster
from vinfra.compute.fleet import Floats
from vinfra.compute.fluid_host import Span
from vinfra.compute.scheduling.behaviour import Behaviour
from vinfra.compute.scheduling.dispatcher import Dispatcher
from vinfra.compute.scheduling.scheduler import Scheduler
from vinfra.compute.scheduling.vcpu import COSTOP, READY, RUNNING, Vm
from vinfra.engine.clock import URGENT, Clock
from vinfra.engine.streams import Streams

FULL = 0.999  # of a host's cycles: who uses more is full
COUNTS = ("wanted", "running", "co_stopped", "spinning", "local", "switches", "migrations")


@dataclass(frozen=True, slots=True)
class Seat:
    """One VM as its host schedules it: vCPUs, behaviour, and the limit in hertz (infinity where there is none)."""

    vcpus: int
    behaviour: Behaviour
    limit: float


@dataclass(frozen=True, slots=True)
class Plan:
    """How hosts are scheduled: the scheduler, NUMA nodes of each host, and the seat of each VM."""

    scheduler: Scheduler
    nodes: Sequence[int]
    seats: Sequence[Seat]


class ScheduledHosts:
    """All hosts of a cluster under one scheduler; counts begin at the time `since`."""

    def __init__(self, clock: Clock, cluster: Cluster, plan: Plan, streams: Streams, since: float) -> None:
        self.clock = clock
        self.cluster = cluster
        self.core = cluster.hosts.core[cluster.vms.host]
        self.hosts = [self._host(index, plan) for index in range(len(cluster.hosts.names))]
        self.vms = [self._vm(index, seat, streams) for index, seat in enumerate(plan.seats)]
        self._at = dict(zip(self.vms, cluster.vms.host.tolist(), strict=True))
        for index, host in enumerate(self.hosts):
            host.start([vm for vm, at in self._at.items() if at == index])
        self._seen = np.zeros((len(self.vms), 3))
        self._since = clock.now
        self._base = np.zeros(len(COUNTS))
        clock.call_at(since, self._begin, source="scheduling", priority=URGENT)

    def _host(self, index: int, plan: Plan) -> Dispatcher:
        hosts = self.cluster.hosts
        core = float(hosts.core[index])
        machine = plan.scheduler.machine(round(float(hosts.capacity[index]) / core), plan.nodes[index], core)
        return Dispatcher(self.clock, machine, plan.scheduler, hosts.names[index])

    def _vm(self, index: int, seat: Seat, streams: Streams) -> Vm:
        vms, core = self.cluster.vms, float(self.core[index])
        guest = seat.behaviour.guest(seat.behaviour, streams, float(vms.factor[index]))
        reservation = float(vms.reservation[index]) / core
        return Vm(vms.names[index], seat.vcpus, guest, float(vms.shares[index]), reservation, seat.limit / core)

    def want(self, demand: Floats | None) -> None:
        """From now on the VMs want this, from the demand of all traces (0..1)."""
        vms = self.cluster.vms
        fraction = vms.steady if demand is None else np.where(vms.column >= 0, demand[vms.column], vms.steady)
        hertz = fraction * vms.size * vms.factor
        for (vm, at), wanted, core in zip(self._at.items(), hertz.tolist(), self.core.tolist(), strict=True):
            each = min(1.0, wanted / (len(vm.vcpus) * core))
            # As an event, so that it comes after the start of VMs at the same instant.
            self.hosts[at].call_at(self.clock.now, vm.guest.want, self.hosts[at], vm, each)

    def span(self) -> Span:
        """What happened since this was asked last."""
        seen = np.array([(0.0, 0.0, 0.0), *(self._of(vm) for vm in self.vms)])[1:]
        core, useful, waited = (seen - self._seen).T
        length, self._seen, self._since = self.clock.now - self._since, seen, self.clock.now
        granted, cluster = core * self.core, self.cluster
        native = useful / cluster.vms.factor
        used = np.bincount(cluster.vms.host, weights=granted, minlength=len(self.hosts))
        joules = cluster.watts(used / length) * length if length > 0 else np.zeros(len(self.hosts))
        full = (used >= FULL * cluster.hosts.capacity * length) * length
        return Span(
            wanted=float((granted + waited * self.core).sum()),
            granted=float(granted.sum()),
            useful=float((native * self.core).sum()),
            cores=float(native.sum()),
            used=float(used.sum()),
            joules=float(joules.sum()),
            full=float(full.sum()),
        )

    def _of(self, vm: Vm) -> tuple[float, float, float]:
        """Core time, work and waiting of a VM so far."""
        host = self.hosts[self._at[vm]]
        for vcpu in vm.vcpus:
            host.settle(vcpu)
        waited = sum(vcpu.times[READY] + vcpu.times[COSTOP] for vcpu in vm.vcpus)
        return sum(vcpu.core for vcpu in vm.vcpus), sum(vcpu.useful for vcpu in vm.vcpus), waited

    def _begin(self) -> None:
        """What was before is warm-up."""
        self._base = self._counts()
        for vm in self.vms:
            vm.latencies.clear()

    def _counts(self) -> Floats:
        found = np.zeros(len(COUNTS))
        for host in self.hosts:
            for vm in host.vms:
                for vcpu in vm.vcpus:
                    host.settle(vcpu)
                    wanted = vcpu.times[READY] + vcpu.times[RUNNING] + vcpu.times[COSTOP]
                    times = wanted, vcpu.times[RUNNING], vcpu.times[COSTOP], vcpu.spin, vcpu.local
                    found += (*times, vcpu.switches, vcpu.migrations)
        return found

    def totals(self) -> Mapping[str, float]:
        """Seconds of all vCPUs in each state, and how often they were switched and moved, since counting began."""
        counts = (self._counts() - self._base).tolist()
        return {f"vcpu_{name}": value for name, value in zip(COUNTS, counts, strict=True)}

    def latencies(self) -> Floats:
        """How long each request took that was answered since counting began, by VM; seconds."""
        return np.array([latency for vm in self.vms for latency in vm.latencies])
