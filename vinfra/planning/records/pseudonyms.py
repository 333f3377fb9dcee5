"""Names that tell nothing: vm-0001, host-001, cluster-1, in an order that is not that of the real names.

Things are numbered by what they are (size, use, how much stands on them), largest first, since a record usually lists
them in the order of their names. Those that are alike in all of it are shuffled by a fixed stream: that they are alike
is all that their order could tell, and the same record always gives the same names.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from vinfra.engine.streams import Streams
from vinfra.planning.inventory import Datastore, Host, Inventory, Machine

Names = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Pseudonyms:
    """For each kind of thing the new name of every old one, and the order in which records are written."""

    machines: Names
    hosts: Names
    clusters: Names
    datacenters: Names
    datastores: Names
    racks: Names
    roles: Names
    machine_order: Sequence[int]
    host_order: Sequence[int]
    datastore_order: Sequence[int]

    def kinds(self) -> dict[str, Names]:
        """All of them by kind, as they are written for whoever may translate back."""
        kinds = ("machines", "hosts", "clusters", "datacenters", "datastores", "racks", "roles")
        return {kind: getattr(self, kind) for kind in kinds}


def given(inventory: Inventory) -> Pseudonyms:
    """Pseudonyms for every name in the inventory."""
    machines, hosts, stores = inventory.machines, inventory.hosts, inventory.datastores
    snapshots = defaultdict[str, list[Any]](list)
    for snapshot in inventory.snapshots:
        snapshots[snapshot.machine].append((str(snapshot.taken), snapshot.size))
    on = _together(machines, "host")
    host_weights = {host.name: (*on[host.name], repr(_bare_host(host))) for host in hosts}
    host_names = _named("host", 3, _every(host_weights, on, (name for store in stores for name in store.hosts)))
    rank = {name: place for place, name in enumerate(host_names)}
    contents = [
        (machine.vcpus, machine.memory, machine.disk, repr(_bare(machine)), rank.get(machine.host or "", -1))
        for machine in machines
    ]
    weights = {
        machine.name: (*content, sorted(map(repr, snapshots[machine.name])))
        for machine, content in zip(machines, contents, strict=True)
    }
    held = Counter(disk.datastore for machine in machines for disk in machine.disks if disk.datastore)
    store_weights = {store.name: (held[store.name], repr(_bare_store(store))) for store in stores}
    machine_names = _named("vm", 4, _every(weights))
    store_names = _named("ds", 2, _every(store_weights, {name: (count, "") for name, count in held.items()}))
    return Pseudonyms(
        machines=machine_names,
        hosts=host_names,
        clusters=_grouped("cluster", machines, hosts, "cluster"),
        datacenters=_grouped("dc", machines, hosts, "datacenter"),
        datastores=store_names,
        racks=_grouped("rack", machines, hosts, "rack"),
        roles=_named("role", 1, _every({role: (count,) for role, count in _roles(machines).items()})),
        machine_order=_order([machine.name for machine in machines], machine_names),
        host_order=_order([host.name for host in hosts], host_names),
        datastore_order=_order([store.name for store in stores], store_names),
    )


def _together(machines: Iterable[Machine], field: str) -> defaultdict[str, tuple[int, float]]:
    """How many machines, and how much memory, each host or cluster has on it."""
    found = defaultdict[str, tuple[int, float]](lambda: (0, 0.0))
    for machine in machines:
        name = getattr(machine, field)
        if name is not None:
            count, memory = found[name]
            found[name] = (count + 1, memory + machine.memory)
    return found


def _grouped(prefix: str, machines: Iterable[Machine], hosts: Sequence[Host], field: str) -> Names:
    """Names of what machines and hosts are in: those with most on them first."""
    counts = Counter(getattr(host, field) for host in hosts)
    together = _together(machines, field)
    names = {*together, *(name for name in counts if name is not None)}
    return _named(prefix, 1, _every({name: (*together[name], counts[name]) for name in sorted(names)}))


def _roles(machines: Iterable[Machine]) -> Counter[str]:
    return Counter(machine.role for machine in machines if machine.role)


def _every(weights: Mapping[str, Any], *others: Mapping[str, Any] | Iterable[str]) -> list[str]:
    """Names, the heaviest first, those that weigh the same shuffled; after them names that only others mention."""
    streams, found = Streams(0), list[str]()
    for group in (weights, *others):
        heavy = group if isinstance(group, Mapping) else dict.fromkeys(group, ())
        known = set(found)
        fresh = [name for name in heavy if name not in known]
        keys = streams.keys("pseudonyms", [str(place) for place in range(len(fresh))])
        by_key = sorted(range(len(fresh)), key=lambda place: int(keys[place]))
        found += [fresh[place] for place in sorted(by_key, key=lambda place: heavy[fresh[place]], reverse=True)]
    return found


def _named(prefix: str, digits: int, names: Sequence[str]) -> dict[str, str]:
    """Numbered names; the prefix grows where a real name already looks like one."""
    taken, width = {name.lower() for name in names}, max(digits, len(str(len(names))))
    while any(f"{prefix}-{number:0{width}}" in taken for number in range(1, len(names) + 1)):
        prefix = f"any-{prefix}"
    return {name: f"{prefix}-{number:0{width}}" for number, name in enumerate(names, 1)}


def _order(names: Sequence[str], given_names: Names) -> list[int]:
    return sorted(range(len(names)), key=lambda place: given_names[names[place]])


def _bare(machine: Machine) -> Machine:
    disks = tuple(replace(disk, label="", datastore=None) for disk in machine.disks)
    return replace(machine, name="", host=None, cluster=None, datacenter=None, rack=None, role="", disks=disks)


def _bare_host(host: Host) -> Host:
    return replace(host, name="", cluster=None, datacenter=None, rack=None)


def _bare_store(store: Datastore) -> Datastore:
    return replace(store, name="", hosts=())
