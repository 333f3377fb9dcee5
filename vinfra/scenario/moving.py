"""Which VMs move where while they run: routes over the networks between hosts, room on the target, what a VM is there.

A byte on its way takes its place on every link, with the headers of its packets, and cycles of both hosts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

from vinfra.compute.fleet import Row, Vms
from vinfra.errors import InputError, Refused
from vinfra.operations.migration import Migration, Plan
from vinfra.operations.moves import SLACK, Order
from vinfra.scenario import flows
from vinfra.scenario.load import Resolved
from vinfra.scenario.population import Estate, Population, row_on
from vinfra.scenario.schema import Dirtying, Move, VmGroup
from vinfra.scenario.storing import members_of
from vinfra.storage.fabric import Fabric, Unreachable
from vinfra.storage.lun import Lun
from vinfra.units import show
from vinfra.workloads.writable_set import WritableSet, hot_and_cold

BLOCK = 65536.0  # bytes of one I/O of a copy, as for transfers; assumed: usual for image copies


class Moving:
    """Makes the orders of a scenario. `arrivals` says what a VM is on its target, by (VM, host)."""

    def __init__(
        self,
        resolved: Resolved,
        estate: Estate,
        population: Population,
        vms: Vms,
        groups: Sequence[str],
        homes: Sequence[str | None],
        members: Mapping[str, Sequence[str]],
        luns: Mapping[str, Lun],
        fabric: Fabric,
    ) -> None:
        self.resolved = resolved
        self.estate = estate
        self.population = population
        self.vms = vms
        self.groups = groups
        self.homes = homes
        self.members = members
        self.luns = luns
        self.fabric = fabric
        self.arrivals: dict[tuple[str, str], Row] = {}
        self._host = {name: index for index, name in enumerate(estate.hosts.names)}
        self._left = population.room.tolist()
        self._moved: dict[str, str] = {}

    def orders(self) -> list[Order]:
        """One order for each migration of the scenario, by start and name; InputError says what cannot be, Refused
        where a technique refuses the target."""
        listed = sorted(self.resolved.migrations.items(), key=lambda item: (item[1][0].start, item[0]))
        made = [self._order(name, move, method) for name, (move, method) in listed]
        for name, (move, method) in listed:
            if method.moves == "memory":
                self._must_fit(name, move)
        return made

    def _order(self, name: str, move: Move, method: Migration) -> Order:
        end = self.resolved.scenario.warmup + self.resolved.scenario.duration
        if move.start >= end:
            raise self._wrong(name, "start", f"is after the end of the run at {show(end, 'time')}")
        chosen = [i for i, vm in enumerate(self.vms.names) if move.vms in (vm, self.groups[i])]
        plans = [plan for vm in chosen if (plan := self._plan(name, move, method, vm)) is not None]
        return Order(name, move.start, move.at_once or max(1, len(plans)), plans)

    def _plan(self, name: str, move: Move, method: Migration, vm: int) -> Plan | None:
        """The plan of one VM; None where it is on its target already."""
        title, group = self.vms.names[vm], self.resolved.scenario.vms[self.groups[vm]]
        if title in self._moved:
            raise self._wrong(name, "vms", f"moves {title}, which {self._moved[title]} moves too; a VM moves once")
        if group.transfer is not None:
            raise self._wrong(name, "vms", f"moves {title}, whose `transfer` would be cut off; leave one of them out")
        home = int(self.vms.host[vm])
        plan = (self._disk if method.moves == "disk" else self._memory)(name, move, method, vm, group, home)
        if plan is not None:
            self._moved[title] = name
        return plan

    def _memory(self, name: str, move: Move, method: Migration, vm: int, group: VmGroup, home: int) -> Plan | None:
        """From host to host."""
        target = self._target(move, home)
        if target == home:
            return None
        self._left[home] += group.memory
        self._left[target] -= group.memory
        names, title = self.estate.hosts.names, self.vms.names[vm]
        self.arrivals[title, names[target]] = self._row(self.groups[vm], group, target)
        uses = self._uses(name, names[home], names[target], method)
        writes = writable_set(group.memory, group.dirtying)
        return Plan(title, group.memory, writes, method, uses, names[home], names[target], group.vcpus)

    def _disk(self, name: str, move: Move, method: Migration, vm: int, group: VmGroup, home: int) -> Plan | None:
        """From datastore to datastore, through the host that runs the VM."""
        source, target = self.homes[vm], members_of(self.resolved, move.to)
        if source is None or group.disk is None:
            missing = "datastore" if source is None else "disk"
            cure = f"add `{missing}` to the group {self.groups[vm]}"
            raise self._wrong(name, "vms", f"moves a disk of which nobody knows the {missing}: {cure}")
        if source in target:
            return None
        if len(target) > 1:
            raise self._wrong(name, "to", f"names {len(target)} datastores; take one of them, such as {target[0]}")
        host = self.estate.hosts.names[home]
        paths = DiskPaths(self.resolved, self.luns, self.fabric, source, target[0], host)
        uses = paths.copy()
        if method.cycles_per_byte > 0:
            uses[f"cpu/{host}"] = 2 * method.cycles_per_byte
        return Plan(
            self.vms.names[vm],
            group.disk,
            writable_set(group.disk, group.disk_writes),
            method,
            uses,
            host,
            target[0],
            group.vcpus,
            paths.guest(),
            paths.mirror(),
            paths.merge(),
        )

    def _target(self, move: Move, home: int) -> int:
        """The host named, or the one of the group with most memory left; its own where it is there already."""
        hosts = [self._host[name] for name in self.members.get(move.to, [move.to])]
        return home if home in hosts else max(hosts, key=lambda host: (self._left[host], -host))

    def _row(self, name: str, group: VmGroup, target: int) -> Row:
        """What the VM is on its target."""
        hosts = self.estate.hosts
        where = f"{name} cannot move to {hosts.names[target]}"
        if hosts.capacity[target] < group.vcpus * hosts.core[target] * (1 - 1e-9):
            raise Refused(f"{where}: it has {group.vcpus} vCPUs, more than cores are there")
        try:
            return row_on(self.resolved, group, self.estate, target, self.population.used)
        except Refused as reason:
            raise Refused(f"{where}: {reason}") from None

    def _uses(self, name: str, home: str, target: str, method: Migration) -> dict[str, float]:
        """What one byte on its way uses, by the name of the resource."""
        if not self.resolved.scenario.topology:
            raise self._wrong(name, "to", "has no network to move over: join the hosts by one under `topology`")
        try:
            uses = self.fabric.between(home, target)
        except Unreachable as reason:
            raise self._wrong(name, "to", f"cannot be reached over Ethernet: {reason}") from None
        if method.cycles_per_byte > 0:
            uses |= {f"cpu/{host}": method.cycles_per_byte for host in (home, target)}
        return uses

    def _must_fit(self, name: str, move: Move) -> None:
        """When all have moved, every host must hold what is on it."""
        for host in self.members.get(move.to, [move.to]):
            index = self._host[host]
            short, memory = -self._left[index], float(self.estate.hosts.memory[index])
            if short > SLACK * memory:
                missing = f"{show(short, 'size')} more than its {show(memory, 'size')} of memory"
                raise self._wrong(name, "to", f"has no room: with all that move there {host} would hold {missing}")

    def _wrong(self, name: str, key: str, message: str) -> InputError:
        return InputError.at(self.resolved.place("migrations", name, key), f"{message}", f"migrations.{name}.{key}")


def writable_set(size: float, dirtying: Dirtying | None) -> WritableSet:
    """The writable working set of a memory or a disk."""
    if dirtying is None:
        return WritableSet((size,), (0.0,))
    return hot_and_cold(size, dirtying.rate, dirtying.hot, dirtying.share)


class DiskPaths:
    """What a byte uses on its way between a host and two datastores, by the name of the resource."""

    def __init__(
        self, resolved: Resolved, luns: Mapping[str, Lun], fabric: Fabric, source: str, target: str, host: str
    ) -> None:
        self.resolved = resolved
        self.luns = luns
        self.fabric = fabric
        self.source = source
        self.target = target
        self.host = host

    def copy(self) -> dict[str, float]:
        """Read at the source and written at the target."""
        return _together(self._way(self.source, "read"), self._way(self.target, "write"))

    def guest(self) -> dict[str, float]:
        """Written by the guest at the source."""
        return self._way(self.source, "write")

    def mirror(self) -> dict[str, float]:
        """Written at the target."""
        return self._way(self.target, "write")

    def merge(self) -> dict[str, float]:
        """Read at the target and written there once more."""
        return _together(self._way(self.target, "read"), self._way(self.target, "write"))

    def _way(self, datastore: str, direction: Literal["read", "write"]) -> dict[str, float]:
        uses = {f"lun/{datastore}": self.luns[datastore].per_byte(BLOCK, direction, sequential=False)}
        return uses | flows.way(self.resolved, self.fabric, self.host, datastore)


def _together(one: Mapping[str, float], other: Mapping[str, float]) -> dict[str, float]:
    """The uses of two ways added up."""
    return {name: one.get(name, 0.0) + other.get(name, 0.0) for name in sorted({*one, *other})}
