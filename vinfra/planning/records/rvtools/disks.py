"""vDisk and vPartition: which disks a VM has, and what its guest stores on them.

Bytes. A file system that is mounted in several places (containers do it) has a row for each: rows of a VM with the same
disk, capacity and free space count once. What a guest stores is at most what its disks hold.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from vinfra.planning.inventory import Disk
from vinfra.planning.records.rvtools.draft import MIB, Draft
from vinfra.planning.records.rvtools.joining import Machines
from vinfra.planning.records.rvtools.quality import Quality
from vinfra.planning.records.rvtools.vms import size_of
from vinfra.planning.records.tables.table import Table

DATASTORE = re.compile(r"\[([^\]]+)\]")
SHARING = ("sharingmultiwriter",)  # VirtualDiskSharing
BUSES = ("physicalsharing", "virtualsharing")  # VirtualSCSISharing
TOLERANCE = 0.01  # sums of whole MiB differ by rounding (assumed)


def disks(table: Table, drafts: Sequence[Draft], index: Machines) -> Quality:
    """The disks of each VM, in the order of the sheet."""
    quality = Quality(table)
    paths = zip(table.texts("Path"), table.texts("Disk Path"), strict=True)
    rows = zip(
        index.places(quality),
        table.texts("Disk"),
        table.texts("Disk Key"),
        table.numbers("Capacity MiB", scale=MIB),
        table.truths("Thin"),
        table.truths("Raw"),
        table.texts("Sharing mode"),
        table.texts("Shared Bus"),
        table.texts("Disk Mode"),
        (datastore_of(path) or datastore_of(older) for path, older in paths),
        strict=True,
    )
    for at, label, key, capacity, thin, raw, mode, bus, kept, datastore in rows:
        if at is None:
            continue
        if size_of(capacity) is None:
            quality.guess("disks without a capacity, taken as empty")
        draft = drafts[at]
        disk = Disk(
            label=label or f"disk {len(draft.disks) + 1}",
            capacity=size_of(capacity) or 0.0,
            thin=thin,
            raw=bool(raw),
            shared=mode.lower() in SHARING or bus.lower() in BUSES,
            independent=kept.lower().startswith("independent"),
            datastore=datastore,
        )
        draft.disk_keys[key or str(len(draft.disks))] = len(draft.disks)
        draft.disks.append(disk)
        for blocks, why in (
            (disk.raw, "a raw LUN"),
            (disk.shared, "a disk it shares with other VMs"),
        ):
            if blocks:
                draft.block(why)
        if disk.independent:
            draft.ask("an independent disk, which snapshots leave out: copied while it is off")
    _compared(drafts, quality)
    return quality


def datastore_of(path: str) -> str | None:
    """The datastore of a path `[datastore] folder/file`."""
    match = DATASTORE.match(path)
    return match[1] if match else None


def _compared(drafts: Sequence[Draft], quality: Quality) -> None:
    """Say where vInfo counts other disks."""
    for draft in drafts:
        total = sum(disk.capacity for disk in draft.disks)
        if draft.disk_count is not None and draft.disk_count != len(draft.disks):
            quality.say("VMs have another number of disks than vInfo says; the disks are taken")
        elif draft.capacity is not None and abs(total - draft.capacity) > TOLERANCE * max(total, draft.capacity):
            quality.say("VMs have disks of another size than vInfo says; the disks are taken")


def partitions(table: Table, drafts: Sequence[Draft], index: Machines) -> Quality:
    """What guests store: of a VM, and of a disk where the row names it."""
    quality = Quality(table)
    rows = zip(
        index.places(quality),
        table.texts("Disk Key"),
        table.numbers("Capacity MiB", scale=MIB),
        table.numbers("Consumed MiB", scale=MIB),
        table.numbers("Free MiB", scale=MIB),
        strict=True,
    )
    used: dict[int, dict[str, float]] = {}
    seen: set[tuple[int, str, float | None, float | None]] = set()
    for at, key, capacity, consumed, free in rows:
        if at is None:
            continue
        if consumed is None and capacity is not None and free is not None:
            consumed = capacity - free
        if size_of(consumed) is None:
            quality.say("file systems do not say what is stored on them")
            continue
        mounted = (at, key, capacity, free)
        if mounted in seen:
            quality.say("mounts of file systems that are counted already")
            continue
        seen.add(mounted)
        by_key = used.setdefault(at, {})
        by_key[key] = by_key.get(key, 0.0) + (consumed or 0.0)
    for at, by_key in used.items():
        _store(drafts[at], by_key, quality)
    return quality


def _store(draft: Draft, by_key: dict[str, float], quality: Quality) -> None:
    total, limit = sum(by_key.values()), sum(disk.capacity for disk in draft.disks)
    if draft.disks and total > limit * (1 + TOLERANCE):
        quality.guess("VMs store more than their disks hold; what the disks hold is taken")
    draft.guest_used = min(total, limit) if draft.disks else total
    for key, amount in by_key.items():
        at = draft.disk_keys.get(key)
        if at is not None and key:
            draft.disks[at] = replace(draft.disks[at], used=min(amount, draft.disks[at].capacity))
