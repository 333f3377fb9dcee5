"""A scenario's backup in motion: the site it happens on, its server, its drills, and the faults that happen to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from vinfra.backup.api import Desk
from vinfra.backup.offsite import Offsite
from vinfra.backup.remote import Remote
from vinfra.backup.restoring import Restoring
from vinfra.backup.server import Server
from vinfra.backup.site import Site
from vinfra.backup.store import Store
from vinfra.backup.tally import Tally
from vinfra.backup.verifying import Verifying
from vinfra.compute.outages import Outages
from vinfra.compute.snapshots import Holder, Snapshots
from vinfra.compute.streams import Streams, Way
from vinfra.compute.transfer import covered
from vinfra.compute.waterfilling import fill
from vinfra.engine.activity import Resource
from vinfra.engine.calendar import Calendar
from vinfra.scenario import storing
from vinfra.scenario.backing import Backing, stands_for
from vinfra.scenario.breakdown import Breakdown
from vinfra.storage.datastore import Space
from vinfra.storage.lock import locks
from vinfra.storage.lun import Lun

if TYPE_CHECKING:
    from vinfra.scenario.simulation import Simulation

COMMIT_BLOCK = 65536.0  # bytes of one I/O of a commit; assumed: what the VMkernel copies at once
ENOUGH = 2.0**62  # bytes of a datastore whose size nobody said
OTHERS = "others"  # who takes up space in a repository when a fault says so


class Protected:
    """Backup of one simulation. `desk` is what Python can do with it."""

    def __init__(self, simulation: Simulation, backing: Backing, resources: Mapping[str, Resource]) -> None:
        scenario = simulation.world.resolved.scenario
        self.simulation = simulation
        self.backing = backing
        protection = backing.protection
        self.clock, self.recorder = simulation.clock, simulation.recorder
        self.streams = Streams(self.clock, simulation.sharing, resources, simulation.fabric, protection.backup.patience)
        self.outages = Outages()
        self._locks = {name: locks[one.lock]() for name, one in storing.datastores(simulation.world.resolved).items()}
        self._host = {name: index for index, name in enumerate(simulation.cluster.hosts.names)}
        self._index = {name: index for index, name in enumerate(simulation.vms.names)}
        self.snapshots = Snapshots(
            self.clock,
            self.streams,
            self.recorder,
            self._spaces(),
            protection.commit,
            self._commit_way,
            self._pace,
            self._stop,
            self._lock,
        )
        identities = simulation.world.identities
        self.site = Site(
            clock=self.clock,
            calendar=Calendar(scenario.start),
            recorder=self.recorder,
            fabric=simulation.fabric,
            snapshots=self.snapshots,
            outages=self.outages,
            streams=self.streams,
            luns=simulation.world.luns,
            identities=dict(identities),
            known=dict(identities),
            io_cycles=backing.io_cycles,
            cpus=frozenset(name.removeprefix("cpu/") for name in resources if name.startswith("cpu/")),
        )
        catalog = protection.backup.catalog != "none"
        self.store = Store(self.site, backing.shelf, catalog, backing.offsite)
        self.offsite: Offsite | Remote | None = None
        self.verifying: Verifying | None = None
        self.server = self._server()
        self.restoring = Restoring(self.site, self.store, backing.drills)
        self.desk = Desk(self.server, self.restoring)
        self.tally = Tally(self.server, self.restoring, self.snapshots, simulation.total)
        self._begin()

    def _spaces(self) -> dict[str, Space]:
        """The space of every datastore: what its VMs are provisioned with is taken."""
        world = self.simulation.world
        taken: dict[str, float] = {}
        for machine in self.backing.machines.values():
            taken[machine.datastore] = taken.get(machine.datastore, 0.0) + machine.disk
        described = storing.datastores(world.resolved)
        return {
            name: Space(ENOUGH if one.size is None else one.size, taken.get(name, 0.0))
            for name, one in described.items()
        }

    def _commit_way(self, holder: Holder) -> Way:
        """A byte of a commit is read from the delta and written to the disk, by the host that runs the VM."""
        lun: Lun = self.simulation.world.luns[holder.datastore]
        both = lun.per_byte(COMMIT_BLOCK, "read", False) + lun.per_byte(COMMIT_BLOCK, "write", False)
        uses = self.simulation.fabric.to_lun(holder.host, holder.datastore)
        return Way({**uses, f"lun/{holder.datastore}": both}, weight=4 * COMMIT_BLOCK)

    def _pace(self, vm: str, pace: float) -> None:
        """A VM goes at so much of its speed for a moment; its I/O is not asked anew for a second or two."""
        if self._index[vm] not in self.simulation.absent:
            self.simulation.fluid.pace(self._index[vm], pace)

    def _stop(self, vm: str, stopped: bool) -> None:
        """A VM stands still, or goes on."""
        self.simulation.pace(self._index[vm], 0.0 if stopped else 1.0)

    def _lock(self, datastore: str, rate: float) -> None:
        """Metadata is changed so many times a second: what the lock keeps from others, the LUN does not do."""
        resource = self.streams.resources[f"lun/{datastore}"]
        whole = self.simulation.world.luns[datastore].capacity
        left = whole * (1.0 - self._locks[datastore].busy(rate))
        if resource.capacity != left:
            self.simulation.sharing.set_capacity(resource, left)

    def _server(self) -> Server:
        backing, protection = self.backing, self.backing.protection
        for proxy in backing.proxies:
            self.streams.add(proxy.resource, proxy.cores * proxy.speed)
            self.streams.add(f"tank/{proxy.name}", backing.tank.capacity)
        return Server(
            self.site,
            backing.proxies,
            protection.transport,
            protection.identity,
            backing.jobs,
            backing.rules,
            self.store,
            backing.tank,
        )

    def _begin(self) -> None:
        """Schedules, the policy, verification, and faults."""
        protection, end = self.backing.protection, self.simulation.total
        if protection.backup.initial == "full":
            for job in self.backing.jobs:
                for machine in job.machines:
                    self.store.begin_with(machine, job)
        for job in self.backing.jobs:
            if job.name in protection.starts:
                self.server.follow(job, protection.starts[job.name].within(self.site.calendar, end))
        if protection.policy is not None:
            self.clock.process(protection.policy.run(self.desk), source="policy")
        if self.store.offsite is not None:
            times = protection.offsite_starts
            sends = None if times is None else times.within(self.site.calendar, end)
            self.offsite = Offsite(self.site, self.store, self.store.offsite, sends)
        if protection.verify is not None:
            self.verifying = Verifying(self.site, self.store, protection.verify.within(self.site.calendar, end))
        Breakdown(self).foresee()

    def share(self, want: NDArray[np.float64]) -> None:
        """A proxy in a VM gets of its host what its shares give it beside what the VMs want in this epoch, shape (all
        VMs of the cluster,)."""
        cluster, vms = self.simulation.cluster, self.simulation.vms
        for proxy in self.backing.proxies:
            if not proxy.virtual:
                continue
            here = np.flatnonzero(cluster.host == self._host[proxy.host])
            mine = proxy.cores * proxy.speed
            wants, shares = np.append(want[here], mine), np.append(vms.shares[here], float(proxy.shares))
            host = np.zeros(len(wants), dtype=np.int64)
            capacity = np.array([cluster.hosts.capacity[self._host[proxy.host]]])
            granted = fill(host, wants, shares, np.append(vms.reservation[here], 0.0), capacity)
            resource = self.streams.resources[proxy.resource]
            if resource.capacity != granted[-1]:
                self.simulation.sharing.set_capacity(resource, float(granted[-1]))

    def used(self, name: str) -> float:
        """What backups, restores and commits have used of a resource."""
        return self.streams.used(name)

    def named(self, vms: Sequence[str]) -> list[str]:
        """The machines that names stand for: all, groups, single ones."""
        found = self.backing.machines
        return list(dict.fromkeys(machine.name for name in vms for machine in stands_for(name, found)))

    def host_down(self, host: str) -> None:
        """A host stops, and all that runs on it."""
        self.outages.fail(host)
        for name, machine in self.backing.machines.items():
            if machine.host == host:
                self.power_off(name, f"{host} is down")

    def host_up(self, host: str) -> None:
        """It runs again, and its VMs are started."""
        self.outages.repair(host)
        for name, machine in self.backing.machines.items():
            if machine.host == host:
                self.power_on(name, f"{host} is down")

    def power_off(self, vm: str, why: str = "switched off") -> None:
        """A VM is off: what the platform remembers of it in memory alone is lost."""
        self.store.lost_maps[vm] = self.clock.now
        self.snapshots.halt(vm, why)

    def power_on(self, vm: str, why: str = "switched off") -> None:
        """It runs again, unless something else keeps it off."""
        self.snapshots.resume(vm, why)

    def unmount(self, datastore: str) -> None:
        """Hosts leave a file system alone: the VMs on it stop, and nobody makes or removes a snapshot there."""
        self.snapshots.unmounted.add(datastore)
        for name, machine in self.backing.machines.items():
            if machine.datastore == datastore:
                self.snapshots.halt(name, f"{datastore} is ignored")
                self.recorder.enter(name, f"stopped: {datastore} is ignored", self.clock.now)

    def fill(self, name: str, part: float) -> None:
        """Others take up part of what is free in a repository or on a datastore; 0 gives it back."""
        place = {"repository": self.store.place, "offsite": self.store.offsite}.get(name)
        if place is not None:
            place.space.abort(OTHERS)
            place.space.reserve(OTHERS, part * place.space.free)
        else:
            self.snapshots.take(name, part)

    def totals(self) -> dict[str, float]:
        """What metrics/backup.py reads."""
        return {
            **self.tally.totals(),
            "backup_lan_bytes": self.streams.lan,
            "proxy_cpu": self._proxy_cpu(),
        }

    def samples(self) -> dict[str, NDArray[np.float64]]:
        """Windows, ages, times to recover and stuns."""
        lags = {} if self.offsite is None else {"offsite_lag_s": np.array(self.offsite.lags)}
        return self.tally.samples() | lags

    def _proxy_cpu(self) -> float:
        """Part of the cycles of all proxies that was used while a job ran."""
        now = self.clock.now
        used = sum(self.streams.resources[proxy.resource].carried(now) for proxy in self.backing.proxies)
        busy = covered([(run.opened, now if run.ended is None else run.ended) for run in self.server.runs])
        there = sum(proxy.cores * proxy.speed for proxy in self.backing.proxies) * busy
        return used / there if there > 0 else 0.0
