"""The VMs of a scenario on its hosts: what virtualization costs each group where, who is placed where, and who
nowhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from vinfra import facts
from vinfra.compute.fleet import Hosts, Vms
from vinfra.errors import Refused
from vinfra.hypervisors.guest import Guest
from vinfra.hypervisors.overhead import overhead
from vinfra.hypervisors.product import Product, choose
from vinfra.operations.placement import NOWHERE, Batch, Room, why_nowhere
from vinfra.scenario.expand import HostKind, follows_trace, member
from vinfra.scenario.load import Resolved
from vinfra.scenario.schema import HostGroup, VmGroup
from vinfra.workloads.guest import Workload

SHARES_PER_VCPU = 1000  # ESX's "normal" setting; only ratios matter
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Unplaced:
    """VMs of a group that found no host, and why."""

    group: str
    count: int
    reason: str


@dataclass(frozen=True, slots=True)
class Estate:
    """The hosts: their kinds, their arrays, and which kind each is of, shape (hosts,)."""

    kinds: Sequence[HostKind]
    hosts: Hosts
    kind: NDArray[np.int64]


@dataclass(slots=True)
class Population:
    """VMs gathered group after group; `techniques` are those that run them, `io_cycles` what their technique adds to
    one disk I/O of a group on each host, shape (hosts,)."""

    names: list[str] = field(default_factory=list)
    groups: list[str] = field(default_factory=list)
    columns: dict[str, list[Floats]] = field(default_factory=dict)
    unplaced: list[Unplaced] = field(default_factory=list)
    techniques: set[str] = field(default_factory=set)
    io_cycles: dict[str, Floats] = field(default_factory=dict)

    def vms(self) -> tuple[Vms, list[str]]:
        """All VMs by host, then group and number, and the group of each."""
        table = {key: np.concatenate(arrays) for key, arrays in self.columns.items()}
        order = np.argsort(table["host"], kind="stable")
        table = {key: values[order] for key, values in table.items()}
        host, column = table.pop("host").astype(np.int64), table.pop("column").astype(np.int64)
        names = [self.names[index] for index in order]
        return Vms(names=names, host=host, column=column, **table), [self.groups[index] for index in order]


def populate(resolved: Resolved, estate: Estate, counts: Mapping[str, int]) -> Population:
    """Place every group in turn; Refused when none of the hosts a group may use can run it."""
    population = Population()
    room = Room(estate.hosts.memory.copy(), estate.hosts.capacity.copy(), estate.hosts.core)
    traces = 0
    for name, group in sorted(resolved.scenario.vms.items()):
        count = counts[name]
        columns = np.full(count, -1.0)
        if follows_trace(resolved, group):
            columns = np.arange(traces, traces + count, dtype=float)
            traces += count
        factors, io_cycles = _price(resolved, name, group, estate, population.techniques)
        population.io_cycles[name] = io_cycles[estate.kind]
        batch = _batch(name, group, count, estate, factors)
        placed = resolved.placement.place(batch, room)
        found = np.flatnonzero(placed != NOWHERE)
        if len(found) < count:
            reason = why_nowhere(batch, resolved.placement.cpu_of(batch), room)
            population.unplaced.append(Unplaced(name, count - len(found), reason))
        population.names += [member(name, count, number + 1) for number in found.tolist()]
        population.groups += [name] * len(found)
        for key, values in _arrays(group, placed[found], estate, factors).items():
            population.columns.setdefault(key, []).append(values)
        population.columns.setdefault("column", []).append(columns[found])
    return population


def _arrays(group: VmGroup, host: NDArray[np.int64], estate: Estate, factors: Floats) -> dict[str, Floats]:
    """The rows of a group's VMs on their hosts, each array of shape (VMs,)."""
    core = estate.hosts.core[host]
    speed = core if group.speed is None else np.full(len(host), group.speed)
    return {
        "host": host.astype(float),
        "size": group.vcpus * speed,
        "factor": factors[estate.kind[host]],
        "ceiling": np.minimum(group.vcpus * core, np.inf if group.limit is None else group.limit),
        "shares": np.full(len(host), float(group.shares or SHARES_PER_VCPU * group.vcpus)),
        "reservation": np.full(len(host), group.reservation),
        "steady": np.full(len(host), 1.0 if group.demand is None else group.demand),
    }


def _batch(name: str, group: VmGroup, count: int, estate: Estate, factors: Floats) -> Batch:
    """A group's VMs as a placement sees them; hosts that cannot run them are not allowed."""
    hosts = estate.hosts
    allowed = np.isfinite(factors)[estate.kind]
    if group.host is not None and group.host not in (kind.group for kind in estate.kinds):
        allowed &= np.array([host == group.host for host in hosts.names])
    # Like the products it models, no host runs a VM with more vCPUs than it has cores.
    allowed &= hosts.capacity >= group.vcpus * hosts.core * (1 - 1e-9)
    if not allowed.any():
        raise Refused(f"{name} has {group.vcpus} vCPUs, more than any host it may use has cores")
    configured = group.vcpus * (hosts.core if group.speed is None else np.full(len(hosts.core), group.speed))
    reserved = np.full(len(hosts.core), group.reservation)
    return Batch(name, count, group.memory, reserved, configured, group.speed or 0.0, allowed)


def _price(
    resolved: Resolved, name: str, group: VmGroup, estate: Estate, techniques: set[str]
) -> tuple[Floats, Floats]:
    """What one native cycle of the group's work costs on each kind of host (inf where it may not or cannot run), and
    how many cycles are added to one disk I/O; each of shape (kinds,)."""
    guest = Guest(bits=group.bits, pages=group.pages)
    events = facts.load("workloads", group.workload, Workload).events if group.workload else {}
    factors, io_cycles, reasons = np.full(len(estate.kinds), np.inf), np.zeros(len(estate.kinds)), []
    for index, kind in enumerate(estate.kinds):
        if group.host is not None and group.host != kind.group and not group.host.startswith(f"{kind.group}-"):
            continue
        settings = resolved.scenario.hosts[kind.group]
        try:
            if kind.processor is None:
                factors[index] = _on_unknown(settings, kind)
                continue
            product = facts.load("products", settings.hypervisor, Product)
            technique = choose(product, kind.processor, guest, settings.technique)
            factors[index] = overhead(technique, kind.processor, dict(events), guest).factor
            io_cycles[index] = max(0.0, technique.cost("disk-io", kind.processor, guest))
            techniques.add(technique.name)
        except Refused as reason:
            reasons.append(str(reason))
    if not np.isfinite(factors).any():
        raise Refused("; ".join(dict.fromkeys(reasons)) or f"{name} may run on no host")
    return factors, io_cycles


def _on_unknown(settings: HostGroup, kind: HostKind) -> float:
    """A host that names no processor can be bare hardware and nothing else."""
    if settings.hypervisor == "none" and settings.technique in (None, "native"):
        return 1.0
    raise Refused(f"{kind.group} names no processor, so what virtualization costs on it is not known")
