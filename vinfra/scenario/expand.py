"""From groups to hosts and VMs, one by one: names, order, hardware, and how many VMs a trace makes.

Canonical order: hosts by number within their group, then by group (so that groups alternate); VMs by group, then
number.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vinfra import facts
from vinfra.errors import InputError, Problem
from vinfra.hardware.power import PowerCurve
from vinfra.hardware.processor import Processor
from vinfra.hardware.server import Server
from vinfra.scenario.load import Resolved
from vinfra.scenario.schema import HostGroup, VmGroup


@dataclass(frozen=True, slots=True)
class HostKind:
    """What the hosts of a group have in common; hertz, bytes. `curve` is None where nothing is known of their power."""

    group: str
    count: int
    cores: int
    frequency: float
    memory: float
    processor: Processor | None
    curve: PowerCurve | None

    @property
    def capacity(self) -> float:
        """Cycles per second of all cores."""
        return self.cores * self.frequency


def member(group: str, count: int, number: int) -> str:
    """The name of one of `count` alike, `number` from 1: the group's own where there is but one."""
    return group if count == 1 else f"{group}-{number}"


def host_kinds(resolved: Resolved) -> list[HostKind]:
    """The host groups by name, with their facts looked up; InputError where a group does not say enough."""
    problems, kinds = [], []
    for name, group in sorted(resolved.scenario.hosts.items()):
        kind = _host_kind(name, group)
        if kind is None:
            place = resolved.place("hosts", name)
            cure = "give `server`, or `cores`, `frequency` and `memory`"
            problems.append(Problem(place, f"hosts.{name}", f"does not say what it is: {cure}"))
        else:
            kinds.append(kind)
    if problems:
        raise InputError(problems)
    return kinds


def _host_kind(name: str, group: HostGroup) -> HostKind | None:
    server = facts.load("servers", group.server, Server) if group.server else None
    processor_name = group.processor or (server.processor if server else None)
    processor: Processor | None = facts.load("processors", processor_name, Processor) if processor_name else None
    if processor is not None:
        processor = processor.without(group.without)
    cores = group.cores
    if cores is None and server is not None and processor is not None:
        cores = server.sockets * processor.cores
    frequency = group.frequency if group.frequency is not None else (processor.frequency if processor else None)
    memory = group.memory if group.memory is not None else (server.memory if server else None)
    if cores is None or frequency is None or memory is None:
        return None
    curve = PowerCurve(server.power) if server and server.power else None
    return HostKind(name, group.count, cores, frequency, memory, processor, curve)


def host_order(kinds: list[HostKind]) -> list[tuple[HostKind, str]]:
    """Every host (its kind and its name) in canonical order."""
    numbered = [(number, kind.group, kind) for kind in kinds for number in range(1, kind.count + 1)]
    numbered.sort(key=lambda host: host[:2])
    return [(kind, member(group, kind.count, number)) for number, group, kind in numbered]


def clusters_of(resolved: Resolved, hosts: int) -> tuple[NDArray[np.int64], int]:
    """The cluster of each host, shape (hosts,), and how many there are."""
    asked = resolved.scenario.cluster
    size = hosts if asked is None else asked.hosts or hosts
    cluster = np.arange(hosts) // size
    return cluster, int(cluster.max()) + 1


def vm_counts(resolved: Resolved, traces: int) -> dict[str, int]:
    """How many VMs each group has, by group name, when there are `traces` traces (0: no limit known yet).

    Groups that say `per-trace` split the traces nobody else takes in blocks of equal size, rounded up; the last group
    by name takes the rest.
    """
    groups = dict(sorted(resolved.scenario.vms.items()))
    fixed = sum(
        group.count for name, group in groups.items() if follows_trace(resolved, group) and isinstance(group.count, int)
    )
    sharing = [name for name, group in groups.items() if group.count == "per-trace"]
    _refuse_counts(resolved, groups, sharing, fixed, traces)
    left = traces - fixed
    block = -(-left // len(sharing)) if sharing else 0
    counts = {}
    for name, group in groups.items():
        if isinstance(group.count, int):
            counts[name] = group.count
        else:
            counts[name] = min(block, left)
            left -= counts[name]
    return counts


def follows_trace(resolved: Resolved, group: VmGroup) -> bool:
    """Whether the demand of a group's VMs comes from the trace."""
    return resolved.trace is not None and group.demand is None


def _refuse_counts(
    resolved: Resolved, groups: Mapping[str, VmGroup], sharing: list[str], fixed: int, traces: int
) -> None:
    for name in sharing:
        if not follows_trace(resolved, groups[name]):
            cure = "name one under `workload`" if resolved.trace is None else "leave `demand` out"
            raise InputError.at(
                resolved.place("vms", name, "count"),
                f"per-trace needs demand from a trace: {cure}",
                f"vms.{name}.count",
            )
    if fixed > traces:
        name = next(name for name, group in groups.items() if follows_trace(resolved, group))
        raise InputError.at(
            resolved.place("vms", name, "count"),
            f"{fixed} VMs want a trace each and there are {traces}: lower `count`, or give some VMs a `demand`",
            f"vms.{name}.count",
        )
