"""The configuration of a guest of Proxmox VE: its disks, what hinders moving it, its operating system.

    scsi0: local-lvm:vm-100-disk-0,size=32G,discard=on
    hostpci0: 0000:01:00.0
    ostype: l26

Sizes are binary (G = GiB), memory is MiB. Source: qm.conf(5), pct.conf(5); ostype as the manual of qm lists it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from vinfra.planning.inventory import Disk
from vinfra.planning.records.json_records import Record, Values

DISK = re.compile(r"(?:scsi|virtio|sata|ide|mp)\d{1,3}|rootfs|efidisk0|tpmstate0")
PASSED = re.compile(r"hostpci\d{1,2}")
USB = re.compile(r"usb\d{1,2}")
SIZE = re.compile(r"(\d{1,15}(?:\.\d{1,6})?)([KMGT]?)")
SCALE = {"": 1.0, "K": 2.0**10, "M": 2.0**20, "G": 2.0**30, "T": 2.0**40}
MIB = 2.0**20
THIN = {"lvmthin": True, "rbd": True, "btrfs": True, "lvm": False, "iscsi": False, "iscsidirect": False}
SYSTEMS = {
    "l24": "Linux 2.4",
    "l26": "Linux (l26)",
    "other": "",
    "solaris": "Solaris",
    "w2k": "Windows 2000",
    "w2k3": "Windows Server 2003",
    "w2k8": "Windows Server 2008",
    "wvista": "Windows Vista",
    "wxp": "Windows XP",
    "win7": "Windows 7 or Server 2008 R2",
    "win8": "Windows 8 or Server 2012",
    "win10": "Windows 10 or Server 2016 or 2019",
    "win11": "Windows 11 or Server 2022 or 2025",
}


def system(config: Record, values: Values) -> str:
    """The operating system; containers name a distribution of Linux."""
    named = values.text(config, "ostype")
    if named in SYSTEMS:
        return SYSTEMS[named]
    return f"{named} Linux" if named and named != "unmanaged" else ""


def memory(config: Record, values: Values) -> tuple[float | None, float]:
    """Bytes of memory and those that no balloon takes away; newer releases write `current=2048`."""
    written = config.get("memory")
    if isinstance(written, str):
        config = {**config, "memory": written.removeprefix("current=")}
    size, balloon = values.number(config, "memory"), values.number(config, "balloon")
    return (None if size is None else size * MIB), (balloon or 0.0) * MIB


def disks(config: Record, plugins: Mapping[str, str]) -> list[Disk]:
    """Its disks with the storage each is on; `plugins` says what kind a storage is. Drives for discs are none."""
    found = []
    for key in sorted(config):
        written = config[key]
        if not DISK.fullmatch(key) or not isinstance(written, str):
            continue
        volume, *options = written.split(",")
        said = dict(option.partition("=")[::2] for option in options)
        volume = said.get("volume", said.get("file", volume)).removeprefix("file=").removeprefix("volume=")
        if said.get("media") == "cdrom" or volume in ("none", "cdrom"):
            continue
        storage, colon, _ = volume.partition(":")
        raw = volume.startswith("/")
        size = SIZE.fullmatch(said.get("size", ""))
        found.append(
            Disk(
                label=key,
                capacity=float(size[1]) * SCALE[size[2]] if size else 0.0,
                thin=_thin(volume, plugins.get(storage, "")) if colon and not raw else None,
                raw=raw,
                shared=said.get("shared") == "1",
                datastore=storage if colon and not raw else None,
            )
        )
    return found


def blockers(config: Record, found: list[Disk]) -> tuple[str, ...]:
    """What hinders moving it, in words."""
    words = [f"a raw device as {disk.label}" for disk in found if disk.raw]
    for key in sorted(config):
        written = str(config[key])
        if PASSED.fullmatch(key):
            words.append(f"passed-through PCI ({key})")
        elif USB.fullmatch(key) and "spice" not in written:
            words.append(f"a USB device ({key})")
    if config.get("args"):
        words.append("arguments of its own for QEMU")
    if any(disk.label == "tpmstate0" for disk in found):
        words.append("state in a TPM")
    return tuple(words)


def _thin(volume: str, plugin: str) -> bool | None:
    """Whether a volume grows as it is written; from its kind of storage, or the form of its file."""
    if plugin in THIN:
        return THIN[plugin]
    return True if volume.endswith((".qcow2", ".vmdk")) else None
