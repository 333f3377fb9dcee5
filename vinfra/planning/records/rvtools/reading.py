"""From the sheets of an RVTools export to an inventory: vInfo first, then what joins it, sheet by sheet."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from vinfra.errors import InputError, Place
from vinfra.planning.inventory import Datastore, Host, Inventory, Machine, Missing, Snapshot
from vinfra.planning.records.naming import unlike
from vinfra.planning.records.rvtools import clusters, devices, disks, files, leftovers, record, storage, usage, vms
from vinfra.planning.records.rvtools import hosts as servers_of_today
from vinfra.planning.records.rvtools.columns import COLUMN_GIVES, SHEET_GIVES
from vinfra.planning.records.rvtools.draft import Draft
from vinfra.planning.records.rvtools.joining import Hosts, Machines
from vinfra.planning.records.rvtools.quality import Quality
from vinfra.planning.records.tables.table import Table
from vinfra.workloads.files import shown

Joining = Callable[[Table, Sequence[Draft], Machines], Quality]
# vMemory before vNetwork, which asks what is reserved; vDisk before vPartition, which fills its disks.
JOINED: Mapping[str, Joining] = {
    "vCPU": usage.cpu,
    "vMemory": usage.memory,
    "vDisk": disks.disks,
    "vPartition": disks.partitions,
    "vNetwork": devices.cards,
    "vCD": devices.discs,
    "vUSB": devices.usb,
    "vTools": devices.tools,
}


def inventory(path: Path, form: str) -> Inventory:
    """The inventory at a path; InputError for what is no export, or one without a VM."""
    tables, notes = files.tables(path)
    info = tables.get("vInfo")
    if info is None or "VM" not in info:
        what = "has no sheet vInfo" if info is None else "has no column VM in vInfo"
        raise InputError.at(
            Place(shown(path)), f"{what}; export all sheets of RVTools (File, Export all to xlsx or csv)"
        )
    drafts, index, of_vms = vms.machines(info)
    qualities = [of_vms]
    qualities += [join(tables[sheet], drafts, index) for sheet, join in JOINED.items() if sheet in tables]
    found, servers, by_name, of_hosts = _hosts(tables)
    servers_of_today.settle(drafts, found, by_name, of_vms, of_hosts)
    qualities += [of_hosts] if of_hosts else []
    qualities += [servers_of_today.clusters(tables["vCluster"], found)] if "vCluster" in tables else []
    found, shared = clusters.told_apart(drafts, found, servers)
    if shared:
        of_vms.say("names of clusters are those of several clusters, which are told apart", shared)
    machines, names = _machines(drafts, of_vms, path)
    stores, kept = list[Datastore](), list[storage.Kept]()
    if "vDatastore" in tables:
        stores, quality = storage.datastores(tables["vDatastore"], found, by_name)
        qualities.append(quality)
    if "vSnapshot" in tables:
        kept, quality = storage.snapshots(tables["vSnapshot"], index)
        qualities.append(quality)
    orphans, more = leftovers.orphans(tables)
    day, dated = record.taken(tables)
    qualities += [*more, *record.others(tables)]
    return Inventory(
        source=shown(path),
        form=form,
        taken=day,
        machines=machines,
        hosts=tuple(found),
        datastores=tuple(stores),
        snapshots=tuple(_snapshots(kept, names)),
        orphans=tuple(orphans),
        sheets=tuple(quality.sheet() for quality in qualities),
        missing=tuple(_missing(tables)),
        notes=(*notes, *dated, *record.notes(tables)),
    )


def _hosts(tables: Mapping[str, Table]) -> tuple[list[Host], list[str], Hosts, Quality | None]:
    if "vHost" not in tables:
        return [], [], Hosts(), None
    return servers_of_today.hosts(tables["vHost"])


def _machines(drafts: Sequence[Draft], quality: Quality, path: Path) -> tuple[tuple[Machine, ...], dict[int, str]]:
    """Machines with names of their own; those that no sheet gives a size are dropped, since nothing can carry them."""
    names, numbered = unlike(draft.name for draft in drafts)
    if numbered:
        quality.say("VMs have the name of another and are numbered", numbered)
    kept = {at: names[at] for at, draft in enumerate(drafts) if draft.vcpus and draft.memory}
    if len(kept) < len(drafts):
        quality.drop("VMs without CPUs or memory in any sheet", len(drafts) - len(kept))
        quality.read = len(kept)
    if not kept:
        why = "has no VM with CPUs and memory; export all sheets of RVTools, vCPU and vMemory among them"
        raise InputError.at(Place(shown(path)), why)
    return tuple(drafts[at].machine(name) for at, name in kept.items()), kept


def _snapshots(kept: Sequence[storage.Kept], names: Mapping[int, str]) -> Iterator[Snapshot]:
    return (replace(one.snapshot, machine=names[one.at]) for one in kept if one.at in names)


def _missing(tables: Mapping[str, Table]) -> Iterator[Missing]:
    """Sheets and columns that are not there, in the order of RVTools."""
    for sheet, gives in SHEET_GIVES.items():
        if sheet not in tables:
            yield Missing(sheet, gives)
    for (sheet, column), gives in COLUMN_GIVES.items():
        if sheet in tables and column not in tables[sheet]:
            yield Missing(f"{sheet}: {column}", gives)
