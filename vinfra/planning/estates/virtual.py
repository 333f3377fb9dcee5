"""VMs, hosts, datastores, snapshots and files nobody owns of a virtual estate nobody has.

A cluster has as many hosts as its VMs' vCPUs and memory need, all of one generation. How busy a VM is on average is
drawn from the distribution of a trace. Source: facts/estates/2026.yaml.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta

import numpy as np

from vinfra import facts
from vinfra.engine.streams import Streams
from vinfra.hardware.processor import Processor
from vinfra.hardware.server import Server
from vinfra.planning.estates.draws import Draws
from vinfra.planning.estates.era import VirtualEra
from vinfra.planning.inventory import Datastore, Disk, Host, Inventory, Machine, Orphan, Sheet, Snapshot
from vinfra.workloads.synthetic import Statistics

GIB = 2.0**30
MIB = 2.0**20
STEP = 10 * GIB  # people give disks in such steps
SMALLEST, LARGEST = 10 * GIB, 4096 * GIB
CONSUMED = (0.5, 0.95)  # part of the configured memory that the host gave (assumed)
LARGEST_DISKS = 3
NOTE = "the estate is drawn (facts/estates/2026.yaml), nobody's: use it to try things"


@dataclass(frozen=True, slots=True)
class Cluster:
    """One cluster: the model of its hosts, and their names."""

    name: str
    hosts: tuple[str, ...]
    clock: float


def estate(count: int, streams: Streams) -> Inventory:
    """So many VMs, with everything around them."""
    era: VirtualEra = facts.load("estates", "2026", VirtualEra)
    keys = [f"vm-{number}" for number in range(1, count + 1)]
    bare = _machines(era, keys, Draws(streams, keys))
    machines: list[Machine] = []
    hosts: list[Host] = []
    stores: list[Datastore] = []
    for number, start in enumerate(range(0, count, era.cluster), 1):
        mine = bare[start : start + era.cluster]
        name = f"cluster-{number:02}"
        older = bool(Draws(streams, [name]).true("older", era.older)[0])
        found = _hosts(era, 0 if older else 1, name, mine)
        cluster = Cluster(name, tuple(host.name for host in found), found[0].core_hz or 0.0)
        placed = [_placed(machine, cluster, at) for at, machine in enumerate(mine)]
        placed, own = _stored(era, placed, cluster)
        hosts += [_used(host, placed) for host in found]
        machines += placed
        stores += own
    return Inventory(
        source="synthetic",
        form="rvtools",
        taken=era.taken,
        machines=machines,
        hosts=hosts,
        datastores=stores,
        snapshots=_snapshots(era, machines, Draws(streams, keys)),
        orphans=_orphans(era, stores, Draws(streams, keys)),
        sheets=(Sheet("synthetic", count, count, 0, count),),
        notes=(NOTE,),
    )


def _machines(era: VirtualEra, keys: Sequence[str], draws: Draws) -> list[Machine]:
    """VMs without hosts; `cpu_used` is a part of their vCPUs until they have one."""
    roles, systems = draws.words("role", era.roles), draws.words("system", era.systems)
    vcpus = draws.one_of("vcpus", era.vcpus, era.vcpus_shares).astype(np.int64).tolist()
    memory = draws.one_of("memory", era.memory_per_vcpu, era.memory_shares) * vcpus
    active, consumed = draws.uniform("active", *era.active), draws.uniform("consumed", *CONSUMED)
    statistics: Statistics = facts.load("traces", era.demand, Statistics)
    busy = np.interp(draws.uniform("busy"), statistics.at_most, statistics.percent) / 100
    template, off = draws.true("template", era.template), draws.true("off", era.switched_off)
    marks = {
        "a raw LUN": draws.true("raw", era.raw),
        "a USB device": draws.true("usb", era.usb),
        "passed-through PCI": draws.true("passed through", era.passed_through),
    }
    tracked, reserved = draws.true("tracked", era.tracked), draws.true("reserved", era.reserved)
    disks = _disks(era, draws, len(keys), marks["a raw LUN"])
    found = []
    for at in range(len(keys)):
        runs = not template[at] and not off[at]
        found.append(
            Machine(
                name=f"{roles[at]}-{at + 1:05}",
                kind="vm",
                vcpus=vcpus[at],
                memory=float(memory[at]),
                power="on" if runs else "off",
                template=bool(template[at]),
                os=systems[at],
                disks=disks[at],
                cpu_used=float(busy[at]) if runs else None,
                memory_active=_whole(memory[at] * active[at]) if runs else None,
                memory_consumed=_whole(memory[at] * max(active[at], consumed[at])) if runs else None,
                memory_reservation=float(memory[at]) if reserved[at] else 0.0,
                tracking=bool(tracked[at]),
                blockers=tuple(word for word, marked in marks.items() if marked[at]),
            )
        )
    return found


def _disks(
    era: VirtualEra, draws: Draws, count: int, raw: np.ndarray[tuple[int], np.dtype[np.bool_]]
) -> list[tuple[Disk, ...]]:
    """The disks of each VM; a raw LUN is its last."""
    first = draws.one_of("system disk", era.system_disk, era.system_disk_shares)
    more = draws.one_of("data disks", era.data_disks, era.data_disks_shares).astype(np.int64)
    thin, independent = draws.true("thin", era.thin), draws.true("independent", era.independent)
    sizes, parts = [first], [draws.uniform("used 1", *era.used)]
    for number in range(2, LARGEST_DISKS + 2):
        drawn = draws.about(f"disk {number}", era.data_disk, era.data_disk_spread)
        sizes.append(np.clip(np.round(drawn / STEP) * STEP, SMALLEST, LARGEST))
        parts.append(draws.uniform(f"used {number}", *era.used))
    found = []
    for at in range(count):
        last = int(more[at])
        found.append(
            tuple(
                Disk(
                    label=f"Hard disk {number + 1}",
                    capacity=float(sizes[number][at]),
                    used=_whole(sizes[number][at] * parts[number][at]),
                    thin=bool(thin[at]) and not (raw[at] and number == last),
                    raw=bool(raw[at]) and number == last,
                    independent=bool(independent[at]) and number == last,
                )
                for number in range(last + 1)
            )
        )
    return found


def _whole(size: float) -> float:
    """Whole MiB, as tables have them."""
    return float(round(size / MIB) * MIB)


def _hosts(era: VirtualEra, generation: int, cluster: str, machines: Sequence[Machine]) -> list[Host]:
    """As many hosts as the VMs need, and one more."""
    model: Server = facts.load("servers", era.servers[generation], Server)
    processor: Processor = facts.load("processors", model.processor, Processor)
    size = era.host_memory[generation]
    cores = model.sockets * processor.cores
    by_memory = sum(machine.memory for machine in machines) / (size * era.memory_fill)
    by_vcpus = sum(machine.vcpus for machine in machines) / (cores * era.vcpus_per_core)
    vendor, _, title = model.title.partition(" ")
    return [
        Host(
            name=f"esx-{cluster.removeprefix('cluster-')}-{number:02}.example.com",
            sockets=model.sockets,
            cores_per_socket=processor.cores,
            memory=size,
            cluster=cluster,
            datacenter="dc-1",
            vendor=vendor,
            model=title.partition(",")[0],
            processor=processor.title,
            core_hz=processor.frequency,
            threads=2 * cores,
            version=era.versions[generation],
        )
        for number in range(1, math.ceil(max(by_memory, by_vcpus)) + 2)
    ]


def _placed(machine: Machine, cluster: Cluster, at: int) -> Machine:
    """The VM on a host, its CPU in whole MHz."""
    used = None if machine.cpu_used is None else machine.cpu_used * machine.vcpus * cluster.clock
    return replace(
        machine,
        host=cluster.hosts[at % len(cluster.hosts)],
        cluster=cluster.name,
        datacenter="dc-1",
        core_hz=cluster.clock,
        cpu_used=None if used is None else float(round(used / 1e6) * 1e6),
    )


def _stored(era: VirtualEra, machines: Sequence[Machine], cluster: Cluster) -> tuple[list[Machine], list[Datastore]]:
    """VMs with their disks on datastores, one filled after the other; a raw LUN takes nothing of a datastore."""
    found: list[Machine] = []
    stores: list[Datastore] = []
    taken = promised = 0.0

    def store() -> str:
        return f"{cluster.name}-vmfs-{len(stores) + 1:02}"

    def full() -> None:
        nonlocal taken, promised
        size = max(era.datastore, math.ceil(taken / GIB) * GIB)
        stores.append(Datastore(store(), "VMFS", size, size - taken, promised, cluster.hosts))
        taken = promised = 0.0

    for machine in machines:
        kept = [disk for disk in machine.disks if not disk.raw]
        in_use = sum((disk.used or 0.0) if disk.thin else disk.capacity for disk in kept)
        provisioned = sum(disk.capacity for disk in kept)
        if taken and taken + in_use > era.datastore * era.datastore_fill:
            full()
        disks = tuple(replace(disk, datastore=None if disk.raw else store()) for disk in machine.disks)
        used = sum(disk.used or 0.0 for disk in disks)
        found.append(replace(machine, disks=disks, provisioned=provisioned, in_use=in_use, guest_used=used))
        taken, promised = taken + in_use, promised + provisioned
    full()
    return found, stores


def _used(host: Host, machines: Sequence[Machine]) -> Host:
    """The host with what its VMs use of it."""
    mine = [machine for machine in machines if machine.host == host.name and machine.runs]
    cpu = sum(machine.cpu_used or 0.0 for machine in mine) / (host.cores * (host.core_hz or 1.0))
    memory = sum(machine.memory_consumed or 0.0 for machine in mine) / host.memory
    return replace(host, cpu_used=min(1.0, round(cpu, 2)), memory_used=min(1.0, round(memory, 2)))


def _snapshots(era: VirtualEra, machines: Sequence[Machine], draws: Draws) -> list[Snapshot]:
    """Snapshots with exponentially distributed ages."""
    there, age = draws.true("snapshot", era.snapshot), -np.log(1 - draws.uniform("age", 0, 0.999))
    noon = datetime.combine(era.taken, time(12))
    return [
        Snapshot(
            machine.name,
            "before update",
            noon - timedelta(minutes=round(float(age[at]) * era.snapshot_age / 60)),
            _whole((machine.in_use or 0.0) * era.snapshot_part),
        )
        for at, machine in enumerate(machines)
        if there[at] and not machine.template
    ]


def _orphans(era: VirtualEra, stores: Sequence[Datastore], draws: Draws) -> list[Orphan]:
    """Disks of machines that are gone."""
    there, size = draws.true("orphan", era.orphan), draws.about("orphan size", era.data_disk, era.data_disk_spread)
    where = draws.uniform("orphan store")
    found = []
    for at in np.flatnonzero(there).tolist():
        store = stores[min(int(where[at] * len(stores)), len(stores) - 1)].name
        path = f"[{store}] old-{at + 1:05}/old-{at + 1:05}.vmdk"
        found.append(Orphan(path, _whole(size[at]), "no machine has it"))
    return found
