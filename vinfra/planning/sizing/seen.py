"""What is known of what each machine does, as arrays, and what it rests on.

    demand = percentile of the recording, else the 95th that the record has, else mean * spread, at most its peak

`spread` is what the percentiles of many machines are of their means in a published recording, added up (1.9 at 95 %;
facts/spreads), since one sample or a mean says nothing of busy hours: right for the sum, not for each machine. Where a
machine has neither, its part of its host's use is taken, by vCPUs; where that is unknown too, the published mean.
Units: hertz of its present cores, bytes, parts of its vCPUs.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vinfra import facts
from vinfra.planning.assumptions import Assumptions
from vinfra.planning.inventory import Host, Inventory, Machine
from vinfra.planning.sizing.percentiles import Floats, counted, percentiles
from vinfra.planning.utilisation import Utilisation
from vinfra.spec import Spec, field
from vinfra.units import Fraction

Ints = NDArray[np.int64]
PUBLISHED = "planetlab"
RECORDED, RECORD, SAMPLE, HOST, NOTHING = range(5)  # what a machine's demand rests on, the best first
RISKS = (99.0, 100.0)  # percentiles that say how often a suggestion would be too small


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """Each of shape (machines,), in the order of the inventory.

    `hz` is the clock of a core, `demand` the percentile to plan hosts for and `mean` the mean, in hertz of all vCPUs,
    `shown` what the machine itself was seen to need (a percentile; the peak or the sample where there is none; 0 for
    nothing), `p99` and `peak` NaN where not recorded; `memory` the percentile of memory in use in the guest, NaN where
    not recorded, `working` the memory it uses as far as anything says; `basis` is one of the constants above,
    `samples` and `memory_samples` how many its recording has, `column` where it is in the recording, -1 for nowhere.
    """

    machines: tuple[Machine, ...]
    hz: Floats
    vcpus: Floats
    demand: Floats
    shown: Floats
    mean: Floats
    p99: Floats
    peak: Floats
    memory: Floats
    working: Floats
    basis: Ints
    samples: Ints
    memory_samples: Ints
    column: Ints
    days: float  # that are recorded
    index: Mapping[str, int] = dataclasses.field(default_factory=dict)


def seen(inventory: Inventory, utilisation: Utilisation | None, assumptions: Assumptions) -> Seen:
    """What is known of all machines of an inventory."""
    machines = tuple(inventory.machines)
    hosts = {host.name: host for host in inventory.hosts}
    hz = np.array([clock(machine, hosts, assumptions.sizing.clock) for machine in machines], dtype=np.float64)
    vcpus = np.array([machine.vcpus for machine in machines], dtype=np.float64)
    column = columns(machines, utilisation)
    cpu = _recorded(utilisation, column, assumptions.sizing.cpu_percentile, memory=False)
    memory = _recorded(utilisation, column, assumptions.sizing.memory_percentile, memory=True)
    whole = vcpus * hz
    size = recorded_size(utilisation, column, whole)
    demand, p99, peak, mean = (part * size for part in cpu)
    basis = np.where(np.isnan(demand), NOTHING, RECORDED).astype(np.int64)
    told = [_told(machine) for machine in machines]
    said = np.array([mean for mean, _, _ in told], dtype=np.float64)
    said_p95 = np.array([p95 for _, p95, _ in told], dtype=np.float64)
    said_peak = np.array([most for _, _, most in told], dtype=np.float64)
    by_host = _by_host(machines, hosts, vcpus, hz)
    published, spread = _published(assumptions.sizing.cpu_percentile)
    _fill(basis, RECORD, ~np.isnan(said_p95) | ~np.isnan(said_peak))
    _fill(basis, SAMPLE, ~np.isnan(said))
    _fill(basis, HOST, ~np.isnan(by_host))
    mean = np.where(np.isnan(mean), said, mean)
    # What is taken from others is never above the highest that was seen of it.
    mean = np.where(np.isnan(mean), _at_most(np.minimum(by_host, whole), said_peak), mean)
    mean = np.where(np.isnan(mean), _at_most(published * whole, said_peak), mean)
    top = np.fmin(said_peak, whole)
    estimate = np.maximum(np.fmin(mean * spread, top), mean)
    demand = np.where(np.isnan(demand), np.where(np.isnan(said_p95), estimate, said_p95), demand)
    # A mean times the spread of others is right for the sum, and no evidence of this machine: its peak is.
    own = np.where(np.isnan(said_p95), said_peak, said_p95)
    shown = np.select([basis == RECORDED, basis == RECORD, basis == SAMPLE], [demand, own, mean], 0.0)
    peak = np.where(np.isnan(peak), said_peak, peak)
    return Seen(
        machines,
        hz,
        vcpus,
        np.minimum(demand, whole),
        np.minimum(shown, whole),
        np.minimum(mean, whole),
        p99,
        peak,
        memory[0],
        _working(machines, memory[0]),
        basis,
        _samples(None if utilisation is None else utilisation.cpu, column),
        _samples(None if utilisation is None else utilisation.memory, column),
        column,
        0.0 if utilisation is None else utilisation.duration / 86400,
        {machine.name: number for number, machine in enumerate(machines)},
    )


def _fill(basis: Ints, what: int, where: NDArray[np.bool_]) -> None:
    """What a machine's demand rests on, where nothing better is known."""
    basis[where & (basis > what)] = what


