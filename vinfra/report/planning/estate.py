"""What is there: machines by state, hosts, the three truths about disk, snapshots with their age, files nobody owns.

Sums over the inventory; what a record leaves open is counted beside the sum, never filled in. Units: bytes, seconds.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from vinfra.planning.inventory import Inventory, Machine, Orphan, Snapshot
from vinfra.planning.plan import Plan
from vinfra.planning.sizing.truths import truth_of

OLD = 72 * 3600.0  # VMware KB 1025279: a snapshot is not to be kept longer than 72 hours


@dataclass(frozen=True, slots=True)
class Truth:
    """One way to count disks: bytes of the machines that say so, how many those are, and whether it is planned with."""

    name: str
    words: str
    held: float
    known: int
    planned: bool


@dataclass(frozen=True, slots=True)
class Aged:
    """A snapshot and how old it was when the record was made; None where either time is unknown."""

    snapshot: Snapshot
    age: float | None


@dataclass(frozen=True, slots=True)
class Estate:
    """Sums over an inventory. `disk` is what is planned with: of each machine the chosen truth, or the next one that is
    known, and `disk_by` how many machines are counted by which. `free` is None where no datastore says it. `families`
    and `places` (clusters) count machines that are no templates, the most first.

    `snapshots` and `orphans` are sorted, the oldest and the largest first; `held` are the bytes of those with a size.
    """

    machines: int
    running: int
    off: int
    suspended: int
    templates: int
    physical: int
    vcpus: int
    memory: float
    hosts: int
    sockets: int
    cores: int
    host_memory: float
    datastores: int
    capacity: float
    free: float | None
    truths: Sequence[Truth]
    disk: float
    disk_by: Sequence[tuple[str, int]]
    families: Sequence[tuple[str, int]]
    places: Sequence[tuple[str, int]]
    snapshots: Sequence[Aged]
    old: int
    snapshots_held: float
    orphans: Sequence[Orphan]
    orphans_held: float
    blocked: int


def estate(plan: Plan) -> Estate:
    """The sums of the plan's inventory."""
    found = plan.inventory
    real = [machine for machine in found.machines if not machine.template]
    running = [machine for machine in real if machine.runs]
    snapshots = _aged(found)
    counted = [truth_of(machine, plan.assumptions.storage.truth) for machine in real]
    free = [store.free for store in found.datastores if store.free is not None]
    return Estate(
        machines=len(real),
        running=len(running),
        off=sum(machine.power == "off" for machine in real),
        suspended=sum(machine.power == "suspended" for machine in real),
        templates=len(found.machines) - len(real),
        physical=sum(machine.kind == "physical" for machine in real),
        vcpus=sum(machine.vcpus for machine in running),
        memory=sum(machine.memory for machine in running),
        hosts=len(found.hosts),
        sockets=sum(host.sockets for host in found.hosts),
        cores=sum(host.cores for host in found.hosts),
        host_memory=sum(host.memory for host in found.hosts),
        datastores=len(found.datastores),
        capacity=sum(store.capacity for store in found.datastores),
        free=sum(free) if free else None,
        truths=_truths(real, plan.assumptions.storage.truth),
        disk=sum(held for held, _ in filter(None, counted)),
        disk_by=_counted([truth for _, truth in filter(None, counted)]),
        families=_counted([machine.family for machine in real]),
        places=_counted([machine.cluster or "in no cluster" for machine in real]),
        snapshots=snapshots,
        old=sum(one.age is not None and one.age > OLD for one in snapshots),
        snapshots_held=sum(one.snapshot.size or 0.0 for one in snapshots),
        orphans=sorted(found.orphans, key=lambda orphan: (-(orphan.size or 0.0), orphan.path)),
        orphans_held=sum(orphan.size or 0.0 for orphan in found.orphans),
        blocked=sum(bool(machine.blockers) for machine in real),
    )


def _truths(machines: Sequence[Machine], chosen: str) -> list[Truth]:
    ways = (
        ("provisioned", "what disks may grow to", [machine.provisioned for machine in machines]),
        ("in-use", "what they take on datastores", [machine.in_use for machine in machines]),
        ("guest-used", "what file systems in the guests hold", [machine.guest_used for machine in machines]),
    )
    return [
        Truth(name, words, sum(v for v in values if v is not None), sum(v is not None for v in values), name == chosen)
        for name, words, values in ways
    ]


def _aged(found: Inventory) -> list[Aged]:
    """Oldest first, those without a date last."""
    now = datetime(found.taken.year, found.taken.month, found.taken.day) if found.taken else None
    aged = [Aged(snapshot, _age(snapshot.taken, now)) for snapshot in found.snapshots]
    return sorted(aged, key=lambda one: (one.age is None, -(one.age or 0.0), one.snapshot.machine, one.snapshot.name))


def _age(taken: datetime | None, now: datetime | None) -> float | None:
    if taken is None or now is None:
        return None
    return max(0.0, (now - taken.replace(tzinfo=None)).total_seconds())


def _counted(names: Sequence[str]) -> list[tuple[str, int]]:
    return sorted(Counter(names).items(), key=lambda pair: (-pair[1], pair[0]))
