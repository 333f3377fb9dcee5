"""One site of several in motion: its simulation, its door to the others, and what goes through that.

What crosses a link is copies of restore points, replicas, VMs that move, and heartbeats. VMs that may come from another
site stand here from the beginning and do nothing until they run here.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from vinfra.backup.remote import Remote, looks
from vinfra.backup.vault import Vault
from vinfra.compute.outages import Outages
from vinfra.compute.streams import Failed, Streams, Way
from vinfra.compute.transit import Transit
from vinfra.engine.calendar import Calendar
from vinfra.engine.windows import Gate
from vinfra.operations.crossing import AHEAD, Crossings
from vinfra.operations.failover import Beat, Heart, Watch
from vinfra.operations.replication import Replicas, Replication
from vinfra.scenario import leaving
from vinfra.scenario.backing import vault
from vinfra.scenario.load import Resolved
from vinfra.scenario.simulation import Simulation
from vinfra.scenario.sites import comings, stand_in

PATIENCE = 900.0  # seconds without an answer; as long as a backup waits for a way by default (schema_backup.py)


@dataclass(frozen=True, slots=True)
class Around:
    """What a place for copies needs of a site that protects nothing itself."""

    streams: Streams
    outages: Outages


class Joint:
    """One site. It is what engine/windows.py runs."""

    def __init__(self, name: str, whole: Resolved, simulation: Simulation) -> None:
        self.name = name
        self.whole = whole
        self.simulation = simulation
        self.clock = simulation.clock
        self._vm = {vm: index for index, vm in enumerate(simulation.vms.names)}
        pipes = leaving.pipes(whole, name)
        self.gate = Gate(self.clock, name, {site: pipe.latency for site, pipe in pipes.items()})
        protected = simulation.protected
        self.streams = (
            Streams(self.clock, simulation.sharing, simulation.resources, simulation.fabric, PATIENCE)
            if protected is None
            else protected.streams
        )
        self.around = Around(self.streams, Outages()) if protected is None else protected.site
        self.transit = Transit(self.clock, self.gate, self.streams, pipes, PATIENCE)
        simulation.away = self.streams
        self.lost_at: float | None = None
        self._before: frozenset[int] = frozenset()
        self._cycles = leaving.receiving(whole)
        self._homes = {one.name: one.home for one in comings(whole.document) if one.site == name}
        self._stand_still()
        self.replicas = Replicas({vm: self._disk(vm) for vm in self._standing()})
        self.transit.sinks |= {"replica": self.replicas, "disk": Landing(self._disk), "memory": Landing(self._memory)}
        self.replication = Replication(self.clock, self.transit, simulation.recorder, leaving.replicas(self))
        self.crossings = self._crossings()
        self.vaults = self._vaults()
        self.remote = self._remote()
        self.heart = self._heart()
        self.watches = self._watches()
        self.gate.listen("arrive", lambda sender, vm: self.run_here(vm))
        self.gate.listen("beat", self._beat)
        simulation.site = self

    def advance(self, until: float) -> None:
        """Simulate everything before `until`."""
        self.simulation.advance(until)

    @property
    def part(self) -> Resolved:
        """The scenario of this site."""
        return self.simulation.world.resolved

    def _standing(self) -> list[str]:
        """VMs that may come, as they are called here."""
        world = self.simulation.world
        return [vm for vm, group in zip(world.vms.names, world.groups, strict=True) if group in self.part.standing]

    def _stand_still(self) -> None:
        self.simulation.appear([self._vm[vm] for vm in self._standing()], there=False)

    def run_here(self, vm: str) -> None:
        """A VM that stood still runs here from now on; nothing where no host had room for it."""
        if vm in self._vm:
            self.simulation.appear([self._vm[vm]], there=True)
            self.replicas.running.add(vm)
            self.simulation.recorder.enter(vm, "runs here", self.clock.now)

    def leave(self, vm: str) -> None:
        """A VM runs elsewhere from now on: it has no replica any more."""
        self.replication.stop(vm)
        self.simulation.appear([self._vm[vm]], there=False)

    def pace(self, vm: str, fraction: float) -> None:
        """From now on a VM gets at most this part of what it wants."""
        self.simulation.pace(self._vm[vm], fraction)

    def expect(self, vm: str, host: str) -> None:
        """Hosts of another site are that site's."""

    def arrive(self, vm: str, host: str) -> None:
        """It runs elsewhere."""
        self.leave(vm)

    def index(self, vm: str) -> int:
        """Which VM that is; Failed where no host had room for it."""
        if vm not in self._vm:
            raise Failed(f"no host at {self.name} has room for {vm}")
        return self._vm[vm]

    def _disk(self, vm: str) -> Callable[[], Way] | None:
        """What a byte uses that comes for a VM's disk here."""
        return leaving.disk_way(self, vm, "write")

    def _memory(self, vm: str) -> Callable[[], Way] | None:
        """What a byte uses that comes for a VM's memory here: as it is read where it comes from."""
        index = self.index(vm)
        host = self.simulation.cluster.hosts.names[int(self.simulation.cluster.host[index])]
        group = self.simulation.world.groups[index]
        cycles = self._cycles[vm if vm in self._cycles else group]
        way = Way({f"cpu/{host}": cycles}, bound=AHEAD * self.transit.pipes[self._homes[group]].bandwidth)
        return (lambda: way) if cycles > 0 else None

    def _crossings(self) -> Crossings:
        simulation = self.simulation
        return Crossings(
            self.clock,
            simulation.sharing,
            self.transit,
            simulation.resources,
            simulation.recorder,
            self,
            leaving.orders(self),
        )

    def _vaults(self) -> dict[str, Vault]:
        """Places for the copies of other sites, by site."""
        found = {}
        for home, part in self.whole.sites.items():
            shelf = None if part.protection is None else vault(part.protection, f"copies of {home}")
            if shelf is not None and shelf[0] == self.name:
                found[home] = Vault(self.clock, Calendar(part.scenario.start), self.around, shelf[1], home)
        self.transit.sinks["copy"] = Vaults(found)
        return found

    def _remote(self) -> Remote | None:
        """The copies of this site at another."""
        protected, protection = self.simulation.protected, self.part.protection
        shelf = None if protection is None else vault(protection, self.name)
        if protected is None or protection is None or shelf is None:
            return None
        end, times = self.simulation.total, protection.offsite_starts
        moments = looks(end) if times is None else iter([*times.within(protected.site.calendar, end)])
        remote = Remote(protected.site, protected.store, self.transit, shelf[0], shelf[1].reduction.ratio, moments)
        if protection.backup.initial == "full":
            for job in protected.backing.jobs:
                for machine in job.machines:
                    remote.seed(machine, job)
        protected.offsite = remote
        return remote

    def _heart(self) -> Heart | None:
        terms = leaving.terms(self.part)
        return None if terms is None else Heart(self.clock, self.gate, terms, self._answered)

    def _watches(self) -> dict[str, Watch]:
        """The sites that this one takes over when they are lost."""
        found = {}
        for home, part in self.whole.sites.items():
            terms = leaving.terms(part)
            if terms is not None and terms.target == self.name:
                vms = [vm for vm in leaving.replicated(self, home) if vm in self._vm]
                held = self.replicas.held.__contains__
                make = partial(Watch, self.clock, self.gate, self.simulation.recorder, home, terms)
                found[home] = make(held, vms, self.run_here, self.transit.forget)
        return found

    def _beat(self, sender: str, beat: Beat) -> None:
        if sender in self.watches:
            self.watches[sender].heard(beat)

    def fail(self, until: float) -> None:
        """The whole site stops, and is there again at that moment."""
        self.lost_at = self.clock.now if self.lost_at is None else self.lost_at
        self.replication.pause(True)
        self.gate.close(until)
        self._power(False)
        self._before = frozenset(self.simulation.absent)
        self.simulation.appear(self.simulation.fluid.vms.tolist(), there=False)
        self.streams.look_again()

    def repair(self) -> None:
        """It is there again. VMs that may run elsewhere by now it does not start before it has asked."""
        self._power(True)
        asking = self._before
        if self.heart is None:
            self.replication.pause(False)
        else:
            self.heart.back = True
            asking |= {self.index(vm) for vm in leaving.replicated_here(self)}
        self.simulation.appear([vm for vm in self.simulation.fluid.vms.tolist() if vm not in asking], there=True)

    def _power(self, there: bool) -> None:
        simulation = self.simulation
        hosts = np.full(len(simulation.cluster.hosts.names), not there)
        simulation.fluid.settle(simulation.fluid.hosts.tolist())
        simulation.switching(lambda: simulation.cluster.lose(hosts))

    def _answered(self, elsewhere: Sequence[str]) -> None:
        """Who took over says which VMs run there; the others start here."""
        for vm in leaving.replicated_here(self):
            if stand_in(self.name, vm) in elsewhere:
                self.replication.stop(vm)
            else:
                self.run_here(vm)
        self.replication.pause(False)

    def totals(self) -> dict[str, float]:
        """What metrics/sites.py reads."""
        pipes = self.transit.pipes.values()
        time = self.simulation.total
        found = {
            "wan_bytes": math.fsum(pipe.sent for pipe in pipes),
            "wan_busy_s": math.fsum(min(pipe.sent / pipe.bandwidth, time) for pipe in pipes),
            "wan_possible_s": time * len(pipes),
        }
        if self.replication.plans:
            found["replications"] = float(self.replication.cycles)
            found["replications_failed"] = float(self.replication.failed)
        return found

    def samples(self) -> dict[str, NDArray[np.float64]]:
        """Ages of replicas at their worst."""
        return {"replica_age_s": np.array(self.replication.worst())} if self.replication.plans else {}

    def notes(self) -> list[str]:
        """What a reader must know of what did not get through, in sentences."""
        counted: Counter[str] = Counter()
        for _, _, why in self.remote.failures if self.remote is not None else ():
            counted[f"copies to {self.remote.target if self.remote else ''}: {why}"] += 1
        for _, vm, why in self.crossings.failures:
            counted[f"{vm} stays: {why}"] += 1
        for home, watch in self.watches.items():
            if watch.without:
                counted[f"{len(watch.without)} VMs of {home} have no replica to start"] += 1
        return [f"{what} ({count} times)" if count > 1 else what for what, count in sorted(counted.items())]


class Landing:
    """The sink of what comes with a VM that moves here: `ways` says what a byte of it uses."""

    def __init__(self, ways: Callable[[str], Callable[[], Way] | None]) -> None:
        self.ways = ways

    def open(self, sender: str, header: str) -> None:
        """Its place is there; Failed where no host had room for it."""
        self.ways(header)

    def way(self, sender: str, header: str) -> Callable[[], Way] | None:
        """A host or a datastore takes it in."""
        return self.ways(header)

    def close(self, sender: str, header: str) -> None:
        """It is there; that the VM runs is told by itself."""

    def abort(self, sender: str, header: str) -> None:
        """The VM has not left."""


class Vaults:
    """The sink of copies: each site has a place of its own."""

    def __init__(self, vaults: Mapping[str, Vault]) -> None:
        self.open = lambda sender, header: vaults[sender].open(sender, header)
        self.way = lambda sender, header: vaults[sender].way(sender, header)
        self.close = lambda sender, header: vaults[sender].close(sender, header)
        self.abort = lambda sender, header: vaults[sender].abort(sender, header)
