"""Production I/O: what the guests of a scenario read and write while everything else goes on, and how long it takes.

A VM wants so many I/Os per second by itself, or those of its workload for each second of native CPU time it wants. The
latency of an I/O is that of storage (storage/guest_io.py) plus what a full host keeps the guest waiting for: of the
time it wants to run a part r is denied, so it runs in slices of Q with pauses of Q r / (1 - r) between; an I/O that
ends in a pause (as r do) waits half of it, Q r^2 / (2 (1 - r)) on average. Series are per epoch and group of VMs.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from vinfra.compute.cluster import Cluster, Sample
from vinfra.compute.fleet import Vms
from vinfra.compute.fluid_host import Span
from vinfra.engine.activity import Resource
from vinfra.engine.recorder import Recorder
from vinfra.errors import Refused
from vinfra.operations.moves import Moves
from vinfra.scenario import flows
from vinfra.scenario.load import Resolved
from vinfra.scenario.pricing import event_rates
from vinfra.storage.fabric import Fabric
from vinfra.storage.guest_io import GuestIo
from vinfra.storage.guest_stream import Pattern, Seat

if TYPE_CHECKING:
    from vinfra.scenario.population import Estate
    from vinfra.scenario.simulation import Simulation

Floats = NDArray[np.float64]
# Default quantum of the VMkernel (Crump et al., vSphere High Performance Cookbook, 2nd edition, 2017); Xen's slice of
# 30 ms and that of others are of the same order.
QUANTUM = 0.05
MEASURED = ("guest_latency_s", "guest_ios_per_s", "guest_ios_wanted_per_s")


@dataclass(frozen=True, slots=True)
class Plan:
    """Who reads and writes: `rows` are indices of VMs, `group` those of their groups in `groups`, `homes` their
    datastores, `steady` the I/Os per second each wants by itself, all of shape (rows,); `per_second` the I/Os per
    second of native CPU time, of shape (groups, kinds of hosts), and `kind` that of each host."""

    groups: Sequence[str]
    patterns: Mapping[str, Pattern]
    rows: NDArray[np.int64]
    group: NDArray[np.int64]
    homes: Sequence[str]
    steady: Floats
    per_second: Floats
    kind: NDArray[np.int64]


def begin(simulation: Simulation, resources: Mapping[str, Resource]) -> Production | None:
    """The production I/O of a simulation; None where no guest reads or writes."""
    world, made = simulation.world, simulation.world.production
    if made is None:
        return None
    streams = GuestIo(
        simulation.clock,
        simulation.sharing,
        simulation.fabric,
        world.luns,
        made.patterns,
        resources,
        simulation.recorder,
    )
    return Production(made, streams, simulation.cluster, simulation.vms, simulation.moves)


def plan(
    resolved: Resolved, estate: Estate, fabric: Fabric, vms: Vms, groups: Sequence[str], homes: Sequence[str | None]
) -> Plan | None:
    """The plan for VMs of these groups on these datastores; None where no guest reads or writes. InputError where no
    way leads from a VM to its datastore, Refused where nobody knows how much it reads and writes."""
    known = {name: group.io for name, group in sorted(resolved.scenario.vms.items()) if group.io is not None}
    pairs = enumerate(zip(groups, homes, strict=True)) if known else ()
    rows = [row for row, (name, home) in pairs if name in known and home]
    if not rows:
        return None
    for at, datastore in sorted({(estate.hosts.names[int(vms.host[row])], str(homes[row])) for row in rows}):
        flows.way(resolved, fabric, at, datastore)
    for name, kind in sorted({(groups[row], int(estate.kind[vms.host[row]])) for row in rows}):
        if known[name].rate is None and estate.kinds[kind].processor is None:
            group = estate.kinds[kind].group
            raise Refused(
                f"{group} names no processor, so how often {name} reads and writes is not known: say its `rate`"
            )
    present = {groups[row] for row in rows}
    names = [name for name in known if name in present]
    index = {name: number for number, name in enumerate(names)}
    return Plan(
        groups=names,
        patterns={n: Pattern(io.block, io.reads, io.sequential, io.outstanding) for n, io in known.items()},
        rows=np.array(rows, dtype=np.int64),
        group=np.array([index[groups[row]] for row in rows], dtype=np.int64),
        homes=[home for row in rows if (home := homes[row]) is not None],
        steady=np.array([known[groups[row]].rate or 0.0 for row in rows]),
        per_second=np.array([_per_second(resolved, name, estate) for name in names]),
        kind=estate.kind,
    )


def _per_second(resolved: Resolved, name: str, estate: Estate) -> list[float]:
    """Disk I/Os of a group's work per second of native CPU time, on each kind of host."""
    group = resolved.scenario.vms[name]
    if group.io is None or group.io.rate is not None:
        return [0.0] * len(estate.kinds)
    return [
        0.0 if kind.processor is None else event_rates(group, kind.processor).get("disk-io", 0.0)
        for kind in estate.kinds
    ]


