"""One replication of a world: a clock, epochs of demand over all VMs, transfers that share LUNs and links, and the
record.

Series are per epoch: watts, hertz, counts; what lies in the warm-up is left out. A transfer counts whole, whenever it
runs.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from vinfra.compute.cluster import Cluster, Sample
from vinfra.compute.fluid_host import FluidHosts
from vinfra.compute.memory.hosts import Memory
from vinfra.compute.scheduling.hosts import ScheduledHosts
from vinfra.compute.streams import Streams as Flows
from vinfra.compute.transfer import Transfers
from vinfra.engine.activity import Resource
from vinfra.engine.calendar import DAY, Calendar
from vinfra.engine.clock import Clock
from vinfra.engine.epochs import Epochs
from vinfra.engine.recorder import Recorder
from vinfra.engine.sharing import Sharing
from vinfra.engine.streams import Streams
from vinfra.metrics.metric import Record
from vinfra.operations.moves import Moves
from vinfra.scenario import production, storing
from vinfra.scenario.consolidating import Consolidating
from vinfra.scenario.guests import Guests
from vinfra.scenario.managing import SERIES as MANAGED_SERIES
from vinfra.scenario.managing import Managing
from vinfra.scenario.remembered import SERIES as MEMORY_SERIES
from vinfra.scenario.remembered import note
from vinfra.scenario.remembered import totals as memory_totals
from vinfra.scenario.results import Interval
from vinfra.scenario.world import World
from vinfra.workloads.cloudsim import DeletedAtZero
from vinfra.workloads.demand import Demand, Joined

if TYPE_CHECKING:
    from vinfra.scenario.protected import Protected

SERIES = (
    "time_s",
    "step_s",
    "power_w",
    "cpu_wanted_hz",
    "cpu_granted_hz",
    "cpu_useful_hz",
    "cpu_used_hz",
    "cpu_io_hz",
    "cpu_on_hz",
    "cpu_useful_cores",
    "hosts_on",
    "hosts_full",
)


class Losable(Protocol):
    """What a fault needs of a site among others."""

    def fail(self, until: float) -> None:
        """It stops, and is there again at that moment."""

    def repair(self) -> None:
        """It is there again."""


class Simulation:
    """The world in motion. `absent` are VMs (indices) that run at another site, or nowhere: they want nothing."""

    def __init__(self, world: World, streams: Streams, fluid: Sequence[int] | None = None) -> None:
        """`fluid` are the hosts to share by the solver; those with activities when unsaid."""
        scenario = world.resolved.scenario
        self.world = world
        self.total = scenario.warmup + scenario.duration
        self.clock = Clock()
        self.recorder = Recorder()
        self.vms = world.vms.on_the_move() if world.orders else world.vms
        self.cluster = Cluster(world.hosts, self.vms, world.resolved.power)
        self.demand = _demand(world, streams)
        self.sharing = Sharing(self.clock)
        self.fluid = FluidHosts(
            self.clock, self.sharing, self.cluster, fluid_hosts(world) if fluid is None else fluid, self.recorder
        )
        resources = {name: Resource(name, capacity) for name, capacity in sorted(world.capacities.items())}
        resources |= {cpu.name: cpu for cpu in self.fluid.cpus}
        self.resources = resources
        self.absent: set[int] = set()
        self.site: Losable | None = None
        self.away: Flows | None = None
        self.fabric = world.fabric.fresh()
        storing.follow(self.fabric, self.sharing, resources)
        self.transfers = Transfers(self.clock, self.sharing, world.transfers, resources, self.recorder, self.fabric)
        self.moves = Moves(
            self.clock, self.sharing, world.orders, resources, self.recorder, world.room, Guests(self, world.arrivals)
        )
        self.production = production.begin(self, resources)
        self.protected = _protected(self, resources)
        self.epochs = Epochs(self.clock, scenario.epoch, self.total, self._epoch, scenario.warmup)
        self.columns = {name: self.recorder.series(name, self.epochs.count) for name in SERIES}
        self.full: NDArray[np.bool_] = np.zeros(len(world.hosts.names), dtype=bool)
        self._fulls = self.recorder.switches(world.hosts.names, "full")
        self._core = world.hosts.core[world.vms.host]
        self._useful = np.empty(len(world.vms))
        self._arrays = np.ones(len(world.hosts.names), dtype=bool)
        self._arrays[self.fluid.hosts] = False
        self.scheduled: ScheduledHosts | None = None
        if world.scheduling is not None:
            self.scheduled = ScheduledHosts(self.clock, self.cluster, world.scheduling, streams, scenario.warmup)
            self._arrays[:] = False
        self.memory = None if world.memory is None else Memory(world.memory, world.vms.host, streams)
        self._progress = np.ones(len(world.vms))
        if self.memory is not None:
            self.columns |= {name: self.recorder.series(name, self.epochs.count) for name in MEMORY_SERIES}
        if self.production is not None:
            self.columns |= self.production.record(self.recorder, self.epochs.count)
        self.in_time = len(self.fluid.hosts) > 0 or self.scheduled is not None or self.production is not None
        self.operated = self._operated(streams)
        self._now = (0, 0.0)
        self._wanted: NDArray[np.float64] | None = None
        self._asked: NDArray[np.float64] | None = None
        moving = {plan.vm for plan in world.transfers}
        self._moving = np.array([name in moving for name in world.vms.names]) if moving else np.False_

    def _operated(self, streams: Streams) -> Consolidating | Managing | None:
        """What shares the hosts epoch by epoch while it moves VMs between them; None where nothing does."""
        world = self.world
        if world.management is not None:
            self.columns |= {name: self.recorder.series(name, self.epochs.count) for name in MANAGED_SERIES}
            return Managing(self, world.management, streams)
        return None if world.consolidation is None else Consolidating(self, world.consolidation, streams)

    def run(self) -> None:
        """Run to the end of what is measured."""
        self.advance(self.total)
        self.finish()

    def advance(self, until: float) -> None:
        """Run up to a moment; what happens at it is left."""
        if until > self.clock.now:
            self.clock.run(until=until)

    def finish(self) -> None:
        """All has happened: add up the last epoch."""
        self._add_span(self.epochs.count - 1)

    def pace(self, vm: int, fraction: float) -> None:
        """From now on a VM gets at most this part of what it wants, I/O included; one that is elsewhere nothing."""
        part = 0.0 if vm in self.absent else fraction
        self.fluid.pace(vm, part)
        if self.production is not None:
            self.production.pace(self.vms.names[vm], part)

    def appear(self, vms: Collection[int], there: bool) -> None:
        """From now on these VMs run here, or do not; hosts they may run on are shared by the solver."""
        self.absent = self.absent - set(vms) if there else self.absent | set(vms)
        for vm in sorted(vms):
            self.pace(vm, 1.0)
        if self._asked is not None:
            self.fluid.want(self._here(self._asked))

    def _here(self, want: NDArray[np.float64]) -> NDArray[np.float64]:
        """The same without what VMs want that are not here."""
        if self.absent:
            want = want.copy()
            want[sorted(self.absent)] = 0.0
        return want

    def _epoch(self, number: int, time: float, length: float) -> None:
        """Share all hosts for one epoch and record it."""
        alike = self.demand is None and self.memory is None and self.operated is None
        if number and alike and not self.in_time:
            self._record_again(number, time, length)
            return
        demand = self._wanted = None if self.demand is None else self.demand.at(int(time / self.demand.interval + 1e-9))
        if number:
            self._add_span(number - 1)
        if isinstance(self.demand, DeletedAtZero):
            column = self.world.vms.column
            self.cluster.occupy((column < 0) | self.demand.alive[column] | self._moving)
        self._now = (number, time + length)
        if self.operated is not None:
            self.operated.epoch(number, time, length, demand, self._present())
            return
        self._asked = self._held_up(number, time, self.vms.want(demand))
        want = self._here(self._asked)
        if self.scheduled is not None:
            self.scheduled.want(demand)
        if len(self.fluid.hosts):
            self.fluid.want(want)
        if self.production is not None:
            self.production.want(want)
        if self.protected is not None:
            self.protected.share(want)
        if self.in_time:
            want = np.where(self._arrays[self.vms.host], want, 0.0)
        sample = self.cluster.sample(want)
        full = sample.used >= self.world.hosts.capacity * (1 - 1e-9)
        self._fulls.enter(full, time)
        self.full = full
        if self.production is not None:
            self.production.deny(sample)
        self._record(number, time, length, sample)

    def _present(self) -> NDArray[np.bool_]:
        """Which VMs are there, shape (VMs,): all but those that CloudSim deletes."""
        column = self.world.vms.column
        alive = self.demand.alive if isinstance(self.demand, DeletedAtZero) else np.ones(1, dtype=np.bool_)
        return (column < 0) | alive[np.minimum(column, len(alive) - 1)]

    def _held_up(self, number: int, time: float, want: NDArray[np.float64]) -> NDArray[np.float64]:
        """What VMs want that wait for pages of their memory now and then, where memory is short."""
        if self.memory is None:
            return want
        host = self.cluster.host
        if number:
            self.memory.advance(float(self.columns["step_s"][number - 1]), host)
        cores = self.memory.plan.guests.vcpus * self.world.hosts.core[host]
        pace = self.memory.pace(np.minimum(want / cores, 1.0))
        note(self.memory, pace, {name: self.columns[name] for name in MEMORY_SERIES}, number, self.recorder, time)
        self._progress = pace.progress
        return want * pace.progress

    def _record(self, number: int, time: float, length: float, sample: Sample) -> None:
        columns, useful = self.columns, np.divide(sample.granted, self.vms.factor, out=self._useful)
        columns["time_s"][number] = time
        columns["step_s"][number] = length
        columns["power_w"][number] = sample.watts[self._arrays].sum()
        columns["cpu_wanted_hz"][number] = sample.want.sum()
        columns["cpu_granted_hz"][number] = sample.granted.sum()
        columns["cpu_useful_hz"][number] = useful.sum()
        useful /= self._core
        columns["cpu_useful_cores"][number] = useful.sum()
        columns["cpu_used_hz"][number] = sample.used.sum()
        columns["cpu_on_hz"][number] = self.world.hosts.capacity[self.cluster.on].sum()
        columns["hosts_on"][number] = self.cluster.on.sum()
        columns["hosts_full"][number] = self.full.sum()

    def _record_again(self, number: int, time: float, length: float) -> None:
        """Nobody wants anything else than in the epoch before, so all is as it was."""
        for column in self.columns.values():
            column[number] = column[number - 1]
        self.columns["time_s"][number] = time
        self.columns["step_s"][number] = length

    def _add_span(self, number: int) -> None:
        """Add what the hosts that are not shared by arrays did in an epoch that is over."""
        if not self.in_time:
            return
        span = self.fluid.span() if self.scheduled is None else self.scheduled.span()
        columns, length = self.columns, self.columns["step_s"][number]
        columns["power_w"][number] += span.joules / length
        columns["cpu_wanted_hz"][number] += span.wanted / length
        columns["cpu_granted_hz"][number] += span.granted / length
        columns["cpu_useful_hz"][number] += span.useful / length
        columns["cpu_used_hz"][number] += span.used / length
        columns["cpu_io_hz"][number] += (span.used - span.granted) / length
        columns["cpu_useful_cores"][number] += span.cores / length
        columns["hosts_full"][number] += span.full / length
        if self.production is not None:
            self.production.add(number, length, span)

    def switching(self, change: Callable[[], None]) -> None:
        """Make a change after which other hosts may be on, and count those for what is left of the epoch."""
        capacity, was = self.world.hosts.capacity, self.cluster.on
        change()
        turned = self.cluster.on.astype(float) - was
        number, end = self._now
        part = (end - self.clock.now) / self.columns["step_s"][number]
        self.columns["hosts_on"][number] += part * turned.sum()
        self.columns["cpu_on_hz"][number] += part * float(turned @ capacity)

    def want_of(self, vm: int) -> float:
        """Cycles per second one VM wants where it is now."""
        return self.vms.want_of(vm, self._wanted) * float(self._progress[vm])

    def record(self) -> Record:
        """What metrics are computed from: the measured part of every series, totals and samples."""
        measured = self.columns["time_s"] >= self.world.resolved.scenario.warmup - 1e-9
        series = {name: column[measured] for name, column in self.columns.items()}
        if not (self.world.hosts.curve >= 0).all():
            del series["power_w"]
        totals = {"vms_unplaced": float(sum(group.count for group in self.world.unplaced)), **self.transfers.totals()}
        totals |= {**self.moves.totals(), **self.world.totals}
        if self.production is not None:
            totals |= self.production.totals(self.total)
        if self.operated is not None:
            totals |= self.operated.totals()
        if self.memory is not None:
            totals |= memory_totals(self.memory)
        samples = {"transfer_s": self.transfers.times(), **self.moves.samples()}
        if self.protected is not None:
            totals |= self.protected.totals()
            samples |= self.protected.samples()
        if self.scheduled is not None:
            totals |= self.scheduled.totals()
            samples["latency_s"] = self.scheduled.latencies()
        return Record(totals, series, samples)

    def intervals(self) -> list[Interval]:
        """The states entities were in."""
        unplaced = [
            Interval(name, f"has no host: {group.reason}", 0.0, self.total)
            for group in self.world.unplaced
            for name in group.names()
        ]
        return [*map(Interval._make, self.recorder.intervals(self.total)), *unplaced]


def notes(simulation: Simulation) -> list[str]:
    """What a reader must know of a simulation that is over, in sentences."""
    found = [*(group.sentence() for group in simulation.world.unplaced), *simulation.world.notes]
    found += [] if simulation.protected is None else simulation.protected.tally.notes()
    found += simulation.operated.notes() if isinstance(simulation.operated, Managing) else []
    return found + ([] if simulation.demand is None else [*simulation.demand.notes])


def shown(record: Record) -> dict[str, NDArray[np.float64]]:
    """The series that a report shows: power, utilisation and ready time over time."""
    series = record.series
    found = {"time_s": series["time_s"], "hosts_on": series["hosts_on"]}
    if "power_w" in series:
        found["power_w"] = series["power_w"]
    found["cpu_utilisation"] = _over(series["cpu_used_hz"], series["cpu_on_hz"])
    found |= {name: values for name, values in series.items() if name.startswith("guest_")}
    found["cpu_ready"] = _over(series["cpu_wanted_hz"] - series["cpu_granted_hz"], series["cpu_wanted_hz"])
    return found


def _over(part: NDArray[np.float64], whole: NDArray[np.float64]) -> NDArray[np.float64]:
    """Their ratio; 0 where there is nothing, or nothing but what rounding left."""
    return np.divide(part, whole, out=np.zeros_like(part), where=(whole > 0) & (np.abs(part) > 1e-9 * whole))


def fluid_hosts(world: World) -> list[int]:
    """Hosts whose processors transfers and migrations use, and those between which VMs move: indices."""
    used = {name for plan in world.transfers for name in plan.uses}
    for plan in (plan for order in world.orders for plan in order.plans):
        used |= {*plan.uses, f"cpu/{plan.home}"} | ({f"cpu/{plan.target}"} if plan.method.moves == "memory" else set())
    if world.backing is not None:
        used |= {f"cpu/{host}" for host in world.backing.hosts}
    return [index for index, name in enumerate(world.hosts.names) if f"cpu/{name}" in used]


def _protected(simulation: Simulation, resources: dict[str, Resource]) -> Protected | None:
    """What protects the VMs, imported where anything does."""
    if simulation.world.backing is None:
        return None
    from vinfra.scenario.protected import Protected

    return Protected(simulation, simulation.world.backing, resources)


def _demand(world: World, streams: Streams) -> Demand | None:
    """The demand of all traces: recorded, drawn group by group, or none."""
    trace = world.resolved.trace
    recording = world.recording
    if trace is None or not (world.traces or (recording is not None and recording.by_name)):
        return None
    if recording is not None and not (recording.by_name and world.traces):
        demand: Demand = recording
    else:
        start = world.resolved.scenario.start
        begins = start.weekday() * DAY + Calendar(start).time_of_day(0.0)
        every = None if recording is None else recording.interval
        drawn: list[Demand] = [
            trace.synthesise(count, streams, every, g, begins) for g, count in world.traces.items() if count
        ]
        demand = Joined(drawn if recording is None else [recording, *drawn])
    return DeletedAtZero(demand) if world.resolved.scenario.compatibility == "cloudsim-3.0.3" else demand
