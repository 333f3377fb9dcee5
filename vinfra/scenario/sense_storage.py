"""Sense of what is said about networks, arrays, datastores and guest I/O. Each problem names the cure."""

from __future__ import annotations

from collections.abc import Iterator

from vinfra import facts
from vinfra.errors import Problem, dotted
from vinfra.scenario.load import Resolved
from vinfra.scenario.schema import VmGroup
from vinfra.scenario.storing import datastores, group_of, lun_numbers, ports
from vinfra.workloads.guest import Workload

Key = tuple[str | int, ...]


def storage(resolved: Resolved) -> Iterator[Problem]:
    """Every problem of that kind."""
    yield from _zones(resolved)
    yield from _numbers(resolved)
    for name, group in sorted(resolved.scenario.vms.items()):
        if group.host is not None and group.hosts is not None:
            yield _problem(resolved, ("vms", name, "hosts"), "says what `host` says too: leave one of them out")
        if group.io is not None:
            yield from _io(resolved, name, group)


def _zones(resolved: Resolved) -> Iterator[Problem]:
    """Zones are of fibre channel, and of adapters that are there."""
    scenario = resolved.scenario
    for name, segment in sorted(scenario.topology.items()):
        at: Key = ("topology", name, "zones")
        if segment.zones and segment.kind == "ethernet":
            yield _problem(resolved, at, "are of fibre channel: write `kind: fibre-channel`, or leave them out")
        for zone, members in sorted(segment.zones.items()):
            for index, member in enumerate(members):
                owner, _, adapter = member.partition(".")
                word = adapter.rstrip("0123456789")
                if adapter and int(adapter.removeprefix(word)) > (most := _adapters(resolved, owner, word)):
                    message = f"names {member}, and {owner} has {most} of these"
                    yield _problem(resolved, (*at, zone, index), message)


def _adapters(resolved: Resolved, owner: str, word: str) -> int:
    """How many HBAs a host has, or ports an array; none of the other kind."""
    scenario = resolved.scenario
    group = owner if owner in scenario.hosts else owner.rpartition("-")[0]
    kinds = [segment.kind for segment in scenario.topology.values() if {owner, group} & {*segment.joins}]
    if group in scenario.hosts:
        return max(scenario.hosts[group].hbas, kinds.count("fibre-channel")) if word == "hba" else 0
    return max(ports(resolved, owner), len(kinds)) if word == "port" else 0


def _numbers(resolved: Resolved) -> Iterator[Problem]:
    """A LUN number stands once on an array."""
    described, seen = datastores(resolved), dict[tuple[str, int], str]()
    for name, number in lun_numbers(resolved).items():
        array = described[name].array
        other = seen.setdefault((array, number), name)
        if other != name:
            message = f"makes {name} LUN {number} of {array}, as {other} is already: take another number"
            yield _problem(resolved, ("datastores", group_of(resolved, name), "lun"), message)


def _io(resolved: Resolved, name: str, group: VmGroup) -> Iterator[Problem]:
    """Guest I/O goes somewhere, and somebody says how much there is."""
    at: Key = ("vms", name, "io")
    if group.datastore is None:
        yield _problem(resolved, at, "needs to know where the disk lies: add `datastore` to the group")
    if group.io is not None and group.io.rate is None and not _disk_ios(group):
        what = "no `workload` says how many" if group.workload is None else f"{group.workload} does no disk I/Os"
        yield _problem(resolved, at, f"says nothing without its I/Os per second, and {what}: add `rate`")
    if resolved.scheduler is not None:
        yield _problem(resolved, at, "cannot go on where processors are scheduled in detail: leave `scheduling` out")


def _disk_ios(group: VmGroup) -> float:
    """Disk I/Os of a group's work per second of CPU time; 0 where nobody says."""
    if group.workload is None:
        return 0.0
    work: Workload = facts.load("workloads", group.workload, Workload)
    return float(work.events.get("disk-io", 0.0)) + float(work.loop == "disk-io")


def _problem(resolved: Resolved, path: Key, message: str) -> Problem:
    return Problem(resolved.place(*path), dotted(path), message)