class Production:
    """Production I/O in motion, and its series."""

    def __init__(self, made: Plan, guest_io: GuestIo, cluster: Cluster, vms: Vms, moves: Moves) -> None:
        self.plan = made
        self.guest_io = guest_io
        self.cluster = cluster
        self.vms = vms
        self.moves = moves
        self.columns: dict[str, Floats] = {}
        self._row = {vms.names[vm]: row for row, vm in enumerate(made.rows.tolist())}
        self._homes = list(made.homes)
        self._denied = np.zeros(len(vms))
        self._host = np.full(len(made.rows), -1)
        self._pace = np.ones(len(made.rows))
        self._ios = np.zeros(len(made.rows))
        self._seats: list[Seat] = []
        self._at = np.zeros(0, dtype=np.int64)

    def record(self, recorder: Recorder, epochs: int) -> dict[str, Floats]:
        """The series it fills, by name."""
        names = [f"{name}/{group}" for group in self.plan.groups for name in MEASURED]
        self.columns = {name: recorder.series(name, epochs) for name in names}
        return self.columns

    def want(self, want: Floats) -> None:
        """From now on VMs want so many cycles per second on their hosts, shape (all VMs,), and I/Os with them."""
        rows, host = self.plan.rows, self.cluster.host[self.plan.rows]
        if self._moved(host):
            self._seat(host)
        seconds = want[rows] / (self.vms.factor[rows] * self.cluster.hosts.core[host])
        self._ios = self.plan.steady + seconds * self.plan.per_second[self.plan.group, self.plan.kind[host]]
        self._ask()

    def pace(self, vm: str, fraction: float) -> None:
        """From now on a VM wants this part (0..1) of its I/Os; none while it stands still."""
        row = self._row.get(vm)
        if row is not None and self._pace[row] != fraction:
            self._pace[row] = fraction
            self._ask()

    def _ask(self) -> None:
        together = np.bincount(self._at, weights=self._ios * self._pace, minlength=len(self._seats)).tolist()
        counts = np.bincount(self._at, minlength=len(self._seats)).tolist()
        self.guest_io.want(
            {seat: (count, rate) for seat, count, rate in zip(self._seats, counts, together, strict=True)}
        )

    def _moved(self, host: NDArray[np.int64]) -> bool:
        """Whether a VM is on another host, or its disk on another datastore, than when this was asked last."""
        moved = not np.array_equal(host, self._host)
        for journey in self.moves.finished() if self.moves.orders else ():
            row = self._row.get(journey.plan.vm)
            if journey.plan.method.moves == "disk" and row is not None and self._homes[row] != journey.plan.target:
                self._homes[row], moved = journey.plan.target, True
        self._host = host.copy()
        return moved

    def _seat(self, host: NDArray[np.int64]) -> None:
        """Who sits where: the seats there are, and the one of each row."""
        names, hosts = self.plan.groups, self.cluster.hosts.names
        everybody = zip(self.plan.group.tolist(), host.tolist(), self._homes, strict=True)
        taken = [Seat(names[group], hosts[at], home) for group, at, home in everybody]
        self._seats = sorted(set(taken))
        index = {seat: number for number, seat in enumerate(self._seats)}
        self._at = np.array([index[seat] for seat in taken], dtype=np.int64)

    def deny(self, sample: Sample) -> None:
        """What VMs want and get in the epoch that begins; nothing where hosts are shared in time."""
        lacking = sample.want - sample.granted
        self._denied = np.divide(lacking, sample.want, out=np.zeros(len(lacking)), where=sample.want > 0)

    def add(self, number: int, length: float, span: Span) -> None:
        """Write down what was done in an epoch that is over; `span` is of the hosts that were shared in time."""
        waits = _wait(self._denied, np.full(len(self._denied), length))
        if len(span.vms):
            waits[span.vms] = span.crowded / length * _wait(span.denied, span.crowded)
        waiting = np.bincount(self._at, weights=waits[self.plan.rows]) / np.bincount(self._at)
        cpu = dict(zip(self._seats, waiting.tolist(), strict=True))
        totals = np.zeros((len(MEASURED), len(self.plan.groups)))
        index = {name: row for row, name in enumerate(self.plan.groups)}
        for seat, (done, waited, wanted) in self.guest_io.span().items():
            totals[:, index[seat.group]] += waited + done * cpu.get(seat, 0.0), done, wanted
        for group, column in index.items():
            waited, done, wanted = totals[:, column].tolist()
            values = waited / done if done > 0 else 0.0, done / length, wanted / length
            for name, value in zip(MEASURED, values, strict=True):
                self.columns[f"{name}/{group}"][number] = value

    def totals(self, time: float) -> dict[str, float]:
        """Disk-seconds that LUNs with guests on them have worked, and could have, from the start."""
        luns = [self.guest_io.resources[f"lun/{name}"] for name in sorted({*self._homes})]
        busy = math.fsum(lun.carried(time) for lun in luns)
        return {"lun_busy_s": busy, "lun_possible_s": math.fsum(lun.capacity for lun in luns) * time}

    def used(self, name: str) -> float:
        """What guests have used of a resource up to now."""
        return self.guest_io.used(name)

    def balance(self) -> Iterator[tuple[str, float, float]]:
        """I/Os counted and I/Os that LUNs carried, at each seat."""
        yield from self.guest_io.balance()


def _wait(denied: Floats, span: Floats) -> Floats:
    """Seconds that an I/O waits for a processor that denies part (0..1) of what is wanted for a span of time; half of
    that span where it denies all."""
    pause = np.divide(QUANTUM * denied**2, 2 * (1.0 - denied), out=np.full(len(denied), np.inf), where=denied < 1)
    shorter: Floats = np.minimum(pause, span / 2)
    return shorter
