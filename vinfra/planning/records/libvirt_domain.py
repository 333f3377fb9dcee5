"""A domain of libvirt as a machine: `virsh dumpxml NAME`. A running one has an `id`.

Memory is KiB where no unit is said; the size of a disk is not in a domain but in its volume (`virsh vol-dumpxml`).
Source: https://libvirt.org/formatdomain.html, formatstorage.html.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from vinfra.planning.inventory import Disk, Machine
from vinfra.planning.records.xml_trees import attribute, text

NUMBER = re.compile(r"\d{1,18}")
UNITS = {
    **dict.fromkeys(("b", "bytes"), 1.0),
    **{"KB": 1e3, "MB": 1e6, "GB": 1e9, "TB": 1e12, "PB": 1e15},
    **dict.fromkeys(("k", "KiB"), 2.0**10),
    **dict.fromkeys(("M", "MiB"), 2.0**20),
    **dict.fromkeys(("G", "GiB"), 2.0**30),
    **dict.fromkeys(("T", "TiB"), 2.0**40),
    **dict.fromkeys(("P", "PiB"), 2.0**50),
}
DEVICES = {"pci": "passed-through PCI", "usb": "a USB device", "mdev": "a part of a GPU", "scsi": "a SCSI device"}
GIVEN = ("/dev/disk/", "/dev/mapper/mpath")  # block devices that are LUNs, not volumes of the host


@dataclass(frozen=True, slots=True)
class Volume:
    """A volume of a storage pool: what it may grow to, and what it takes."""

    capacity: float
    allocation: float | None
    pool: str


def size(element: Element | None, unit: str = "KiB") -> float | None:
    """Bytes of an element with a unit; None where it is not there or no number. ValueError for a unit nobody knows."""
    if element is None or not NUMBER.fullmatch((element.text or "").strip()):
        return None
    said = element.get("unit", unit)
    if said not in UNITS:
        raise ValueError(f"<{element.tag} unit='{ascii(said)[1:-1]}'> has a unit that libvirt does not know")
    return float((element.text or "").strip()) * UNITS[said]


def machine(
    domain: Element, name: str, host: str | None, clock: float | None, volumes: Mapping[str, Volume]
) -> Machine:
    """The domain as a machine on a host; ValueError whose message says what is wrong with it."""
    memory = size(domain.find("memory"))
    vcpu = domain.find("vcpu")
    count = "1" if vcpu is None else vcpu.get("current", (vcpu.text or "").strip())
    if not memory:
        raise ValueError("<memory> says no size")
    if not re.fullmatch(r"\d{1,5}", count) or int(count) < 1:
        raise ValueError(f"<vcpu> is no number of CPUs: '{ascii(count[:20])[1:-1]}'")
    disks = [disk for each in domain.findall("devices/disk") if (disk := _disk(each, volumes))]
    known = [volumes[key] for each in domain.findall("devices/disk") if (key := _source(each)) in volumes]
    taken = [volume.allocation for volume in known if volume.allocation is not None]
    sized = bool(disks) and len(known) == len(disks)
    return Machine(
        name=name,
        kind="vm",
        vcpus=int(count),
        memory=memory,
        power="on" if domain.get("id", "").isdigit() else "off",
        host=host,
        os=system(domain),
        core_hz=clock,
        disks=tuple(disks),
        provisioned=sum(disk.capacity for disk in disks) if sized else None,
        in_use=sum(taken) if sized and len(taken) == len(known) else None,
        memory_reservation=size(domain.find("memtune/min_guarantee")) or 0.0,
        cpu_limit=_limit(domain, int(count), clock),
        blockers=_blockers(domain, disks),
    )


def system(domain: Element) -> str:
    """The operating system by its address in libosinfo (`http://ubuntu.com/ubuntu/22.04`); empty where it is unsaid."""
    for element in domain.iterfind("metadata//*"):
        tag = element.tag.rpartition(":")[2]
        address = element.get("id", "")
        if tag == "os" and address.startswith("http"):
            owner, *words = address.partition("://")[2].split("/")
            named = " ".join(words)
            return f"Windows {named.removeprefix('win ')}" if owner == "microsoft.com" else f"{named} ({owner})"
    return "Linux" if domain.find("os/kernel") is not None else ""


def _source(disk: Element) -> str:
    """What names the disk's content: a path, or pool and volume."""
    source = disk.find("source")
    if source is None:
        return ""
    if source.get("volume"):
        return f"{source.get('pool', '')}/{source.get('volume', '')}"
    return source.get("file") or source.get("dev") or source.get("name") or ""


def _disk(disk: Element, volumes: Mapping[str, Volume]) -> Disk | None:
    """A disk; None for a drive."""
    device, key = disk.get("device", "disk"), _source(disk)
    if device not in ("disk", "lun"):
        return None
    volume = volumes.get(key)
    form = attribute(disk, "driver", "type")
    store = volume.pool if volume else key.rpartition("/")[0]
    return Disk(
        label=attribute(disk, "target", "dev") or "disk",
        capacity=volume.capacity if volume else 0.0,
        thin=True if form in ("qcow2", "qed", "vmdk") else (False if disk.get("type") == "block" else None),
        raw=device == "lun" or key.startswith(GIVEN),
        shared=disk.find("shareable") is not None,
        datastore=store or None,
    )


def _limit(domain: Element, vcpus: int, clock: float | None) -> float:
    """Hertz that the quota of each vCPU leaves it; infinity where there is none."""
    quota, period = text(domain, "cputune/quota"), text(domain, "cputune/period") or "100000"
    if clock is None or not NUMBER.fullmatch(quota) or not NUMBER.fullmatch(period) or not int(period):
        return float("inf")
    return min(1.0, int(quota) / int(period)) * vcpus * clock


def _blockers(domain: Element, disks: list[Disk]) -> tuple[str, ...]:
    """What hinders moving it, in words."""
    words = [f"a raw LUN as {disk.label}" for disk in disks if disk.raw]
    words += [DEVICES.get(each.get("type", ""), "a device of the host") for each in domain.findall("devices/hostdev")]
    words += ["passed-through PCI (network)" for _ in domain.findall("devices/interface[@type='hostdev']")]
    words += ["a folder of its host" for _ in domain.findall("devices/filesystem")]
    words += ["state in a TPM"] if domain.find("devices/tpm") is not None else []
    words += ["memory encrypted for its host"] if domain.find("launchSecurity") is not None else []
    return tuple(dict.fromkeys(words))
