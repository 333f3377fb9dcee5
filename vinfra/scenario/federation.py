"""Sites that are simulated together, and the one record that their records make.

Every site has its own clock, here as well as on a cluster: which sites a process holds changes nothing of what happens
(engine/windows.py). Series are added up epoch by epoch, totals too, and samples stand one behind the other in the order
of the sites' names.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from vinfra.engine import windows
from vinfra.engine.streams import Streams
from vinfra.metrics.metric import Record
from vinfra.scenario import leaving
from vinfra.scenario.audit import audit
from vinfra.scenario.inputs import Inputs
from vinfra.scenario.joint import Joint
from vinfra.scenario.load import Resolved
from vinfra.scenario.results import Interval
from vinfra.scenario.simulation import Simulation, fluid_hosts, notes
from vinfra.scenario.sites import told
from vinfra.scenario.world import World, build

# Of these the whole has the most of any site, no sum.
LONGEST = ("maintenance_took_s", "migrations_took_s", "transfer_busy_s", "kernels")
EARLIEST = ("first_stop_s",)
PARTS = ("proxy_cpu", "memory_waiting")  # parts of something: the mean of the sites that have one
WORST = ("memory_state",)  # series of which the worst site counts
COMMON = ("time_s", "step_s")
WORDS = ("memory of ", "I/O of ")  # before the names of some entities
TOLERANCE = 1e-6  # of bytes that crossed links: what sums may differ by


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one site leaves behind: its record, the states of its entities, sentences for the reader; bytes it `sent`
    and knows to have arrived, and that `arrived` from elsewhere; when it was lost, and for each VM that it took over
    since when it runs (`taken`) and what its replica held (`held`), by the site it came from."""

    record: Record
    intervals: Sequence[Interval]
    notes: Sequence[str]
    sent: float
    arrived: float
    lost_at: float | None
    taken: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    held: Mapping[str, float] = field(default_factory=dict)
    without: Mapping[str, Sequence[str]] = field(default_factory=dict)


class Federation:
    """The sites of a scenario that this process holds; all of them when unsaid. Refused, with the site, where one
    cannot be built."""

    def __init__(self, whole: Resolved, inputs: Inputs, seed: int, mine: Collection[str] | None = None) -> None:
        self.whole = whole
        self.sites = {
            name: self._joint(name, part, inputs, seed)
            for name, part in sorted(whole.sites.items())
            if mine is None or name in mine
        }
        self.windows = 0

    def _joint(self, name: str, part: Resolved, inputs: Inputs, seed: int) -> Joint:
        with told(name):
            world = build(part, inputs.recording(part))
        simulation = Simulation(world, Streams(seed, name), fluid=_shared(world, self.whole, name))
        return Joint(name, self.whole, simulation)

    def run(self, exchange: windows.Exchange = windows.alone) -> None:
        """Simulate to the end."""
        ways = windows.distances(sorted(self.whole.sites), leaving.delays(self.whole))
        scenario = self.whole.scenario
        self.windows = windows.run(self.sites, ways, scenario.warmup + scenario.duration, exchange)

    def outcomes(self) -> dict[str, Outcome]:
        """What each site leaves behind, audited."""
        return {name: _outcome(joint) for name, joint in self.sites.items()}


def _shared(world: World, whole: Resolved, name: str) -> list[int]:
    """Hosts whose VMs stop and go: those with VMs that may come or leave, and all of a site that may be lost."""
    part = world.resolved
    groups = {*part.standing, *(move.vms for move, _ in part.leaving.values())}
    losable = leaving.terms(part) is not None or any(fault.name == "site-down" for fault, _ in part.faults.values())
    hosts = {
        int(host)
        for vm, group, host in zip(world.vms.names, world.groups, world.vms.host.tolist(), strict=True)
        if losable or group in groups or vm in groups
    }
    return sorted(hosts | {*fluid_hosts(world)})


def _outcome(joint: Joint) -> Outcome:
    simulation = joint.simulation
    simulation.finish()
    record = simulation.record()
    audit(simulation, record)
    totals, samples = joint.totals(), joint.samples()
    for name, value in joint.crossings.totals().items():
        many = max if name in LONGEST else math.fsum
        totals[name] = many([value, record.totals.get(name, 0.0)])
    for name, values in joint.crossings.samples().items():
        samples[name] = np.concatenate([record.samples.get(name, np.zeros(0)), values])
    whole = Record({**record.totals, **totals}, record.series, {**record.samples, **samples})
    transit = joint.transit
    return Outcome(
        whole,
        simulation.intervals(),
        [*notes(simulation), *joint.notes()],
        transit.sent,
        transit.arrived,
        joint.lost_at,
        {home: dict(watch.taken) for home, watch in joint.watches.items()},
        dict(joint.replicas.held),
        {home: list(watch.without) for home, watch in joint.watches.items()},
    )


