"""libvirt: what `virsh dumpxml` writes of each domain, in files, folders or one file with a root around them.

    mkdir kvm1; for vm in $(virsh list --all --name); do virsh dumpxml $vm > kvm1/$vm.xml; done
    virsh capabilities > kvm1/capabilities.xml; virsh nodeinfo > kvm1/nodeinfo.txt

A folder is a host, and its folders are hosts each. Volumes (`virsh vol-dumpxml`, which has the sizes of disks), pools
(`virsh pool-dumpxml`) and snapshots (`virsh snapshot-dumpxml`) are read too. Source: https://libvirt.org/format.html.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import ClassVar
from xml.etree.ElementTree import Element

from vinfra.errors import InputError, Place
from vinfra.planning.inventory import Datastore, Host, Inventory, Machine, Missing, Sheet, Snapshot
from vinfra.planning.records import libvirt_host as hosts
from vinfra.planning.records.libvirt_domain import Volume, machine
from vinfra.planning.records.naming import unlike
from vinfra.planning.records.reader import Reader, readers
from vinfra.planning.records.xml_trees import parsed, text
from vinfra.workloads.files import Complaints, contents, quoted, shown

LARGEST = 1 << 28  # bytes of all files; a domain is 5 to 20 kB
FILES = 200_000
LOOKED_AT = 1 << 14
ROOTS = ("domains", "libvirt", "hosts", "inventory")  # of a file with several documents
KNOWN = (b"<domain", b"<capabilities")


@dataclass(slots=True)
class Site:
    """Everything of one host: `stem` of a document says what it is of where it does not."""

    host: str
    domains: list[tuple[str, Element]] = field(default_factory=list)
    frames: list[hosts.Frame] = field(default_factory=list)
    volumes: dict[str, Volume] = field(default_factory=dict)
    pools: list[Datastore] = field(default_factory=list)
    snapshots: list[Element] = field(default_factory=list)
    others: int = 0

    def take(self, file: str, root: Element, pool: str = "") -> None:
        """Sort one document by its root."""
        if root.tag == "domain":
            self.domains.append((file, root))
        elif root.tag == "capabilities":
            self.frames.append(hosts.capabilities(root))
        elif root.tag == "volume":
            found = hosts.volume(root, pool)
            self.volumes |= dict.fromkeys(found[0], found[1]) if found else {}
        elif root.tag == "pool":
            self.pools.append(hosts.datastore(root, (self.host,) if self.host else ()))
        elif root.tag == "domainsnapshot":
            self.snapshots.append(root)
        elif root.tag in ROOTS:
            for child in root:
                self.take(file, child)
        else:
            self.others += 1


@readers.register("libvirt")
class Libvirt(Reader):
    """Domains of libvirt, with hosts, volumes, pools and snapshots where they are given."""

    title: ClassVar[str] = "domains of libvirt (virsh dumpxml), a file or a folder for each host"
    source: ClassVar[str] = "https://libvirt.org/formatdomain.html"

    def knows(self, path: Path) -> bool:
        """Whether some file speaks of a domain or of capabilities."""
        try:
            files = [path] if path.is_file() else [*sorted(path.glob("*.xml"))[:20], *sorted(path.glob("*/*.xml"))[:20]]
            return any(_speaks(file) for file in files if file.is_file() and file.suffix.lower() == ".xml")
        except (OSError, ValueError):
            return False

    def read(self, path: Path) -> Inventory:
        """All hosts; InputError with file and line for what is no XML or says what cannot be, 20 at most."""
        complaints, sites = Complaints(), []
        for folder, files in _folders(path):
            site = Site(folder)
            for file, data in contents(files, complaints, LARGEST):
                if file.suffix.lower() == ".xml":
                    try:
                        site.take(shown(file), parsed(shown(file), data))
                    except ValueError as wrong:
                        complaints.add(shown(file), None, str(wrong))
                elif frame := hosts.nodeinfo(data[:LOOKED_AT].decode("utf-8", "replace")):
                    site.frames.append(frame)
            sites.append(site)
        complaints.stop()
        if not any(site.domains for site in sites):
            raise InputError.at(Place(shown(path)), "has no <domain>; write one with `virsh dumpxml NAME > NAME.xml`")
        inventory = _inventory(self.name, shown(path), sites, complaints)
        complaints.stop()
        return inventory


def _speaks(file: Path) -> bool:
    with open(file, "rb") as stream:
        begin = stream.read(LOOKED_AT)
    return any(word in begin for word in KNOWN)


def _folders(path: Path) -> Iterator[tuple[str, list[Path]]]:
    """Names of hosts and their files, sorted; links are not followed, so nothing outside is read."""
    if path.is_file():
        if path.stat().st_size > LARGEST:
            raise InputError.at(Place(shown(path)), f"is larger than {LARGEST >> 20} MiB; split it")
        yield "", [path]
        return
    left, size = FILES, LARGEST
    below = sorted(entry.name for entry in os.scandir(path) if entry.is_dir(follow_symlinks=False))
    for name in ["", *(one for one in below if not one.startswith("."))]:
        entries = sorted(os.scandir(path / name), key=lambda entry: entry.name)
        files = [entry for entry in entries if entry.is_file(follow_symlinks=False) and _wanted(entry.name)]
        left, size = left - len(files), size - sum(entry.stat().st_size for entry in files)
        if left < 0 or size < 0:
            raise InputError.at(Place(shown(path)), f"has more than {FILES:,} files or {LARGEST >> 20} MiB; split it")
        if files:
            yield name or path.resolve().name, [Path(entry.path) for entry in files]


def _wanted(name: str) -> bool:
    return name.lower().endswith(".xml") or "nodeinfo" in name.lower()


def _inventory(form: str, file: str, sites: list[Site], complaints: Complaints) -> Inventory:
    machines: list[Machine] = []
    found: list[Host] = []
    stores: dict[str, Datastore] = {}
    every = [(site, where, domain) for site in sites for where, domain in site.domains]
    names, alike = unlike([text(domain, "name") or "domain" for _, _, domain in every])
    for site in sites:
        host = hosts.host(site.host or "host", site.frames) if site.frames else None
        found += [host] if host else []
        for store in site.pools:
            stores.setdefault(f"{store.name} on {site.host}" if store.name in stores else store.name, store)
    by_host = {host.name: host for host in found}
    for name, (site, where, domain) in zip(names, every, strict=True):
        named = site.host or ("host" if "host" in by_host else None)
        clock = by_host[named].core_hz if named in by_host else None
        try:
            machines.append(machine(domain, name, named, clock, site.volumes))
        except ValueError as wrong:
            complaints.add(where, None, f"domain {quoted(name)}: {wrong}")
    known = {(site.host, text(domain, "name")): name for name, (site, _, domain) in zip(names, every, strict=True)}
    others = sum(site.others for site in sites)
    remarks = [f"{alike:,} domains have the name of another and are numbered"] if alike else []
    remarks += [f"{others:,} documents are of nothing a plan needs"] if others else []
    joined = sum(1 for one in machines if one.host in by_host)
    return Inventory(
        source=file,
        form=form,
        machines=machines,
        hosts=found,
        datastores=[stores[name] for name in sorted(stores)],
        snapshots=[
            snapshot for site in sites for each in site.snapshots for snapshot in _snapshot(each, site.host, known)
        ],
        sheets=(Sheet("domains", len(every), len(machines), 0, joined, 0, tuple(remarks)),),
        missing=tuple(_missing(sites, machines, found)),
    )


def _snapshot(root: Element, host: str, known: dict[tuple[str, str], str]) -> Iterator[Snapshot]:
    """A snapshot of a domain that is there; its time in UTC."""
    of, created = (host, text(root, "domain/name")), text(root, "creationTime")
    if of in known:
        right = created.isascii() and created.isdigit() and len(created) <= 11
        at = datetime.fromtimestamp(int(created), UTC).replace(tzinfo=None) if right else None
        yield Snapshot(known[of], text(root, "name"), at, None)


def _missing(sites: list[Site], machines: list[Machine], found: list[Host]) -> Iterator[Missing]:
    """Documents that are not there."""
    if not found:
        yield Missing("hosts (virsh capabilities, virsh nodeinfo)", "power, licences and CPU clock of today")
    if any(one.provisioned is None and one.disks for one in machines):
        yield Missing("volumes (virsh vol-dumpxml)", "the size of disks: storage, backup and copying without them")
    if not any(site.snapshots for site in sites):
        yield Missing("snapshots (virsh snapshot-dumpxml)", "which snapshots are there, and how old")
    yield Missing("use of CPU and memory", "how busy domains are: give a recording with --utilisation")
