"""How the processors of hosts are scheduled in detail, where the scenario asks for it: NUMA nodes and VMs' seats."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from vinfra import facts
from vinfra.compute.scheduling.hosts import Plan, Seat
from vinfra.errors import Refused
from vinfra.hardware.server import Server
from vinfra.scenario.load import Resolved


def plan(resolved: Resolved, groups: Sequence[str], members: Mapping[str, Sequence[str]]) -> Plan | None:
    """The plan for hosts in canonical order, whose groups `members` gives, and VMs, whose `groups` are given; None
    where nothing is scheduled in detail. Refused for what the scheduler does not have."""
    scheduler = resolved.scheduler
    if scheduler is None:
        return None
    seats = {}
    for name, group in resolved.scenario.vms.items():
        if group.reservation > 0 and not scheduler.reserves:
            raise Refused(f"{scheduler.name} has no reservations, and {name} wants one")
        limit = math.inf if group.limit is None else group.limit
        seats[name] = Seat(group.vcpus, resolved.behaviours[name], limit)
    numbered = [(number, group) for group, names in members.items() for number in range(len(names))]
    nodes = [_sockets(resolved, group) for _, group in sorted(numbered)]
    return Plan(scheduler, nodes, [seats[name] for name in groups])


def _sockets(resolved: Resolved, group: str) -> int:
    """Each socket is a NUMA node."""
    settings = resolved.scenario.hosts[group]
    if settings.sockets is not None:
        return settings.sockets
    return facts.load("servers", settings.server, Server).sockets if settings.server else 1