def together(outcomes: Mapping[str, Outcome]) -> tuple[Record, list[Interval], list[str]]:
    """One record, the states of all entities with their sites, and all notes; AssertionError where bytes are lost."""
    found = dict(sorted(outcomes.items()))
    sent, arrived = (math.fsum(getattr(one, name) for one in found.values()) for name in ("sent", "arrived"))
    if sent > arrived * (1 + TOLERANCE):
        raise AssertionError(
            f"{sent:.12g} bytes are acknowledged and {arrived:.12g} have come; this is a defect of vinfra"
        )
    records = {name: one.record for name, one in found.items()}
    taken = _taken(found)
    samples = _samples(records) | {name: values for name, values in taken.items() if len(values)}
    record = Record(_totals(records) | _counts(found), _series(records), samples)
    intervals = [
        Interval(_at(name, one.entity), one.state, one.start, one.end)
        for name, outcome in found.items()
        for one in outcome.intervals
    ]
    return record, intervals, [f"{name}: {note}" for name, outcome in found.items() for note in outcome.notes]


def _at(site: str, entity: str) -> str:
    """The name of an entity with its site: what it is still stands first."""
    for words in WORDS:
        if entity.startswith(words):
            return f"{words}{site}/{entity.removeprefix(words)}"
    kind, slash, name = entity.partition("/")
    return f"{kind}/{site}/{name}" if slash else f"{site}/{entity}"


def _series(records: Mapping[str, Record]) -> dict[str, NDArray[np.float64]]:
    """Sums over sites; those of a group of VMs are the site's own, `what/site/group`. The power of all is
    known where that of each is."""
    first = next(iter(records.values())).series
    found = {name: first[name] for name in COMMON}
    for site, record in records.items():
        found |= {
            f"{name.partition('/')[0]}/{site}/{name.partition('/')[2]}": values
            for name, values in record.series.items()
            if "/" in name
        }
    for name in sorted({name for record in records.values() for name in record.series if "/" not in name}):
        values = [record.series[name] for record in records.values() if name in record.series]
        if name in COMMON or (name == "power_w" and len(values) < len(records)):
            continue
        if name in WORST:
            found[name] = np.max(values, axis=0)
        else:
            found[name] = np.sum(values, axis=0) / (len(values) if name in PARTS else 1)
    return found


def _totals(records: Mapping[str, Record]) -> dict[str, float]:
    found = {}
    for name in sorted({name for record in records.values() for name in record.totals}):
        values = [record.totals[name] for record in records.values() if name in record.totals]
        if name in PARTS:
            found[name] = math.fsum(values) / len(values)
        else:
            found[name] = (max if name in LONGEST else min if name in EARLIEST else math.fsum)(values)
    return found


def _samples(records: Mapping[str, Record]) -> dict[str, NDArray[np.float64]]:
    names = sorted({name for record in records.values() for name in record.samples})
    return {
        name: np.concatenate([record.samples[name] for record in records.values() if name in record.samples])
        for name in names
    }


def _taken(outcomes: Mapping[str, Outcome]) -> dict[str, NDArray[np.float64]]:
    """For each VM that runs elsewhere because its site was lost: seconds until it ran, and seconds of its data lost."""
    rto, rpo = [], []
    for outcome in outcomes.values():
        for home, vms in sorted(outcome.taken.items()):
            lost = outcomes[home].lost_at
            for vm, since in sorted(vms.items()):
                if lost is not None:
                    rto.append(since - lost)
                    rpo.append(lost - outcome.held[vm])
    return {"failover_rto_s": np.array(rto), "failover_rpo_s": np.array(rpo)}


def _counts(outcomes: Mapping[str, Outcome]) -> dict[str, float]:
    """VMs that run elsewhere because their site was lost (or was thought to be), and those without a replica; nothing
    where no site takes over another."""
    if not any(outcome.taken for outcome in outcomes.values()):
        return {}
    taken = sum(len(vms) for outcome in outcomes.values() for vms in outcome.taken.values())
    without = sum(len(vms) for outcome in outcomes.values() for vms in outcome.without.values())
    return {"failover_vms": float(taken), "failover_without": float(without)}
