"""From a scenario to models that can run: this file alone knows every room.

build() makes hosts, places VMs, prices their techniques and plans their transfers. What cannot be built is Refused with the
reason; simulate.py runs what was built.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vinfra import facts
from vinfra.compute.fleet import Hosts, Vms
from vinfra.compute.transfer import Plan
from vinfra.errors import Refused
from vinfra.hypervisors.guest import Guest
from vinfra.hypervisors.overhead import overhead
from vinfra.hypervisors.product import Product, choose
from vinfra.operations.placement import NOWHERE, Batch, Room, why_nowhere
from vinfra.scenario import flows
from vinfra.scenario.expand import HostKind, follows_trace, host_kinds, host_order, member, vm_counts
from vinfra.scenario.load import Resolved
from vinfra.scenario.schema import HostGroup, VmGroup
from vinfra.workloads.demand import Recording
from vinfra.workloads.guest import Workload

SHARES_PER_VCPU = 1000  # ESX's "normal" setting; only ratios matter


@dataclass(frozen=True, slots=True)
class Unplaced:
    """VMs of a group that found no host, and why."""

    group: str
    count: int
    reason: str


@dataclass(frozen=True, slots=True)
class World:
    """The models of one scenario, ready to run with any seed.

    `traces` says how many traces each group of VMs follows, in the order of the columns of demand; `capacities` are those of
    LUNs and links, per second.
    """

    resolved: Resolved
    recording: Recording | None
    hosts: Hosts
    vms: Vms
    traces: Mapping[str, int]
    unplaced: Sequence[Unplaced]
    transfers: Sequence[Plan]
    capacities: Mapping[str, float]


@dataclass(slots=True)
class _Rows:
    """VMs while they are gathered, group after group; arrays of one group each."""

    names: list[str]
    group: list[str]
    columns: dict[str, list[NDArray[np.float64]]]

    def add(self, name: str, **arrays: NDArray[np.float64]) -> None:
        for key, values in arrays.items():
            self.columns.setdefault(key, []).append(values)


def build(resolved: Resolved, recording: Recording | None) -> World:
    """Make the models; Refused says why this variant cannot be, InputError what the file must change."""
    kinds = host_kinds(resolved)
    order = host_order(kinds)
    hosts = _hosts(order)
    counts = vm_counts(resolved, _traces(resolved, recording))
    kind_of = np.array([kinds.index(kind) for kind, _ in order])
    room = Room(hosts.memory.copy(), hosts.capacity.copy(), hosts.core)
    rows = _Rows([], [], {})
    unplaced = []
    trace = 0
    for name, group in sorted(resolved.scenario.vms.items()):
        count = counts[name]
        factors, reasons = _factors(resolved, group, kinds)
        batch = _batch(name, group, count, order, hosts, np.isfinite(factors)[kind_of])
        if not batch.allowed.any():
            raise Refused(reasons[0] if reasons else f"{name} may run on no host")
        placed = resolved.placement.place(batch, room)
        found = np.flatnonzero(placed != NOWHERE)
        if len(found) < count:
            unplaced.append(Unplaced(name, count - len(found), why_nowhere(batch, resolved.placement.cpu_of(batch), room)))
        columns = np.full(count, -1.0)
        if follows_trace(resolved, group):
            columns = np.arange(trace, trace + count, dtype=float)
            trace += count
        rows.names += [member(name, count, int(number) + 1) for number in found]
        rows.group += [name] * len(found)
        host = placed[found]
        core = hosts.core[host]
        size = group.vcpus * (group.speed if group.speed is not None else core)
        rows.add(
            name,
            host=host.astype(float),
            size=np.broadcast_to(size, core.shape).astype(float),
            factor=factors[kind_of[host]],
            ceiling=np.minimum(group.vcpus * core, np.inf if group.limit is None else group.limit),
            shares=np.full(len(found), float(group.shares or SHARES_PER_VCPU * group.vcpus)),
            reservation=np.full(len(found), group.reservation),
            column=columns[found],
            steady=np.full(len(found), 1.0 if group.demand is None else group.demand),
        )
    vms, groups = _sorted_by_host(rows)
    networks = flows.topology(resolved, {kind.group: [name for k, name in order if k is kind] for kind in kinds})
    placed = [(vm, name, hosts.names[host]) for vm, name, host in zip(vms.names, groups, vms.host, strict=True)]
    return World(
        resolved,
        recording,
        hosts,
        vms,
        {name: counts[name] for name, group in sorted(resolved.scenario.vms.items()) if follows_trace(resolved, group)},
        tuple(unplaced),
        flows.plans(resolved, networks, placed),
        flows.capacities(resolved, networks),
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


def _traces(resolved: Resolved, recording: Recording | None) -> int:
    """How many traces there are: the recording's, or as many as are wanted, at least what such a recording holds."""
    if resolved.trace is None:
        return 0
    if recording is not None:
        return recording.columns
    groups = resolved.scenario.vms.values()
    if any(group.count == "per-trace" for group in groups):
        return resolved.trace.columns
    return sum(group.count for group in groups if isinstance(group.count, int) and follows_trace(resolved, group))


def _batch(
    name: str, group: VmGroup, count: int, order: Sequence[tuple[HostKind, str]], hosts: Hosts, able: NDArray[np.bool_]
) -> Batch:
    """A group's VMs as a placement sees them."""
    allowed = able.copy()
    if group.host is not None:
        allowed &= np.array([group.host in (kind.group, host) for kind, host in order])
    configured = group.vcpus * (hosts.core if group.speed is None else np.full(len(order), group.speed))
    reserved = np.full(len(order), group.reservation)
    return Batch(name, count, group.memory, reserved, configured, group.speed or 0.0, allowed)


def _factors(resolved: Resolved, group: VmGroup, kinds: Sequence[HostKind]) -> tuple[NDArray[np.float64], list[str]]:
    """What one native cycle of the group's work costs on each kind of host (inf where refused), and the refusals."""
    factors, reasons = [], []
    guest = Guest(bits=group.bits, pages=group.pages)
    events = facts.load("workloads", group.workload, Workload).events if group.workload else {}
    for kind in kinds:
        settings = resolved.scenario.hosts[kind.group]
        try:
            factors.append(_factor(settings, kind, guest, events))
        except Refused as reason:
            factors.append(np.inf)
            reasons.append(str(reason))
    return np.array(factors), reasons


def _factor(settings: HostGroup, kind: HostKind, guest: Guest, events: dict[str, float]) -> float:
    product = facts.load("products", settings.hypervisor, Product)
    if kind.processor is None:
        if settings.hypervisor == "none" or not events:
            return 1.0
        raise Refused(f"{kind.group} names no processor, so what virtualization costs on it is not known")
    technique = choose(product, kind.processor, guest, settings.technique)
    return overhead(technique, kind.processor, events, guest).factor


def _sorted_by_host(rows: _Rows) -> tuple[Vms, list[str]]:
    """All VMs by host, then group and number; what a host computes does not depend on the order of the file."""
    table = {key: np.concatenate(arrays) for key, arrays in rows.columns.items()}
    order = np.argsort(table["host"], kind="stable")
    table = {key: values[order] for key, values in table.items()}
    names = [rows.names[index] for index in order]
    host, column = table.pop("host").astype(np.int64), table.pop("column").astype(np.int64)
    return Vms(names=names, host=host, column=column, **table), [rows.group[index] for index in order]
