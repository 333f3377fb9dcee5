"""What a site sends to others, planned: links as pipes, replicas, VMs that move, and who takes over."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Literal

from vinfra.compute.streams import Way
from vinfra.compute.transit import Pipe
from vinfra.operations.crossing import Crossing, Disk, Order
from vinfra.operations.failover import Terms
from vinfra.operations.migration import Plan as MovePlan
from vinfra.operations.replication import Plan
from vinfra.scenario.load import Resolved
from vinfra.scenario.moving import BLOCK, writable_set
from vinfra.scenario.schema import VmGroup
from vinfra.scenario.schema_sites import Replication
from vinfra.scenario.sites import elsewhere, stand_in
from vinfra.workloads.turnover import turnover
from vinfra.workloads.writable_set import WritableSet

if TYPE_CHECKING:
    from vinfra.scenario.joint import Joint

# Seconds of a beat, and bytes of a chunk on a link that needs longer for them. Assumed: long beside the latency of a
# WAN, short beside any copy that matters.
BEAT, CHUNK = 1.0, 64 * 2.0**20


def pipes(whole: Resolved, site: str) -> dict[str, Pipe]:
    """The links of a site, by the site at the other end."""
    found = {}
    for _, link in sorted(whole.scenario.links.items()):
        if site in link.between:
            other = next(end for end in link.between if end != site)
            beat = link.beat or max(BEAT, CHUNK / link.bandwidth)
            found[other] = Pipe(link.bandwidth, link.latency, beat, link.window)
    return found


def delays(whole: Resolved) -> dict[tuple[str, str], float]:
    """Seconds that a message takes at least from one site to another it has a link to."""
    found = {}
    for link in whole.scenario.links.values():
        one, other = link.between
        found[one, other] = found[other, one] = link.latency
    return found


def disk_way(joint: Joint, vm: str, direction: Literal["read", "write"]) -> Callable[[], Way] | None:
    """What a byte uses between the host of a VM and its disk, in blocks of an image copy; None where it has none."""
    simulation, index = joint.simulation, joint.index(vm)
    host = simulation.cluster.hosts.names[int(simulation.cluster.host[index])]
    datastore = simulation.world.homes[index]
    if datastore is None:
        return None
    lun = {f"lun/{datastore}": simulation.world.luns[datastore].per_byte(BLOCK, direction, sequential=False)}
    return lambda: Way({**simulation.fabric.to_lun(host, datastore), **lun}, weight=4 * BLOCK)


def data_of(group: VmGroup) -> tuple[float, WritableSet]:
    """Bytes of data on a VM's disk, and how they are written to."""
    used = (group.disk or 0.0) * group.used
    return used, turnover(used, group.changes) if group.changes is not None else writable_set(used, group.disk_writes)


def replicas(joint: Joint) -> list[Plan]:
    """The plan of every VM of this site that has a replica."""
    found = []
    for said, vm in _replicated(joint.part, joint):
        size, writes = data_of(joint.part.scenario.vms[said.vms])
        read = disk_way(joint, vm, "read")
        there = stand_in(joint.name, vm)
        found.append(Plan(vm, there, said.to, size, writes, said.every, said.seeded, read))
    return found


def _replicated(part: Resolved, joint: Joint) -> Iterator[tuple[Replication, str]]:
    world = joint.simulation.world
    for _, said in sorted(part.scenario.replication.items()):
        for vm, group in zip(world.vms.names, world.groups, strict=True):
            if group == said.vms:
                yield said, vm


def replicated_here(joint: Joint) -> list[str]:
    """The VMs of this site that have a replica where it would be taken over."""
    part = terms(joint.part)
    return [vm for said, vm in _replicated(joint.part, joint) if part is not None and said.to == part.target]


def replicated(joint: Joint, home: str) -> list[str]:
    """The VMs of another site whose replicas are here, as they are called here, in the order they are started: by
    group, then number."""
    groups = {
        stand_in(home, said.vms)
        for said in joint.whole.sites[home].scenario.replication.values()
        if said.to == joint.name
    }
    world = joint.simulation.world
    here = [(group, vm) for vm, group in zip(world.vms.names, world.groups, strict=True) if group in groups]
    return [vm for _, vm in sorted(here, key=lambda one: (one[0], _number(one[1], one[0])))]


def _number(name: str, group: str) -> int:
    return 0 if name == group else int(name.removeprefix(f"{group}-"))


def terms(part: Resolved) -> Terms | None:
    """Who takes a site over, and how; None where nobody does."""
    said = part.scenario.failover
    if said is None or isinstance(said, str):
        return None
    return Terms(said.to, said.heartbeat, said.misses, said.boot, said.at_once)


def orders(joint: Joint) -> list[Order]:
    """The migrations of this site to another, by start and name."""
    world, found = joint.simulation.world, []
    for name, (move, method) in sorted(joint.part.leaving.items(), key=lambda item: (item[1][0].start, item[0])):
        site, _ = elsewhere({"to": move.to}) or ("", "")
        crossings = []
        for index, (vm, group) in enumerate(zip(world.vms.names, world.groups, strict=True)):
            if move.vms not in (vm, group):
                continue
            said, host = joint.part.scenario.vms[group], joint.simulation.cluster.host[index]
            home = joint.simulation.cluster.hosts.names[int(host)]
            uses = {f"cpu/{home}": method.cycles_per_byte} if method.cycles_per_byte > 0 else {}
            memory = writable_set(said.memory, said.dirtying)
            plan = MovePlan(vm, said.memory, memory, method, uses, home, move.to, said.vcpus)
            crossings.append(Crossing(plan, site, stand_in(joint.name, vm), _disk(joint, vm, said, move.datastore)))
        found.append(Order(name, move.start, move.at_once or max(1, len(crossings)), crossings))
    return found


def _disk(joint: Joint, vm: str, group: VmGroup, datastore: str | None) -> Disk | None:
    if datastore is None or group.disk is None:
        return None
    size, writes = data_of(group)
    return Disk(size, writes, disk_way(joint, vm, "read"))


def receiving(whole: Resolved) -> Mapping[str, float]:
    """Cycles that a byte of a VM's memory takes where it comes in, by the site it comes from and the VM or group."""
    return {
        stand_in(home, move.vms): method.cycles_per_byte
        for home, part in whole.sites.items()
        for move, method in part.leaving.values()
    }
