"""Proxmox VE: what `pvesh get /cluster/resources --output-format json` writes, alone or with more in a folder.

One JSON file: the list itself, `{"data": [...]}` as the API answers, or `{"resources": [...], "configs": {"100":
{...}}, "nodes": {"pve1": {...}}, "snapshots": {"100": [...]}}`. A folder: that list in one file, and files `100.json`
(`pvesh get /nodes/N/qemu/100/config`), `pve1.json` (`pvesh get /nodes/pve1/status`) and `100-snapshot.json`
(`.../qemu/100/snapshot`). Bytes; `cpu` is a part of `maxcpu`; `maxcpu` of a node counts threads, `cpuinfo.cores` of its
status all cores. Source: PVE/API2Tools.pm of pve-manager (extract_vm_stats, extract_node_stats,
extract_storage_stats) and PVE/ProcFSTools.pm of pve-common (read_cpuinfo).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, ClassVar

from vinfra.errors import InputError, Place
from vinfra.planning.inventory import Datastore, Host, Inventory, Machine, Missing, Power, Sheet, Snapshot
from vinfra.planning.records import proxmox_guest as guests
from vinfra.planning.records.json_records import Record, Values, documents
from vinfra.planning.records.naming import unlike
from vinfra.planning.records.reader import Reader, readers
from vinfra.workloads.files import Complaints, shown

KINDS = ("qemu", "lxc", "node", "storage")
POWERS: dict[str, Power] = {"running": "on", "paused": "suspended", "suspended": "suspended"}
LOOKED_AT = 1 << 16  # bytes of a file that `knows` looks at
MOST = 200_000  # resources


@dataclass(slots=True)
class Found:
    """The parts of the record, wherever they were."""

    resources: list[Record] = field(default_factory=list)
    configs: dict[str, Record] = field(default_factory=dict)
    nodes: dict[str, Record] = field(default_factory=dict)
    snapshots: dict[str, list[Any]] = field(default_factory=dict)
    unknown: list[str] = field(default_factory=list)

    def take(self, stem: str, content: Any) -> None:
        """Sort one document by what it holds."""
        if isinstance(content, dict) and set(content) <= {"data", "total"}:
            content = content.get("data")
        number = re.search(r"\d{3,9}(?=\D*$)", stem)
        if isinstance(content, list) and any(isinstance(one, dict) and one.get("type") in KINDS for one in content):
            self.resources += [one for one in content if isinstance(one, dict)]
        elif isinstance(content, list) and number and content and isinstance(content[0], dict):
            self.snapshots[number[0]] = content
        elif isinstance(content, dict) and "resources" in content:
            self.take(stem, content["resources"])
            self.configs |= {key: part for key, part in _parts(content, "configs") if isinstance(part, dict)}
            self.nodes |= {key: part for key, part in _parts(content, "nodes") if isinstance(part, dict)}
            self.snapshots |= {key: part for key, part in _parts(content, "snapshots") if isinstance(part, list)}
        elif isinstance(content, dict) and "cpuinfo" in content:
            self.nodes[stem] = content
        elif isinstance(content, dict) and number and ({"memory", "rootfs", "cores", "digest"} & set(content)):
            self.configs[number[0]] = content
        else:
            self.unknown.append(stem)


def _parts(content: Record, name: str) -> list[tuple[str, Any]]:
    parts = content.get(name)
    return list(parts.items()) if isinstance(parts, dict) else []


@readers.register("proxmox")
class Proxmox(Reader):
    """A listing of a Proxmox VE cluster, with configurations of guests where they are given."""

    title: ClassVar[str] = "a listing of Proxmox VE (pvesh get /cluster/resources --output-format json)"
    source: ClassVar[str] = "pve-manager, PVE/API2Tools.pm; qm.conf(5)"

    def knows(self, path: Path) -> bool:
        """Whether it is JSON that speaks of guests or nodes of Proxmox."""
        try:
            files = sorted(path.glob("*.json"))[:50] if path.is_dir() else [path]
            return any(_speaks(file) for file in files if file.is_file() and file.suffix.lower() == ".json")
        except (OSError, ValueError):
            return False

    def read(self, path: Path) -> Inventory:
        """The cluster; InputError for what is no JSON or has wrong values, 20 of them at most."""
        found, file = Found(), shown(path)
        for _, stem, content in documents(path):
            found.take(stem, content)
        if not any(one.get("type") in KINDS for one in found.resources):
            cure = "write it with `pvesh get /cluster/resources --output-format json`"
            raise InputError.at(Place(file), f"has no list of resources of Proxmox; {cure}")
        if len(found.resources) > MOST:
            raise InputError.at(Place(file), f"has more than {MOST:,} resources; split it by cluster")
        complaints = Complaints()
        values = Values(file, complaints)
        inventory = _inventory(self.name, file, found, values)
        complaints.stop()
        return inventory


def _speaks(file: Path) -> bool:
    with open(file, "rb") as stream:
        begin = stream.read(LOOKED_AT)
    return bool(re.search(rb'"type"\s*:\s*"(qemu|lxc|node|storage)"', begin)) and b'"node"' in begin


def _inventory(form: str, file: str, found: Found, values: Values) -> Inventory:
    kinds = {kind: [one for one in found.resources if one.get("type") == kind] for kind in KINDS}
    hosts = [_host(one, found.nodes.get(values.text(one, "node"), {}), values) for one in kinds["node"]]
    clocks = {host.name: host.core_hz for host in hosts}
    plugins = {values.text(one, "storage"): values.text(one, "plugintype") for one in kinds["storage"]}
    every = kinds["qemu"] + kinds["lxc"]
    read = [one for one in every if one.get("maxcpu") and one.get("maxmem")]
    names, alike = unlike([values.text(one, "name") or f"guest {values.text(one, 'vmid')}" for one in read])
    machines = [
        _machine(one, found.configs.get(values.text(one, "vmid"), {}), name, clocks, plugins, values)
        for one, name in zip(read, names, strict=True)
    ]
    by_number = {values.text(one, "vmid"): name for one, name in zip(read, names, strict=True)}
    remarks = []
    if len(read) < len(every):
        remarks.append(f"{len(every) - len(read):,} guests without size were left out: their node was offline")
    if alike:
        remarks.append(f"{alike:,} guests have the name of another and are numbered")
    joined = sum(1 for machine in machines if machine.host in clocks)
    configs = sum(1 for number in found.configs if number in by_number)
    sheets = [
        Sheet("guests", len(every), len(read), len(every) - len(read), joined, 0, tuple(remarks)),
        _node_sheet(hosts, found),
        Sheet("storages", len(kinds["storage"]), len(kinds["storage"])),
        Sheet("configurations", len(found.configs), configs, len(found.configs) - configs, configs),
    ]
    return Inventory(
        source=file,
        form=form,
        machines=machines,
        hosts=hosts,
        datastores=list(_datastores(kinds["storage"], values)),
        snapshots=list(_snapshots(found.snapshots, by_number, values)),
        sheets=sheets,
        missing=tuple(_missing(found, machines, hosts)),
        notes=tuple(f"{name}.json is nothing vinfra reads of Proxmox" for name in found.unknown[:20]),
    )


def _node_sheet(hosts: list[Host], found: Found) -> Sheet:
    guessed = sum(1 for host in hosts if host.name not in found.nodes)
    remarks = (f"{guessed:,} nodes without status: all threads taken for cores of one socket",) if guessed else ()
    return Sheet("nodes", len(hosts), len(hosts), 0, len(hosts) - guessed, guessed, remarks)


def _host(one: Record, status: Record, values: Values) -> Host:
    """A node; sockets, cores and clock are in its status only."""
    info = status.get("cpuinfo")
    cpu: Record = info if isinstance(info, dict) else {}
    threads = values.whole(one, "maxcpu") or 1
    sockets = values.whole(cpu, "sockets") or 1
    cores = values.whole(cpu, "cores") or threads
    mem, maxmem = values.number(one, "mem"), values.number(one, "maxmem") or 0.0
    return Host(
        name=values.text(one, "node"),
        sockets=sockets,
        cores_per_socket=max(1, cores // sockets),
        memory=maxmem,
        processor=values.text(cpu, "model"),
        core_hz=(values.number(cpu, "mhz") or 0.0) * 1e6 or None,
        threads=values.whole(cpu, "cpus") or threads,
        cpu_used=values.number(one, "cpu"),
        memory_used=None if mem is None or not maxmem else mem / maxmem,
        version=values.text(status, "pveversion"),
        licence=values.text(one, "level"),
    )


def _machine(
    one: Record,
    config: Record,
    name: str,
    clocks: Mapping[str, float | None],
    plugins: Mapping[str, str],
    values: Values,
) -> Machine:
    """A guest; a configuration knows disks, operating system and blockers."""
    node, container = values.text(one, "node"), one.get("type") == "lxc"
    vcpus = max(1, values.whole(one, "maxcpu") or 1)
    clock, busy = clocks.get(node), values.number(one, "cpu")
    disks = guests.disks(config, plugins)
    _, balloon = guests.memory(config, values)
    limit = values.number(config, "cpulimit")
    size = values.number(one, "maxdisk") or 0.0
    on = POWERS.get(values.text(one, "status"), "off")
    return Machine(
        name=name,
        kind="vm",
        vcpus=vcpus,
        memory=values.number(one, "maxmem") or 0.0,
        power=on,
        template=values.true(one, "template"),
        host=node or None,
        os=guests.system(config, values) or ("Linux (container)" if container else ""),
        core_hz=clock,
        disks=tuple(disks),
        provisioned=sum(disk.capacity for disk in disks) or size or None,
        guest_used=(values.number(one, "disk") or None) if container else None,
        cpu_used=busy * vcpus * clock if on == "on" and busy is not None and clock else None,
        memory_consumed=values.number(one, "mem") if on == "on" else None,
        memory_reservation=balloon,
        cpu_limit=limit * clock if limit and clock else float("inf"),
        blockers=(("a container, not a virtual machine",) if container else ()) + guests.blockers(config, disks),
    )


def _datastores(storages: list[Record], values: Values) -> Iterator[Datastore]:
    """A shared storage is one for all nodes, any other one for each."""
    shared: dict[str, list[Record]] = {}
    for one in storages:
        content = values.text(one, "content")
        if content and not {"images", "rootdir"} & set(content.split(",")):
            continue
        name, node = values.text(one, "storage"), values.text(one, "node")
        shared.setdefault(name if values.true(one, "shared") else f"{name} on {node}", []).append(one)
    for name, each in sorted(shared.items()):
        size = max(values.number(one, "maxdisk") or 0.0 for one in each)
        used = max(values.number(one, "disk") or 0.0 for one in each)
        nodes = tuple(sorted(values.text(one, "node") for one in each))
        kind = values.text(each[0], "plugintype") or "unknown"
        yield Datastore(name, kind, size, max(0.0, size - used) if size else None, None, nodes)


def _snapshots(found: Mapping[str, list[Any]], names: Mapping[str, str], values: Values) -> Iterator[Snapshot]:
    """Snapshots of guests, times in UTC; `current` is no snapshot but where the guest is."""
    for number, each in sorted(found.items()):
        for one in each:
            if number not in names or not isinstance(one, dict) or one.get("name") == "current":
                continue
            taken = values.number(one, "snaptime")
            at = datetime.fromtimestamp(taken, UTC).replace(tzinfo=None) if taken and taken < 1e11 else None
            yield Snapshot(names[number], values.text(one, "name"), at, None)


def _missing(found: Found, machines: list[Machine], hosts: list[Host]) -> Iterator[Missing]:
    """Parts of a record that are not there."""
    if not hosts:
        yield Missing("nodes", "what the hosts of today are: no power, no licences and no CPU use before")
    elif any(host.name not in found.nodes for host in hosts):
        without = "sockets and clock of the hosts: CPU use in hertz, licences of today"
        yield Missing("status of nodes (pvesh get /nodes/N/status)", without)
    if sum(1 for machine in machines if machine.disks) < len(machines):
        without = "disks, operating systems and what hinders moving: of guests without it only the first disk's size"
        yield Missing("configurations of guests (pvesh get /nodes/N/qemu/ID/config)", without)
    if not found.snapshots:
        yield Missing("snapshots (pvesh get /nodes/N/qemu/ID/snapshot)", "which snapshots are there, and how old")
    yield Missing("what disks take on storages", "how much of thin disks is in use: they are counted by their size")
