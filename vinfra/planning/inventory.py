"""What an estate consists of, whoever wrote it down: machines, hosts, datastores, snapshots, files nobody owns, and how
good the record is.

Units: bytes, hertz, seconds. None stands for what the record does not say, infinity for a limit that is none: neither
is ever a guess. A reader (records/readers/) fills this in; everything after it knows no file format.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Literal

Power = Literal["on", "off", "suspended"]
Family = Literal["windows", "linux", "other"]


@dataclass(frozen=True, slots=True)
class Disk:
    """One virtual or physical disk. `used` is what the guest's file systems hold of it."""

    label: str
    capacity: float
    used: float | None = None
    thin: bool | None = None
    raw: bool = False  # a LUN given to the guest as it is
    shared: bool = False  # with other machines
    independent: bool = False  # no snapshots of it, so no image backup
    datastore: str | None = None


@dataclass(frozen=True, slots=True)
class Machine:
    """A VM or a physical server. `name` is its own in the estate: a reader numbers those that are called alike.

    `core_hz` is the clock of the cores it runs on. Three truths about its disks: `provisioned` is what it may grow to,
    `in_use` what it takes on datastores, `guest_used` what its file systems hold. `cpu_used` (hertz of all vCPUs),
    `memory_active` and `memory_consumed` are what the record saw, at one moment or on average, `cpu_p95` the 95th
    percentile and `cpu_peak` the highest.
    `blockers` say what hinders moving it (a raw LUN, a USB device, passed-through PCI), `chores` what somebody does
    before it moves (a CD taken out, disks consolidated), in words.
    """

    name: str
    kind: Literal["vm", "physical"]
    vcpus: int
    memory: float
    power: Power = "on"
    template: bool = False
    host: str | None = None
    cluster: str | None = None
    datacenter: str | None = None
    os: str = ""
    core_hz: float | None = None
    disks: tuple[Disk, ...] = ()
    provisioned: float | None = None
    in_use: float | None = None
    guest_used: float | None = None
    cpu_used: float | None = None
    cpu_p95: float | None = None
    cpu_peak: float | None = None
    memory_active: float | None = None
    memory_consumed: float | None = None
    ready: float | None = None  # part of the time a vCPU waited for a core
    cpu_reservation: float = 0.0
    cpu_limit: float = float("inf")
    memory_reservation: float = 0.0
    memory_limit: float = float("inf")
    tracking: bool | None = None  # changed blocks are remembered
    blockers: tuple[str, ...] = ()
    chores: tuple[str, ...] = ()
    hardware: str = ""  # of a physical server: vendor and model
    watts: float | None = None  # of a physical server, as measured
    rack: str | None = None
    role: str = ""  # what it is there for, in words of the record

    @property
    def family(self) -> Family:
        """What kind of licence and converter it needs, from the name of its operating system."""
        said = self.os.lower()
        if "windows" in said:
            return "windows"
        known = (
            "linux",
            "ubuntu",
            "debian",
            "centos",
            "red hat",
            "rhel",
            "suse",
            "sles",
            "oracle",
            "rocky",
            "alma",
            "photon",
            "fedora",
            "l26",
        )
        return "linux" if any(word in said for word in known) else "other"

    @property
    def runs(self) -> bool:
        """Whether it takes CPU and memory of a host now."""
        return self.power == "on" and not self.template

    @property
    def disk(self) -> float:
        """Bytes its disks are configured with; what is provisioned where no disk is named."""
        return sum(disk.capacity for disk in self.disks) if self.disks else (self.provisioned or 0.0)


@dataclass(frozen=True, slots=True)
class Host:
    """A host of today. `cpu_used` and `memory_used` are parts of the whole."""

    name: str
    sockets: int
    cores_per_socket: int
    memory: float
    cluster: str | None = None
    datacenter: str | None = None
    vendor: str = ""
    model: str = ""
    processor: str = ""
    core_hz: float | None = None
    threads: int | None = None
    cpu_used: float | None = None
    memory_used: float | None = None
    version: str = ""
    licence: str = ""
    maintenance: bool = False
    rack: str | None = None

    @property
    def cores(self) -> int:
        """Cores of all sockets."""
        return self.sockets * self.cores_per_socket


@dataclass(frozen=True, slots=True)
class Datastore:
    """A datastore of today."""

    name: str
    kind: str  # VMFS, NFS, vSAN, dir, lvmthin, ...
    capacity: float
    free: float | None = None
    provisioned: float | None = None
    hosts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A snapshot that is there; `size` of its files together."""

    machine: str
    name: str
    taken: datetime | None
    size: float | None


@dataclass(frozen=True, slots=True)
class Orphan:
    """A file on a datastore that belongs to no machine of the inventory."""

    path: str
    size: float | None
    why: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """How well one table was read: a sheet, a file, a list in a JSON document."""

    name: str
    rows: int = 0
    read: int = 0
    dropped: int = 0
    joined: int = 0  # rows that found the machine or host they speak of
    guessed: int = 0  # values that were filled in, each kind named in `remarks`
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Missing:
    """A sheet or column that is not there, and what the plan cannot say without it."""

    what: str
    without: str


@dataclass(frozen=True, slots=True)
class Inventory:
    """All of it. `taken` is the day of the record where it says so; ages of snapshots are counted from there."""

    source: str
    form: str  # name of the reader
    taken: date | None = None
    machines: Sequence[Machine] = ()
    hosts: Sequence[Host] = ()
    datastores: Sequence[Datastore] = ()
    snapshots: Sequence[Snapshot] = ()
    orphans: Sequence[Orphan] = ()
    sheets: Sequence[Sheet] = ()
    missing: Sequence[Missing] = ()
    notes: Sequence[str] = field(default_factory=tuple)

    def running(self) -> Iterator[Machine]:
        """Machines that take CPU and memory now, in the order of the record."""
        return (machine for machine in self.machines if machine.runs)

    def in_order(self) -> Inventory:
        """The same by name: the order of its rows is an accident of who wrote it down."""
        return replace(
            self,
            machines=sorted(self.machines, key=lambda one: one.name),
            hosts=sorted(self.hosts, key=lambda one: one.name),
            datastores=sorted(self.datastores, key=lambda one: one.name),
            snapshots=sorted(self.snapshots, key=lambda one: (one.machine, str(one.taken or ""), one.name)),
            orphans=sorted(self.orphans, key=lambda one: one.path),
        )
