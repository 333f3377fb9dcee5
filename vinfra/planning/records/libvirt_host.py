"""Hosts, pools and volumes of libvirt: `virsh capabilities`, `virsh nodeinfo`, `pool-dumpxml`, `vol-dumpxml`.

nodeinfo counts sockets for each NUMA cell: sockets = `CPU socket(s)` * `NUMA cell(s)`. capabilities name the socket of
each CPU. Source: https://libvirt.org/formatcaps.html, formatstorage.html; virNodeInfo in libvirt-host.h.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from vinfra.planning.inventory import Datastore, Host
from vinfra.planning.records.libvirt_domain import Volume, size
from vinfra.planning.records.xml_trees import attribute, text

LINE = re.compile(r"^([^:\n]{1,40}):[ \t]+([^\n]{1,80})$", re.MULTILINE)
WHOLE = re.compile(r"\d{1,9}")


@dataclass(frozen=True, slots=True)
class Frame:
    """What is known of a host: parts of it in capabilities, parts in nodeinfo."""

    sockets: int | None = None
    cores: int | None = None
    threads: int | None = None
    memory: float | None = None
    clock: float | None = None
    processor: str = ""


def capabilities(root: Element) -> Frame:
    """A host by `virsh capabilities`."""
    cpus = root.findall("host/topology/cells/cell/cpus/cpu")
    sockets = {cpu.get("socket_id", "0") for cpu in cpus}
    cores = {(cpu.get("socket_id"), cpu.get("die_id"), cpu.get("cluster_id"), cpu.get("core_id")) for cpu in cpus}
    topology = root.find("host/cpu/topology")
    if not cpus and topology is not None:
        said = [int(topology.get(key, "1")) for key in ("sockets", "dies", "cores", "threads") if _whole(topology, key)]
        if len(said) == 4:
            return Frame(said[0], said[1] * said[2], said[0] * said[1] * said[2] * said[3], None, None, _model(root))
    memory = [size(cell.find("memory")) or 0.0 for cell in root.findall("host/topology/cells/cell")]
    tsc = attribute(root, "host/cpu/counter[@name='tsc']", "frequency")
    return Frame(
        sockets=len(sockets) or None,
        cores=max(1, len(cores) // len(sockets)) if sockets else None,
        threads=len(cpus) or None,
        memory=sum(memory) or None,
        clock=float(tsc) if re.fullmatch(r"\d{9,11}", tsc) else None,
        processor=_model(root),
    )


def nodeinfo(written: str) -> Frame | None:
    """A host by the text of `virsh nodeinfo`; None where it is not that."""
    said = {key.strip().lower(): value.strip() for key, value in LINE.findall(written)}

    def number(key: str) -> int | None:
        found = WHOLE.match(said.get(key, ""))
        return int(found[0]) if found else None

    cells, per_cell, cores = number("numa cell(s)"), number("cpu socket(s)"), number("core(s) per socket")
    memory, clock = number("memory size"), number("cpu frequency")
    if not per_cell or not cores or not memory:
        return None
    return Frame(per_cell * (cells or 1), cores, number("cpu(s)"), memory * 1024.0, clock * 1e6 if clock else None)


def host(name: str, frames: list[Frame]) -> Host | None:
    """A host of all that is known of it; None where sockets, cores or memory are not. The first that says it wins."""

    def first(key: str) -> float | int | str | None:
        return next((getattr(frame, key) for frame in frames if getattr(frame, key)), None)

    sockets, cores, memory, threads, clock = (first(key) for key in ("sockets", "cores", "memory", "threads", "clock"))
    if not sockets or not cores or not memory:
        return None
    return Host(
        name=name,
        sockets=int(sockets),
        cores_per_socket=int(cores),
        memory=float(memory),
        processor=str(first("processor") or ""),
        core_hz=float(clock) if clock else None,
        threads=int(threads) if threads else None,
    )


def volume(root: Element, pool: str) -> tuple[list[str], Volume] | None:
    """A volume by what names it: its path, its key, its pool and name; None where it says no capacity."""
    capacity = size(root.find("capacity"), "bytes")
    if capacity is None:
        return None
    names = [text(root, "target/path"), text(root, "key"), f"{pool}/{text(root, 'name')}" if pool else ""]
    return [name for name in names if name], Volume(capacity, size(root.find("allocation"), "bytes"), pool)


def datastore(root: Element, hosts: tuple[str, ...]) -> Datastore:
    """A storage pool."""
    capacity, free = size(root.find("capacity"), "bytes"), size(root.find("available"), "bytes")
    return Datastore(text(root, "name") or "pool", root.get("type", "unknown"), capacity or 0.0, free, None, hosts)


def _model(root: Element) -> str:
    return text(root, "host/cpu/model")


def _whole(element: Element, key: str) -> bool:
    return bool(WHOLE.fullmatch(element.get(key, "1"))) and int(element.get(key, "1")) > 0
