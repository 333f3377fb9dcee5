"""Datastores and their LUNs one by one, where the disk of each VM lies, and the fabric between hosts and LUNs.

Canonical order: groups of datastores by name, members by number. Of datastores that are alike the VMs of a group take
the next one in turn.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np

from vinfra import facts
from vinfra.engine.activity import Resource
from vinfra.engine.names import Labels, Names
from vinfra.engine.sharing import Sharing
from vinfra.errors import InputError, Problem, suggest
from vinfra.scenario.expand import member
from vinfra.scenario.load import Resolved
from vinfra.scenario.schema import VmGroup
from vinfra.scenario.schema_storage import Datastore, spindles
from vinfra.storage.array import ArrayModel
from vinfra.storage.fabric import Fabric, Presented
from vinfra.storage.lun import Disk, Lun, Raid
from vinfra.topology.graph import Segment, Topology, build

Members = Mapping[str, Sequence[str]]


def datastores(resolved: Resolved) -> dict[str, Datastore]:
    """Every datastore by name, those that are alike one by one."""
    return {name: resolved.scenario.datastores[group] for name, group, _ in _every(resolved)}


def luns(resolved: Resolved) -> dict[str, Lun]:
    """The LUN of every datastore."""
    found = {}
    for name, described in datastores(resolved).items():
        count, kind = spindles(described.disks)
        disk, raid = facts.load("disks", kind, Disk), facts.load("raid", described.raid, Raid)
        found[name] = Lun(name, disk, count, raid, model_of(resolved, described.array))
    return found


def model_of(resolved: Resolved, array: str) -> ArrayModel | None:
    """The model of an array, with what the scenario says otherwise of it; None where it names none, and then no cache
    stands before its disks."""
    described = resolved.scenario.arrays.get(array)
    if described is None or described.model is None:
        return None
    model: ArrayModel = facts.load("arrays", described.model, ArrayModel)
    said = {"ports": described.ports, "cache": described.cache}
    return model.model_copy(update={key: value for key, value in said.items() if value is not None})


def group_of(resolved: Resolved, datastore: str) -> str:
    """The key under `datastores` that describes a datastore."""
    return next(group for name, group, _ in _every(resolved) if name == datastore)


def members_of(resolved: Resolved, named: str) -> list[str]:
    """The datastores that a name stands for: those of a group, or one by itself."""
    return [name for name, group, _ in _every(resolved) if named in (name, group)]


def lun_numbers(resolved: Resolved) -> dict[str, int]:
    """The LUN number of each datastore on its array: as written, or the next that is free there."""
    taken: dict[str, set[int]] = {}
    numbers: dict[str, int] = {}
    for name, group, number in _every(resolved):
        described = resolved.scenario.datastores[group]
        if described.lun is not None:
            numbers[name] = described.lun + number - 1
            taken.setdefault(described.array, set()).add(numbers[name])
    for name, group, _ in _every(resolved):
        if name not in numbers:
            here = taken.setdefault(resolved.scenario.datastores[group].array, set())
            numbers[name] = next(free for free in range(len(here) + 1) if free not in here)
            here.add(numbers[name])
    return {name: numbers[name] for name, _, _ in _every(resolved)}


def homes(resolved: Resolved, vms: Names) -> Labels[str | None]:
    """The datastore of each VM; None where it has no disk.

    Where a group's hosts are taken in turn too, every round over all of both begins one datastore later, so that each
    host comes to use every datastore.
    """
    known: list[str | None] = [None, *(name for name, _, _ in _every(resolved))]
    index = {name: number for number, name in enumerate(known)}
    code = np.zeros(len(vms), dtype=np.int32)
    for number, name in enumerate(vms.groups.values):
        group = resolved.scenario.vms[name]
        if group.datastore is None:
            continue
        there = np.array([index[one] for one in members_of(resolved, group.datastore)], dtype=np.int32)
        mine = np.flatnonzero(vms.groups.code == number)
        turn = np.maximum(vms.number[mine].astype(np.int64) - 1, 0)
        hosts = _hosts(resolved, group)
        turn += turn // math.lcm(hosts, len(there)) if hosts > 1 else 0
        code[mine] = there[turn % len(there)]
    return Labels(known, code)


def _hosts(resolved: Resolved, group: VmGroup) -> int:
    """How many hosts its VMs take in turn; 0 where they do not."""
    hosts = resolved.scenario.hosts
    return sum(hosts[one].count if one in hosts else 1 for one in group.hosts or ())


def ports(resolved: Resolved, array: str) -> int:
    """Front-end ports of an array; 1 where nobody says."""
    described, model = resolved.scenario.arrays.get(array), model_of(resolved, array)
    if described is not None and described.ports is not None:
        return described.ports
    return 1 if model is None else model.ports


def topology(resolved: Resolved, members: Members) -> Topology:
    """The scenario's networks; `members` maps a host group to its hosts."""
    segments = {
        name: Segment(segment.kind, segment.speed, segment.joins, segment.zones)
        for name, segment in resolved.scenario.topology.items()
    }
    hbas = {host: resolved.scenario.hosts[group].hbas for group, hosts in members.items() for host in hosts}
    return build(segments, members, hbas, {name: ports(resolved, name) for name in resolved.scenario.arrays})


def fabric(resolved: Resolved, networks: Topology, members: Members) -> Fabric:
    """The fabric with every LUN on it, numbered by its LUN number on its array."""
    numbers, luns = lun_numbers(resolved), {}
    on: dict[str, int] = {}
    for name, described in sorted(datastores(resolved).items(), key=lambda one: (numbers[one[0]], one[0])):
        to = described.presented_to
        seen = None if to is None else frozenset(host for one in to for host in members.get(one, [one]))
        on[described.array] = on.get(described.array, -1) + 1
        luns[name] = Presented(described.array, on[described.array], seen)
    return Fabric(networks, luns)


def lost_links(resolved: Resolved, networks: Fabric) -> None:
    """InputError with every fault that names a link, an adapter or a port which is none."""
    parts, problems = networks.networks.parts, []
    for name, (fault, _) in sorted(resolved.faults.items()):
        for parameter in (key for key, what in fault.named.items() if what == "link"):
            link, path = getattr(fault, parameter), ("faults", name, parameter)
            if link not in parts:
                message = f"no link, adapter, port or network '{link}'{suggest(link, parts)}"
                problems.append(Problem(resolved.place(*path), ".".join(path), message))
    if problems:
        raise InputError(problems)


def follow(fabric: Fabric, sharing: Sharing, resources: Mapping[str, Resource]) -> None:
    """Let links carry nothing while they are lost, so that what goes over them stands still until it finds another way
    or they come back."""

    def changed(lost: frozenset[str]) -> None:
        for name, speed in fabric.speeds().items():
            if resources[name].capacity != speed:
                sharing.set_capacity(resources[name], speed)

    fabric.watch(changed)


def _every(resolved: Resolved) -> list[tuple[str, str, int]]:
    """(name, group, number from 1) of every datastore."""
    return [
        (member(group, described.count, number), group, number)
        for group, described in sorted(resolved.scenario.datastores.items())
        for number in range(1, described.count + 1)
    ]
