"""vDatastore and vSnapshot: where disks are, and what was kept of them. Bytes; times without a zone, as written."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from vinfra.planning.inventory import Datastore, Host, Snapshot
from vinfra.planning.records.naming import unlike
from vinfra.planning.records.rvtools.draft import MIB
from vinfra.planning.records.rvtools.joining import Hosts, Machines
from vinfra.planning.records.rvtools.quality import Quality
from vinfra.planning.records.rvtools.vms import size_of
from vinfra.planning.records.tables.table import Table


@dataclass(frozen=True, slots=True)
class Kept:
    """A snapshot of the draft at a position, before machines have their own names."""

    at: int
    snapshot: Snapshot


def datastores(table: Table, hosts: Sequence[Host], index: Hosts) -> tuple[list[Datastore], Quality]:
    """Datastores in the order of the sheet; those that are called alike are numbered."""
    quality, found = Quality(table), list[Datastore]()
    rows = zip(
        table.texts("Name"),
        table.texts("Type"),
        table.numbers("Capacity MiB", scale=MIB),
        table.numbers("Free MiB", scale=MIB),
        table.numbers("Provisioned MiB", scale=MIB),
        table.texts("Hosts"),
        table.texts("VI SDK Server"),
        table.truths("Accessible"),
        strict=True,
    )
    for name, kind, capacity, free, provisioned, users, server, accessible in rows:
        if not name:
            quality.drop("lines that are no datastore")
            continue
        if size_of(capacity) is None:
            quality.guess("datastores without a capacity, taken as empty")
        if accessible is False:
            quality.say("datastores are not accessible")
        said = [user.strip() for user in re.split(r"[,;\n]", users) if user.strip()]
        places = [(user, index.find(user, server)) for user in said]
        quality.joined += any(at is not None for _, at in places)
        known = tuple(user if at is None else hosts[at].name for user, at in places)
        found.append(Datastore(name, kind, size_of(capacity) or 0.0, size_of(free), size_of(provisioned), known))
    quality.read = len(found)
    names, numbered = unlike(datastore.name for datastore in found)
    if numbered:
        quality.say("datastores have the name of another and are numbered", numbered)
    renamed = [
        Datastore(name, one.kind, one.capacity, one.free, one.provisioned, one.hosts)
        for name, one in zip(names, found, strict=True)
    ]
    return renamed, quality


def snapshots(table: Table, index: Machines) -> tuple[list[Kept], Quality]:
    """Snapshots of VMs that are in the inventory."""
    quality = Quality(table)
    rows = zip(
        index.places(quality),
        table.texts("Name"),
        table.moments("Date / time"),
        table.numbers("Size MiB (total)", scale=MIB),
        strict=True,
    )
    found = [Kept(at, Snapshot("", name, taken, size_of(size))) for at, name, taken, size in rows if at is not None]
    return found, quality
