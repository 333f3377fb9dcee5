"""Hosts whose VMs share the processor with activities: the solver's path, beside the arrays of cluster.py.

Each VM is endless work on its host, bounded by what it wants in the epoch, weighed by its shares, never below its
reservation; a transfer's I/Os take cycles of the same host. Rates change within an epoch, so energy is added up over
spans of constant use and grants are what was served. Units: hertz, cycles, joules. Where nothing but VMs is on a host,
both paths give the same.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from vinfra.compute.cluster import Cluster
from vinfra.compute.fleet import Floats
from vinfra.engine.activity import Activity, Resource
from vinfra.engine.clock import Clock
from vinfra.engine.recorder import Recorder
from vinfra.engine.sharing import Sharing


@dataclass(frozen=True, slots=True)
class Span:
    """What happened since the last look: cycles granted to each VM, shape (VMs here,), cycles used and joules drawn by
    each host, shape (hosts here,), and for how much of the time each was full."""

    granted: Floats
    used: Floats
    joules: Floats
    full: Floats


class FluidHosts:
    """The hosts at `hosts` (indices into the cluster's), and the VMs on them (`vms`, indices too)."""

    def __init__(
        self, clock: Clock, sharing: Sharing, cluster: Cluster, hosts: Sequence[int], recorder: Recorder
    ) -> None:
        self.clock = clock
        self.sharing = sharing
        self.cluster = cluster
        self.recorder = recorder
        self.hosts = np.array(sorted(hosts), dtype=np.int64)
        self.vms = np.flatnonzero(np.isin(cluster.vms.host, self.hosts))
        self.cpus = [self._cpu(row, int(host)) for row, host in enumerate(self.hosts)]
        self._activities: list[Activity] = []
        self._joules = np.zeros(len(self.hosts))
        self._full = np.zeros(len(self.hosts))
        self._seen = (np.zeros(len(self.vms)), np.zeros(len(self.hosts)))

    def _cpu(self, row: int, host: int) -> Resource:
        name, capacity = self.cluster.hosts.names[host], float(self.cluster.hosts.capacity[host])

        def watch(start: float, end: float, used: float) -> None:
            self._joules[row] += self.cluster.watts_of(host, used) * (end - start)
            full = used >= capacity * (1 - 1e-9)
            self._full[row] += (end - start) if full else 0.0
            self.recorder.enter(name, "full" if full else "", start)

        return Resource(f"cpu/{name}", capacity, watch)

    def want(self, want: Floats) -> None:
        """From now on the VMs want so much, shape (all VMs of the cluster,)."""
        vms = self.cluster.vms
        floors = np.minimum(vms.reservation[self.vms], want[self.vms])
        if not self._activities:
            cpu_of = dict(zip(self.hosts.tolist(), self.cpus, strict=True))
            for index in self.vms.tolist():
                cpu = cpu_of[int(vms.host[index])]
                weight = float(vms.shares[index])
                self._activities.append(
                    self.sharing.start(f"vm/{vms.names[index]}", math.inf, {cpu: 1.0}, weight, 0.0, 0.0)
                )
        for activity, bound, floor in zip(self._activities, want[self.vms].tolist(), floors.tolist(), strict=True):
            if (activity.bound, activity.floor) != (bound, floor):
                self.sharing.change(activity, floor=floor, bound=bound)

    def span(self) -> Span:
        """What happened since this was asked last."""
        now = self.clock.now
        for cpu in self.cpus:
            cpu.use(cpu.used, now)
        served = np.array([activity.served for activity in self._activities] or np.zeros(len(self.vms)))
        carried = np.array([cpu.carried(now) for cpu in self.cpus])
        span = Span(served - self._seen[0], carried - self._seen[1], self._joules.copy(), self._full.copy())
        self._seen = (served, carried)
        self._joules[:] = 0.0
        self._full[:] = 0.0
        return span

    def balance(self, moved: Callable[[str], float]) -> list[tuple[str, float, float]]:
        """For every host: its name, cycles it carried, and cycles VMs were served plus those of transfers."""
        host = self.cluster.vms.host[self.vms]
        found = []
        for index, cpu in zip(self.hosts.tolist(), self.cpus, strict=True):
            served = math.fsum(a.served for a, at in zip(self._activities, host.tolist(), strict=True) if at == index)
            found.append((f"cycles of {cpu.name}", cpu.carried(self.clock.now), served + moved(cpu.name)))
        return found