def clock(machine: Machine, hosts: Mapping[str, Host], otherwise: float) -> float:
    """Clock of a core: the machine's, its host's, or the one that is assumed."""
    host = hosts.get(machine.host) if machine.host else None
    return machine.core_hz or (host.core_hz if host else None) or otherwise


def columns(machines: Sequence[Machine], utilisation: Utilisation | None) -> Ints:
    """Where each machine is in the recording, -1 for nowhere, shape (machines,)."""
    index = {} if utilisation is None else {name: number for number, name in enumerate(utilisation.names)}
    return np.array([index.get(machine.name, -1) for machine in machines], dtype=np.int64)


def _recorded(utilisation: Utilisation | None, column: Ints, part: float, memory: bool) -> Floats:
    """Percentile to size for, 99th, highest and mean of each machine, shape (4, machines); CPU as a part of its vCPUs,
    memory in bytes; NaN where nothing is recorded."""
    table = None if utilisation is None else utilisation.memory if memory else utilisation.cpu
    found = np.full((4, len(column)), np.nan)
    if table is None or not table.shape[0] or not table.shape[1]:
        return found
    have = column >= 0
    scale = 1.0 if memory else 0.01
    of_columns = np.vstack([percentiles(table, (part, *RISKS)), _means(table)]) * scale
    found[:, have] = of_columns[:, column[have]]
    return found


def _means(table: NDArray[np.float32]) -> Floats:
    counts = counted(table)
    sums = np.nansum(table, axis=0, dtype=np.float64)
    return np.where(counts > 0, sums / np.maximum(counts, 1), np.nan)


def _samples(table: NDArray[np.float32] | None, column: Ints) -> Ints:
    if table is None:
        return np.zeros(len(column), dtype=np.int64)
    counts = counted(table)
    return np.where(column >= 0, counts[np.maximum(column, 0)] if len(counts) else 0, 0).astype(np.int64)


def recorded_size(utilisation: Utilisation | None, column: Ints, whole: Floats) -> Floats:
    """Hertz that 100 % of a recording means: what it says of its machines' size, else that of the inventory."""
    if utilisation is None or utilisation.hz is None or not len(utilisation.hz):
        return whole
    said = utilisation.hz[np.maximum(column, 0)]
    return np.where((column >= 0) & np.isfinite(said) & (said > 0), said, whole)


def _told(machine: Machine) -> tuple[float, float, float]:
    """Mean, 95th percentile and peak of the record, NaN for what it does not say."""
    return tuple(  # type: ignore[return-value]
        np.nan if one is None else float(one) for one in (machine.cpu_used, machine.cpu_p95, machine.cpu_peak)
    )


def _at_most(found: Floats, most: Floats) -> Floats:
    """What is found, but no more than that where it is known."""
    return np.where(found > most, most, found)


def _by_host(machines: tuple[Machine, ...], hosts: Mapping[str, Host], vcpus: Floats, hz: Floats) -> Floats:
    """A machine's part of what its host uses, by vCPUs; NaN where that is unknown."""
    on: dict[str, float] = {}
    for machine in machines:
        if machine.runs and machine.host is not None and machine.host in hosts:
            on[machine.host] = on.get(machine.host, 0.0) + machine.vcpus
    found = np.full(len(machines), np.nan)
    for number, machine in enumerate(machines):
        host = hosts.get(machine.host) if machine.host else None
        if host is not None and host.cpu_used is not None and machine.runs:
            used = host.cpu_used * host.cores * (host.core_hz or hz[number])
            found[number] = used * vcpus[number] / on[host.name]
    return found


class Spread(Spec):
    """Percentiles of machines relative to their means, all together (fact kind `spreads`)."""

    title: str = field(..., "what was recorded")
    percent: list[float] = field(..., "percentiles, rising", min_length=2)
    of_mean: list[float] = field(..., "sum over machines of each percentile by the sum of their means", min_length=2)
    mean: Fraction = field(..., "mean of all machines, part of their vCPUs")

    def at(self, part: float) -> float:
        """What a percentile is of the mean, on straight lines between those that are known; at least 1."""
        return max(float(np.interp(part, self.percent, self.of_mean)), 1.0)


def _published(part: float) -> tuple[float, float]:
    """Mean of the published recording, a part of the vCPUs, and what the percentile is of it."""
    known: Spread = facts.load("spreads", PUBLISHED, Spread)
    return known.mean, known.at(part)


def _working(machines: tuple[Machine, ...], recorded: Floats) -> Floats:
    """Memory in use: recorded, active or consumed at one moment, at most what is configured, which it is if unknown."""
    said = np.array(
        [
            machine.memory
            if machine.memory_active is None and machine.memory_consumed is None
            else float(machine.memory_active if machine.memory_active is not None else machine.memory_consumed or 0.0)
            for machine in machines
        ],
        dtype=np.float64,
    )
    most = np.array([machine.memory for machine in machines], dtype=np.float64)
    return np.minimum(np.where(np.isnan(recorded), said, recorded), most)


def recorded_hertz(
    machines: Sequence[Machine], inventory: Inventory, utilisation: Utilisation | None, assumptions: Assumptions
) -> Floats:
    """Hertz that 100 % of each machine is, at its present clock, shape (machines,)."""
    hosts = {host.name: host for host in inventory.hosts}
    whole = np.array([one.vcpus * clock(one, hosts, assumptions.sizing.clock) for one in machines], dtype=np.float64)
    return recorded_size(utilisation, columns(machines, utilisation), whole)
