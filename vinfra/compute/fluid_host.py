"""Hosts whose VMs share the processor with activities: the solver's path, beside the arrays of cluster.py.

Each VM is endless work on its host, bounded by what it wants in the epoch, weighed by its shares, never below its
reservation; a transfer's I/Os take cycles of the same host. Rates change within an epoch, so energy is added up over
spans of constant use and grants are what was served. A VM may change its host: its work goes on there. Units: hertz,
cycles, joules. Where nothing but VMs is on a host, both paths give the same.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from vinfra.compute.cluster import Cluster
from vinfra.compute.fleet import Floats, Ints
from vinfra.engine.activity import Activity, Resource
from vinfra.engine.clock import Clock
from vinfra.engine.recorder import Recorder
from vinfra.engine.sharing import Sharing


@dataclass(frozen=True, slots=True)
class Span:
    """What happened since the last look: cycles VMs wanted and were granted, those that were useful to their guests and
    seconds of their own cores that these are, cycles the hosts used, joules they drew, and seconds they were full.

    `crowded` are the seconds that the host of each of `vms` was full, `denied` the part (0..1) of what that VM wanted
    meanwhile and was not granted, both of shape (vms,).
    """

    wanted: float
    granted: float
    useful: float
    cores: float
    used: float
    joules: float
    full: float
    vms: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    crowded: Floats = field(default_factory=lambda: np.zeros(0))
    denied: Floats = field(default_factory=lambda: np.zeros(0))


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
        self._cpu_of = dict(zip(self.hosts.tolist(), self.cpus, strict=True))
        self._row = {vm: row for row, vm in enumerate(self.vms.tolist())}
        self._activities: list[Activity] = []
        self._wants = np.zeros(len(self.vms))
        self._paces = np.ones(len(self.vms))
        self._joules = np.zeros(len(self.hosts))
        self._full = np.zeros(len(self.hosts))
        self._carried = np.zeros(len(self.hosts))
        self._served = np.zeros(len(self.vms))
        self._on_host = np.zeros(len(self.hosts))
        self._here = np.full(len(self.vms), clock.now)
        self._wanted, self._wanted_since = 0.0, clock.now
        self._moved = np.zeros(3)

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
        self._add_wanted()
        self._wants = want[self.vms]
        if not self._activities:
            self._activities = [self._run(vm) for vm in self.vms.tolist()]
        for row, vm in enumerate(self.vms.tolist()):
            self._limit(row, vm)

    def _run(self, vm: int) -> Activity:
        """Endless work of a VM on the host where it is."""
        vms, cpu = self.cluster.vms, self._cpu_of[int(self.cluster.host[vm])]
        return self.sharing.start(f"vm/{vms.names[vm]}", math.inf, {cpu: 1.0}, float(vms.shares[vm]), 0.0, 0.0)

    def _limit(self, row: int, vm: int) -> None:
        bound = float(self._wants[row] * self._paces[row])
        floor = min(float(self.cluster.vms.reservation[vm]), bound)
        activity = self._activities[row]
        if (activity.bound, activity.floor) != (bound, floor):
            self.sharing.change(activity, floor=floor, bound=bound)

    def pace(self, vm: int, fraction: float) -> None:
        """From now on a VM gets at most this part of what it wants."""
        row = self._row[vm]
        self._paces[row] = fraction
        if self._activities:  # none before the first epoch says what VMs want
            self._limit(row, vm)

    def arrive(self, vm: int, host: int, want: Callable[[], float]) -> None:
        """A VM goes on at another host, where it wants so much once it is there."""
        row = self._row[vm]
        self._add_wanted()
        self.sharing.cancel(self._activities[row])
        granted = self._activities[row].served
        since = granted - self._served[row]
        self._moved += (since, *self._use(np.array([since]), np.array([vm])))
        self._served[row] = 0.0
        self._here[row] = self.clock.now
        self._on_host[np.searchsorted(self.hosts, self.cluster.host[vm])] += granted
        self.settle([int(self.cluster.host[vm]), host])
        self.cluster.arrive(vm, host)
        self._wants[row] = want()
        self._activities[row] = self._run(vm)
        self._limit(row, vm)

    def settle(self, hosts: Sequence[int]) -> None:
        """Add up what hosts drew until now; done before one is switched on or off."""
        for host in hosts:
            self._cpu_of[host].use(self._cpu_of[host].used, self.clock.now)

    def _add_wanted(self) -> None:
        now = self.clock.now
        self._wanted += float(self._wants.sum()) * (now - self._wanted_since)
        self._wanted_since = now

    def _use(self, granted: Floats, vms: np.ndarray) -> tuple[float, float]:
        """What cycles that were granted came to: useful cycles, and seconds of the VMs' own cores."""
        cluster = self.cluster
        useful = granted / cluster.vms.factor[vms]
        return float(useful.sum()), float((useful / cluster.hosts.core[cluster.host[vms]]).sum())

    def span(self) -> Span:
        """What happened since this was asked last."""
        self.settle(self.hosts.tolist())
        self._add_wanted()
        served = np.array([activity.served for activity in self._activities] or np.zeros(len(self.vms)))
        carried = np.array([cpu.carried(self.clock.now) for cpu in self.cpus])
        since = served - self._served
        granted, useful, cores = (self._moved + np.array([since.sum(), *self._use(since, self.vms)])).tolist()
        used, joules, full = (carried - self._carried).sum(), self._joules.sum(), self._full.sum()
        total = self._wanted, granted, useful, cores, float(used), float(joules), float(full)
        span = Span(*total, self.vms, *self._denied(since))
        self._served, self._carried, self._wanted = served, carried, 0.0
        self._here[:] = self.clock.now
        for array in (self._joules, self._full, self._moved):
            array[:] = 0.0
        return span

    def _denied(self, since: Floats) -> tuple[Floats, Floats]:
        """Seconds that each VM's host was full, and the part of what it wanted meanwhile that it was not granted;
        `since` are the cycles it was granted since the last look. All it lacks was denied while its host was full."""
        crowded = self._full[np.searchsorted(self.hosts, self.cluster.host[self.vms])]
        lacking, wanted = self._wants * (self.clock.now - self._here) - since, self._wants * crowded
        denied = np.divide(lacking, wanted, out=np.zeros(len(self.vms)), where=wanted > 0)
        return crowded, np.clip(denied, 0.0, 1.0)

    def balance(self, moved: Callable[[str], float]) -> list[tuple[str, float, float]]:
        """For every host: its name, cycles it carried, and cycles VMs were served plus those of transfers."""
        host = self.cluster.host[self.vms]
        found = []
        for row, (index, cpu) in enumerate(zip(self.hosts.tolist(), self.cpus, strict=True)):
            served = math.fsum(a.served for a, at in zip(self._activities, host.tolist(), strict=True) if at == index)
            gone = float(self._on_host[row])
            found.append((f"cycles of {cpu.name}", cpu.carried(self.clock.now), served + gone + moved(cpu.name)))
        return found
