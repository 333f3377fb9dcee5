"""The VMs of a scenario on its hosts: what virtualization costs each group where, who is placed where, and who
nowhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace

import numpy as np
from numpy.typing import NDArray

from vinfra.compute.fleet import Hosts, Row, Vms
from vinfra.engine.names import ALONE, Labels, Names
from vinfra.errors import Refused
from vinfra.operations.admission import Pool
from vinfra.operations.placement import NOWHERE, Batch, Power, Room
from vinfra.scenario import maintaining
from vinfra.scenario.expand import HostKind, clusters_of
from vinfra.scenario.load import Resolved
from vinfra.scenario.placing import Placing
from vinfra.scenario.pricing import Plugin, Price, price
from vinfra.scenario.ruling import rules_at_start
from vinfra.scenario.schema import VmGroup
from vinfra.scenario.storing import members_of
from vinfra.scenario.unplaced import Unplaced
from vinfra.storage.fabric import Fabric

SHARES_PER_VCPU = 1000  # ESX's "normal" setting; only ratios matter
Floats = NDArray[np.float64]
COLUMNS = [one.name for one in fields(Vms) if one.name != "names"]
NOBODY = np.zeros(0)


@dataclass(frozen=True, slots=True)
class Estate:
    """The hosts: their kinds, their arrays, and which kind each is of, shape (hosts,)."""

    kinds: Sequence[HostKind]
    hosts: Hosts
    kind: NDArray[np.int64]


@dataclass(slots=True)
class Population:
    """VMs gathered group after group, `numbers` those of each group that have found a host; `prices` say what each
    group costs on each kind of host, `io_cycles` what is added to one disk I/O of a group on each host, shape (hosts,),
    `room` the memory each host has left, shape (hosts,)."""

    groups: list[str] = field(default_factory=list)
    numbers: list[NDArray[np.int64]] = field(default_factory=list)
    columns: dict[str, list[Floats]] = field(default_factory=dict)
    unplaced: list[Unplaced] = field(default_factory=list)
    prices: dict[str, list[Price | None]] = field(default_factory=dict)
    used: set[Plugin] = field(default_factory=set)
    io_cycles: dict[str, Floats] = field(default_factory=dict)
    room: Floats = field(default_factory=lambda: np.zeros(0))

    def vms(self) -> tuple[Vms, Names]:
        """All VMs by host, then group and number, and their names."""
        # A site may have no VMs at all.
        table = {key: np.concatenate([NOBODY, *self.columns.get(key, [])]) for key in COLUMNS}
        order = np.argsort(table["host"], kind="stable")
        sizes = np.array([len(one) for one in self.numbers], dtype=np.int64)
        code = np.repeat(np.arange(len(self.groups), dtype=np.int32), sizes)
        number = np.concatenate([NOBODY, *self.numbers]).astype(np.int32)
        names = Names(Labels(self.groups, code), number).taken(order)
        table = {key: values[order] for key, values in table.items()}
        host, column = table.pop("host").astype(np.int64), table.pop("column").astype(np.int64)
        return Vms(names=names, host=host, column=column, **table), names


def populate(
    resolved: Resolved, estate: Estate, counts: Mapping[str, int], columns: Mapping[str, Floats], fabric: Fabric
) -> Population:
    """Place every group in turn, where the fabric leads to its datastore; `columns` are those of demand that its VMs
    follow. Refused when none of the hosts a group may use can run it."""
    population = Population()
    promised = [resolved.scenario.hosts[kind.group].overcommit or 1.0 for kind in estate.kinds]
    population.room = memory = estate.hosts.memory * np.array(promised)[estate.kind]
    index = {host: number for number, host in enumerate(estate.hosts.names)}
    room = Room(memory, estate.hosts.capacity.copy(), estate.hosts.core, _power(resolved, estate), index)
    seen: dict[str, NDArray[np.bool_]] = {}
    there = maintaining.there(resolved, estate)
    batches, factors = dict[str, Batch](), dict[str, Floats]()
    for name, group in sorted(resolved.scenario.vms.items()):
        count = counts[name]
        prices = _prices(resolved, name, group, estate)
        population.prices[name] = prices
        factors[name] = np.array([np.inf if one is None else one.factor for one in prices])
        population.io_cycles[name] = np.array([0.0 if one is None else one.io_cycles for one in prices])[estate.kind]
        batch = _batch(name, group, count, estate, factors[name])
        if group.datastore is not None:
            if group.datastore not in seen:
                seen[group.datastore] = _seen(members_of(resolved, group.datastore), estate, fabric)
            batch = _where_seen(batch, seen[group.datastore])
        batches[name] = replace(batch, allowed=batch.allowed & there)
        population.used |= frozenset().union(*(one.used for one in prices if one is not None))
    placing = _placing(resolved, estate, batches, room)
    placing.first_turns()
    for name, group in sorted(resolved.scenario.vms.items()):
        count, placed = counts[name], placing.place(name)
        found = np.flatnonzero(placed != NOWHERE)
        population.unplaced += placing.unplaced(name)
        population.groups.append(name)
        population.numbers.append(np.full(len(found), ALONE) if count == 1 else found + 1)
        for key, values in _arrays(group, placed[found], estate, factors[name]).items():
            population.columns.setdefault(key, []).append(values)
        population.columns.setdefault("column", []).append(columns[name][found])
    return population


def _placing(resolved: Resolved, estate: Estate, batches: Mapping[str, Batch], room: Room) -> Placing:
    """Who finds hosts for the groups, and what it has to mind."""
    hosts, groups = estate.hosts, resolved.scenario.vms
    homes: dict[str, list[int]] = {}
    for name in (name for name in batches if groups[name].hosts is not None):
        index = {host: number for number, host in enumerate(hosts.names)}
        homes[name] = [index[host] for host in _hosts_of(groups[name], estate)]
    kinds = [estate.kinds[kind].group for kind in estate.kind.tolist()]
    rules = rules_at_start(resolved, batches, hosts.names, kinds)
    cluster, clusters = clusters_of(resolved, len(hosts.names))
    whole = Pool(hosts.capacity, room.memory.copy(), cluster, clusters, hosts.names, kinds)
    pool = whole.only(maintaining.there(resolved, estate))
    return Placing(resolved.placement, room, batches, homes, rules, resolved.admission, pool)


def _power(resolved: Resolved, estate: Estate) -> Power | None:
    """What the hosts draw, for a placement that weighs it; Refused where that of a host is not known."""
    hosts = estate.hosts
    if not resolved.placement.weighs_power:
        return None
    if (hosts.curve < 0).any():
        unknown = hosts.names[int((hosts.curve < 0).argmax())]
        name = resolved.placement.name
        raise Refused(f"{name} weighs what hosts draw, and nothing is known of {unknown}: name its `server`")
    load, occupied = np.zeros(len(hosts.names)), np.zeros(len(hosts.names), dtype=bool)
    return Power(hosts.capacity, hosts.curve, hosts.curves, resolved.power, load, occupied)


def _seen(datastores: Sequence[str], estate: Estate, fabric: Fabric) -> NDArray[np.bool_]:
    """Which hosts see all of these datastores, shape (hosts,)."""
    return np.array([all(fabric.sees(host, one) is None for one in datastores) for host in estate.hosts.names])


def _where_seen(batch: Batch, seen: NDArray[np.bool_]) -> Batch:
    """The same VMs, on hosts that see their datastores; where none does, that is told when somebody goes there."""
    allowed = batch.allowed & seen
    return replace(batch, allowed=allowed) if allowed.any() else batch


def _hosts_of(group: VmGroup, estate: Estate) -> list[str]:
    """The hosts that `host` or `hosts` names, as they are written; those of a host group by number."""
    named = group.hosts or ([] if group.host is None else [group.host])
    kinds = [estate.kinds[kind].group for kind in estate.kind.tolist()]
    return [host for one in named for host, kind in zip(estate.hosts.names, kinds, strict=True) if one in (host, kind)]


def row_on(resolved: Resolved, group: VmGroup, estate: Estate, host: int, used: set[Plugin]) -> Row:
    """What one VM of a group is on a host that it comes to; Refused where it cannot run there."""
    kind = int(estate.kind[host])
    found = price(resolved, group, estate.kinds[kind])
    used |= found.used
    factors = np.full(len(estate.kinds), np.inf)
    factors[kind] = found.factor
    arrays = _arrays(group, np.array([host]), estate, factors)
    return Row(*(float(arrays[key][0]) for key in ("size", "factor", "ceiling")))


def rows_by_kind(group: VmGroup, estate: Estate, prices: Sequence[Price | None]) -> dict[str, Floats]:
    """What one VM of a group is on each kind of host, each array of shape (kinds,): size, factor, ceiling; an infinite
    factor where it cannot run."""
    factors = np.array([np.inf if one is None else one.factor for one in prices])
    hosts = np.array([int((estate.kind == kind).argmax()) for kind in range(len(estate.kinds))])
    return {key: values for key, values in _arrays(group, hosts, estate, factors).items() if key != "host"}


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
    if group.host is not None or group.hosts is not None:
        allowed &= np.isin(hosts.names, _hosts_of(group, estate))
    # Like the products it models, no host runs a VM with more vCPUs than it has cores.
    allowed &= hosts.capacity >= group.vcpus * hosts.core * (1 - 1e-9)
    if not allowed.any():
        raise Refused(f"{name} has {group.vcpus} vCPUs, more than any host it may use has cores")
    configured = group.vcpus * (hosts.core if group.speed is None else np.full(len(hosts.core), group.speed))
    reserved = np.full(len(hosts.core), group.reservation)
    return Batch(name, count, group.memory, reserved, configured, group.speed or 0.0, allowed, demand=group.demand)


def _prices(resolved: Resolved, name: str, group: VmGroup, estate: Estate) -> list[Price | None]:
    """What the group costs on each kind of host; None where it may not or cannot run."""
    prices: list[Price | None] = [None] * len(estate.kinds)
    reasons = []
    named = set(_hosts_of(group, estate))
    meant = {kind for kind, host in zip(estate.kind.tolist(), estate.hosts.names, strict=True) if host in named}
    for index, kind in enumerate(estate.kinds):
        if (group.host is not None or group.hosts is not None) and index not in meant:
            continue
        try:
            prices[index] = price(resolved, group, kind)
        except Refused as reason:
            reasons.append(str(reason))
    if not any(prices):
        raise Refused("; ".join(dict.fromkeys(reasons)) or f"{name} may run on no host")
    return prices
