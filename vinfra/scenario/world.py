"""From a scenario to models that can run: this file and population.py alone know every room.

build() makes hosts, places VMs, prices their techniques and plans their transfers. What cannot be built is Refused with
the reason; simulation.py runs what was built.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from vinfra.compute.fleet import Hosts, Row, Vms
from vinfra.compute.memory.machines import Plan as Memory
from vinfra.compute.scheduling.hosts import Plan as Scheduling
from vinfra.compute.transfer import Plan
from vinfra.engine.names import Labels
from vinfra.operations.moves import Order
from vinfra.scenario import consolidating, flows, managing, production, remembered, scheduled, storing
from vinfra.scenario.backing import Backing, backing, identities, machines
from vinfra.scenario.expand import HostKind, follows_trace, host_kinds, host_order, vm_counts
from vinfra.scenario.following import countable, following
from vinfra.scenario.load import Resolved
from vinfra.scenario.moving import Moving
from vinfra.scenario.population import Estate, populate
from vinfra.scenario.pricing import Plugin, totals
from vinfra.scenario.schema import VmGroup
from vinfra.scenario.unplaced import Unplaced
from vinfra.storage.fabric import Fabric
from vinfra.storage.identity import Identity
from vinfra.storage.lun import Lun
from vinfra.workloads.demand import Recording


@dataclass(frozen=True, slots=True)
class World:
    """The models of one scenario, ready to run with any seed.

    `traces` says how many traces each group of VMs follows, in the order of the columns of demand (those that are
    drawn, behind a recording by name); `capacities` are
    those of LUNs and links, per second, `luns` the LUN of each datastore and `fabric` the ways to them; `used` are the
    plug-ins that price the VMs, `totals` what events cost and how many kernels boot; `orders` say who moves while it
    runs, `arrivals` what such a VM is on the host it moves to, `room` how much memory each host has left; `scheduling`
    is how processors are scheduled in detail, `memory` how hosts with more VMs than memory share it out, `production`
    what guests read and write and `backing` what protects them, where that is asked for; `identities` are what the LUN
    of each datastore says of itself; `groups` and `homes` are the group and the datastore of each VM; `notes` say
    what a reader must know of how they were placed.
    """

    resolved: Resolved
    recording: Recording | None
    hosts: Hosts
    vms: Vms
    traces: Mapping[str, int]
    unplaced: Sequence[Unplaced]
    transfers: Sequence[Plan]
    capacities: Mapping[str, float]
    fabric: Fabric
    luns: Mapping[str, Lun]
    used: frozenset[Plugin]
    totals: Mapping[str, float]
    orders: Sequence[Order] = ()
    arrivals: Mapping[tuple[str, str], Row] = field(default_factory=dict)
    room: Mapping[str, float] = field(default_factory=dict)
    scheduling: Scheduling | None = None
    memory: Memory | None = None
    production: production.Plan | None = None
    backing: Backing | None = None
    identities: Mapping[str, Identity] = field(default_factory=dict)
    groups: Sequence[str] = ()
    homes: Sequence[str | None] = ()
    consolidation: consolidating.Plan | None = None
    management: managing.Plan | None = None
    notes: Sequence[str] = ()


def build(resolved: Resolved, recording: Recording | None) -> World:
    """Make the models; Refused says why this variant cannot be, InputError what the file must change."""
    kinds = host_kinds(resolved)
    order = host_order(kinds)
    estate = Estate(kinds, _hosts(order), np.array([kinds.index(kind) for kind, _ in order]))
    countable(resolved, recording)
    counts = vm_counts(resolved, _traces(resolved, recording))
    members = {kind.group: [name for one, name in order if one is kind] for kind in kinds}
    fabric = storing.fabric(resolved, storing.topology(resolved, members), members)
    storing.lost_links(resolved, fabric)
    follow = following(resolved, counts, recording)
    population = populate(resolved, estate, counts, follow.columns, fabric)
    vms, names = population.vms()
    groups, homes = names.groups, storing.homes(resolved, names)
    luns = storing.luns(resolved)
    found = machines(resolved, names, Labels(estate.hosts.names, vms.host), homes)
    moving = Moving(resolved, estate, population, vms, groups, homes, members, luns, fabric)
    return World(
        resolved=resolved,
        recording=recording,
        hosts=estate.hosts,
        vms=vms,
        traces=follow.traces,
        unplaced=tuple(population.unplaced),
        transfers=flows.plans(resolved, luns, fabric, vms, groups, homes, estate.hosts, population.io_cycles),
        capacities=flows.capacities(luns, fabric),
        fabric=fabric,
        luns=luns,
        production=production.plan(resolved, estate, fabric, vms, groups, homes),
        used=frozenset(population.used) | remembered.used(resolved),
        totals=totals(population.prices, groups, estate.kind[vms.host], vms.size * vms.steady),
        orders=moving.orders(),
        arrivals=moving.arrivals,
        room=dict(zip(estate.hosts.names, population.room.tolist(), strict=True)),
        scheduling=scheduled.plan(resolved, groups, members),
        memory=remembered.plan(resolved, estate, vms, groups),
        backing=backing(resolved, estate, found, members),
        identities=identities(resolved),
        groups=groups,
        homes=homes,
        consolidation=consolidating.plan(resolved, estate, population, vms, groups),
        management=managing.plan(resolved, estate, population, vms, groups),
        notes=(*resolved.placement.notes(vms.names, vms.host, estate.hosts.names), *follow.notes),
    )


def _hosts(order: Sequence[tuple[HostKind, str]]) -> Hosts:
    curves = list(dict.fromkeys(kind.curve for kind, _ in order if kind.curve is not None))
    return Hosts(
        names=[name for _, name in order],
        capacity=np.array([kind.capacity for kind, _ in order]),
        core=np.array([kind.frequency for kind, _ in order]),
        memory=np.array([kind.memory for kind, _ in order]),
        curve=np.array([-1 if kind.curve is None else curves.index(kind.curve) for kind, _ in order]),
        curves=curves,
    )


def _groups(resolved: Resolved) -> list[tuple[str, VmGroup]]:
    return sorted(resolved.scenario.vms.items())


def _traces(resolved: Resolved, recording: Recording | None) -> int:
    """How many traces there are: the recording's, or as many as are wanted, at least what such a recording holds."""
    if resolved.trace is None:
        return 0
    if recording is not None and not recording.by_name:
        return recording.columns
    groups = [group for _, group in _groups(resolved)]
    wanted = sum(g.count for g in groups if isinstance(g.count, int) and follows_trace(resolved, g))
    return max(wanted, resolved.trace.columns) if any(g.count == "per-trace" for g in groups) else wanted
