"""What a synthetic estate is made of: facts of facts/estates, all of them assumed.

Units: bytes, seconds, parts. Lists stand beside lists of the shares of their values, which add up to 1.
"""

from __future__ import annotations

from vinfra.spec import Day, Spec, field
from vinfra.units import Bytes, Fraction, Seconds

PAIR = "from and to"


class VirtualEra(Spec):
    """A virtual estate (fact kind `estates`)."""

    title: str = field(..., "what it is")
    taken: Day = field(..., "day of the record")
    demand: str = field(..., "the trace whose statistics say how busy machines are (fact kind `traces`)")
    servers: list[str] = field(..., "host models, the older first (fact kind `servers`)", min_length=2, max_length=2)
    host_memory: list[Bytes] = field(..., "memory of a host of each", min_length=2, max_length=2)
    versions: list[str] = field(..., "what runs on each", min_length=2, max_length=2)
    older: float = field(..., "part of the clusters on the older model", ge=0, le=1)
    cluster: int = field(..., "VMs of one cluster", ge=1)
    vcpus_per_core: float = field(..., "vCPUs on one core", gt=0)
    memory_fill: Fraction = field(..., "part of a host's memory that its VMs are configured with", gt=0)
    datastore: Bytes = field(..., "capacity of one", gt=0)
    datastore_fill: Fraction = field(..., "how full it is", gt=0)
    roles: dict[str, float] = field(..., "what machines are for, and the share of each")
    systems: dict[str, float] = field(..., "operating systems, and the share of each")
    vcpus: list[int] = field(..., "vCPUs of a machine")
    vcpus_shares: list[float] = field(..., "their shares")
    memory_per_vcpu: list[Bytes] = field(..., "memory for each vCPU")
    memory_shares: list[float] = field(..., "their shares")
    system_disk: list[Bytes] = field(..., "size of the first disk")
    system_disk_shares: list[float] = field(..., "their shares")
    data_disks: list[int] = field(..., "further disks")
    data_disks_shares: list[float] = field(..., "their shares")
    data_disk: Bytes = field(..., "median size of a further disk")
    data_disk_spread: float = field(..., "standard deviation of its logarithm", ge=0)
    used: list[Fraction] = field(..., f"part of a disk that file systems hold, {PAIR}", min_length=2, max_length=2)
    thin: Fraction = field(..., "part of the machines with thin disks")
    active: list[Fraction] = field(..., f"part of the memory that is active, {PAIR}", min_length=2, max_length=2)
    template: Fraction = field(..., "part that are templates")
    switched_off: Fraction = field(..., "part that are switched off")
    snapshot: Fraction = field(..., "part that have a snapshot")
    snapshot_age: Seconds = field(..., "mean age of one")
    snapshot_part: Fraction = field(..., "its size as a part of the disks")
    orphan: Fraction = field(..., "files nobody owns, for each machine")
    raw: Fraction = field(..., "part with a raw LUN")
    usb: Fraction = field(..., "part with a USB device")
    passed_through: Fraction = field(..., "part with passed-through PCI")
    independent: Fraction = field(..., "part with an independent disk")
    tracked: Fraction = field(..., "part whose changed blocks are tracked")
    reserved: Fraction = field(..., "part with all their memory reserved")


class PhysicalEra(Spec):
    """A machine room (fact kind `estates`)."""

    title: str = field(..., "what it is")
    taken: Day = field(..., "day of the record")
    servers: dict[str, float] = field(..., "models (fact kind `servers`), and the share of each")
    memory: list[Bytes] = field(..., "memory of a server")
    memory_shares: list[float] = field(..., "their shares")
    disk: list[Bytes] = field(..., "disks of a server together")
    disk_shares: list[float] = field(..., "their shares")
    used: list[Fraction] = field(..., f"part of the disks that file systems hold, {PAIR}", min_length=2, max_length=2)
    memory_used: list[Fraction] = field(..., f"part of the memory in use, {PAIR}", min_length=2, max_length=2)
    cpu: Fraction = field(..., "median of mean CPU use")
    cpu_spread: float = field(..., "standard deviation of its logarithm", ge=0)
    cpu_p95: float = field(..., "95th percentile to mean", ge=1)
    cpu_peak: float = field(..., "highest to mean", ge=1)
    measured: Fraction = field(..., "part whose power was measured")
    rack: int = field(..., "servers of one rack", ge=1)
    retired: Fraction = field(..., "part that is switched off")
    roles: dict[str, float] = field(..., "what servers are for, and the share of each")
    systems: dict[str, float] = field(..., "operating systems, and the share of each")
