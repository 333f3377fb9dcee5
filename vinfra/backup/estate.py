"""What is protected and by whom: machines with their disks, proxies, repositories, as the backup sees them."""

from __future__ import annotations

from dataclasses import dataclass

from vinfra.workloads.writable_set import WritableSet


@dataclass(frozen=True, slots=True)
class Machine:
    """A VM (or a physical server) and its disk: `disk` bytes provisioned, of which `used` hold data; `writes` says
    how the guest overwrites them.

    `tracking` says whether the platform knows the blocks that changed since the last backup: not at all, in a map
    that dies when the VM is powered off, or in one that is kept.
    """

    name: str
    group: str
    host: str
    datastore: str
    disk: float
    used: float
    writes: WritableSet
    memory: float
    tracking: str = "kept"
    product: str = "none"
    windows: bool = True
    physical: bool = False

    def changed(self, seconds: float) -> float:
        """Bytes that differ after so many seconds of writing."""
        return min(self.used, sum(self.writes.dirty(seconds)))


@dataclass(frozen=True, slots=True)
class Proxy:
    """A backup proxy: a server of its own, or a VM on `host` with `cores` of `speed` hertz; so many disks mounted and
    so many streams at once. `shares` are those of a VM against its neighbours."""

    name: str
    host: str
    virtual: bool
    cores: int
    speed: float
    mounts: int
    streams: int
    shares: float = 1000.0

    @property
    def resource(self) -> str:
        """The processor it works on, by name."""
        return f"proxy/{self.name}"
