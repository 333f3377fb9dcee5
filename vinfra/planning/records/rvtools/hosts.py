"""vHost and vCluster: the servers of today.

`Speed` is MHz, `# Memory` MiB, `CPU usage %` and `Memory usage %` percent of the whole. Where the clock is not written
it is the one in the processor's name (`@ 2.30GHz`). Where sockets are not written a host has two of them: most virtual
hosts do (assumed), and it is counted as a guess.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from vinfra.planning.inventory import Host
from vinfra.planning.records.naming import unlike
from vinfra.planning.records.rvtools.draft import MHZ, MIB, Draft
from vinfra.planning.records.rvtools.joining import Hosts
from vinfra.planning.records.rvtools.quality import Quality
from vinfra.planning.records.rvtools.vms import size_of
from vinfra.planning.records.tables.table import Table

GHZ = re.compile(r"@\s*(\d+(?:[.,]\d+)?)\s*GHz", re.IGNORECASE)
KEY = re.compile(r"\b[A-Z0-9]{5}(?:-[A-Z0-9]{5}){4}\b")  # a licence key of the vendor, which nobody else should read
USUAL_SOCKETS = 2


def hosts(table: Table) -> tuple[list[Host], list[str], Hosts, Quality]:
    """Hosts in the order of the sheet, the vCenter of each, their index, and how well they were read."""
    quality, found, servers, index = Quality(table), list[Host](), list[str](), Hosts()
    for host, server, why in _read(table, quality):
        if host is None:
            quality.drop(why)
            continue
        index.add(len(found), host.name, server)
        found.append(host)
        servers.append(server)
    quality.read = len(found)
    names, numbered = unlike(host.name for host in found)
    if numbered:
        quality.say("hosts have the name of another and are numbered", numbered)
        found = [replace(host, name=name) for host, name in zip(found, names, strict=True)]
    return found, servers, index, quality


def _read(table: Table, quality: Quality) -> Iterator[tuple[Host | None, str, str]]:
    sizes = zip(table.numbers("# CPU"), table.numbers("Cores per CPU"), table.numbers("# Cores"), strict=True)
    use = zip(table.numbers("CPU usage %", whole=False), table.numbers("Memory usage %", whole=False), strict=True)
    places = zip(table.texts("Cluster"), table.texts("Datacenter"), table.texts("VI SDK Server"), strict=True)
    makes = zip(table.texts("Vendor"), table.texts("Model"), table.texts("CPU Model"), strict=True)
    says = zip(table.texts("ESX Version"), table.texts("Assigned License(s)"), strict=True)
    rest = zip(
        table.numbers("# Memory", scale=MIB),
        table.numbers("Speed", scale=MHZ),
        table.truths("HT Active"),
        table.truths("in Maintenance Mode"),
        strict=True,
    )
    for name, size, used, place, make, said, row in zip(
        table.texts("Host"), sizes, use, places, makes, says, rest, strict=True
    ):
        memory, speed, threaded, maintenance = row
        shape = _shape(size, quality)
        if not name or shape is None:
            why = "hosts that do not say how many cores they have" if name else "lines that are no host"
            yield None, "", why
            continue
        if not size_of(memory):
            quality.say("hosts do not say how much memory they have")
        sockets, cores = shape
        yield (
            Host(
                name=name,
                sockets=sockets,
                cores_per_socket=cores,
                memory=size_of(memory) or 0.0,
                cluster=place[0] or None,
                datacenter=place[1] or None,
                vendor=make[0],
                model=make[1],
                processor=make[2],
                core_hz=_clock(speed, make[2], quality),
                threads=None if threaded is None else sockets * cores * (2 if threaded else 1),
                cpu_used=_part(used[0]),
                memory_used=_part(used[1]),
                version=said[0],
                licence=KEY.sub("", said[1]).strip(" -,;()"),
                maintenance=bool(maintenance),
            ),
            place[2],
            "",
        )


def _shape(size: Sequence[float | None], quality: Quality) -> tuple[int, int] | None:
    """Sockets and cores of each; None where nothing says how many cores there are."""
    sockets, each, cores = size
    if sockets and each and sockets >= 1 and each >= 1:
        if cores and cores != sockets * each:
            quality.say("hosts have other cores than sockets times cores per socket, which is taken")
        return int(sockets), int(each)
    if not cores or cores < 1:
        return None
    count = int(sockets) if sockets and sockets >= 1 else int(cores // each) if each and each >= 1 else 0
    if not count:
        count = USUAL_SOCKETS if cores >= USUAL_SOCKETS else 1
        quality.guess(f"hosts do not say how many sockets they have, {USUAL_SOCKETS} are taken")
    return count, max(1, int(cores) // count)


def _clock(speed: float | None, processor: str, quality: Quality) -> float | None:
    if speed and speed > 0:
        return speed
    match = GHZ.search(processor)
    if not match:
        return None
    quality.guess("hosts do not say their clock, that in the processor's name is taken")
    return float(match[1].replace(",", ".")) * 1e9


def _part(percent: float | None) -> float | None:
    return percent / 100 if percent is not None and 0 <= percent <= 100 else None


def settle(drafts: Sequence[Draft], found: list[Host], index: Hosts, of_vms: Quality, of_hosts: Quality | None) -> None:
    """Give each VM the name of its host as vHost has it, and its clock; a host without a cluster takes its VMs'."""
    peopled = dict[int, set[str | None]]()
    for draft in drafts:
        at = index.find(draft.host, draft.server) if draft.host else None
        if at is None:
            if draft.host and found:
                of_vms.say("VMs are on hosts that vHost does not have")
            if draft.core_hz is not None:
                of_vms.guess("VMs have the clock of their cores from vCPU's Max")
            continue
        host = found[at]
        if draft.host != host.name:
            of_vms.say("VMs found their host by another spelling of its name")
        peopled.setdefault(at, set()).add(draft.cluster)
        of_vms.joined += 1
        draft.host = host.name
        draft.cluster = draft.cluster or host.cluster
        draft.datacenter = draft.datacenter or host.datacenter
        draft.core_hz = host.core_hz or draft.core_hz
    if of_hosts is not None:
        of_hosts.joined = len(peopled)
        for at, clusters_of in peopled.items():
            if found[at].cluster is None and len(clusters_of) == 1 and None not in clusters_of:
                found[at] = replace(found[at], cluster=clusters_of.pop())
                of_hosts.guess("hosts do not say their cluster, that of all their VMs is taken")


def clusters(table: Table, found: Sequence[Host]) -> Quality:
    """Compare what vCluster counts with the hosts there are."""
    quality = Quality(table)
    have: dict[str, int] = {}
    for host in found:
        if host.cluster:
            have[host.cluster.lower()] = have.get(host.cluster.lower(), 0) + 1
    for name, count in zip(table.texts("Name"), table.numbers("NumHosts"), strict=True):
        if not name:
            quality.drop("lines that are no cluster")
            continue
        quality.read += 1
        quality.joined += name.lower() in have
        if found and count is not None and count != have.get(name.lower(), 0):
            quality.say("clusters have another number of hosts than vHost has")
    return quality
