"""A disk: how long one I/O keeps it busy, and how long whoever asked waits for it while nobody else does.

    random:      busy = (seek + half a rotation) * queued ^ -sorting + block / transfer
    sequential:  busy = command + block / transfer
    flash:       busy = 1 / iops - 4 KiB / transfer + block / transfer, and the answer comes `access` after the request

A disk that has several I/Os queued takes them in the order that moves it least. Unit: seconds, bytes.
Source: facts/disks; Ruemmler and Wilkes, An introduction to disk drive modeling, IEEE Computer 27(3), 1994.
"""

from __future__ import annotations

from typing import Literal

from vinfra.spec import Spec, field
from vinfra.units import BytesPerSecond, Seconds

Direction = Literal["read", "write"]
PAGE = 4096.0  # bytes of the I/Os that data sheets of flash disks count
# I/Os at a disk when nobody says: there the rules of thumb for a speed of rotation hold (facts/disks, `iops`).
PLANNED = 2.0


class Disk(Spec):
    """A kind of disk (fact kind `disks`)."""

    title: str = field(..., "what it is")
    rpm: int = field(..., "rotations per minute; 0 for flash", ge=0)
    iops: float = field(..., "random I/Os per second: a rule of thumb where it rotates, reads of 4 KiB of flash", gt=0)
    write_iops: float | None = field(None, "random writes of 4 KiB per second of flash in its steady state", gt=0)
    seek: Seconds = field("0 s", "average seek of a read", ge=0)
    transfer: BytesPerSecond = field(..., "from the medium, mean over the disk", gt=0)
    write_transfer: BytesPerSecond | None = field(None, "to it, where that differs", gt=0)
    access: Seconds = field("0 s", "until flash answers a read of 4 KiB", ge=0)
    write_access: Seconds = field("0 s", "until it answers a write", ge=0)
    command: Seconds = field(
        "50 us",
        "what a sequential I/O takes beside its transfer",
        source="what a command takes on the bus and in the disk; a tenth of a millisecond and less in data sheets",
        tag="assumed",
    )
    sorting: float = field(
        0.2,
        "how positioning shrinks with I/Os queued: as their number to minus this",
        source="Wikipedia, IOPS: deep queues (32 commands) nearly double what enterprise SATA disks do; log 2 / log 32",
        tag="derived",
        ge=0,
        lt=1,
    )

    @property
    def flash(self) -> bool:
        """Whether nothing moves in it."""
        return self.rpm == 0

    def positioning(self, queued: float = PLANNED) -> float:
        """Seconds from one place to another when it chooses among so many I/Os; 0 for flash."""
        if self.flash:
            return 0.0
        return (self.seek + 30.0 / self.rpm) * float(max(queued, 1.0) ** -self.sorting)

    def moving(self, block: float, direction: Direction, sequential: bool) -> float:
        """Seconds that an I/O of `block` bytes keeps it busy beside positioning."""
        transfer = self.transfer if direction == "read" else self.write_transfer or self.transfer
        if not self.flash:
            return (self.command if sequential else 0.0) + block / transfer
        scattered = direction == "write" and not sequential
        iops = (self.write_iops or self.iops) if scattered else self.iops
        return max(1.0 / iops - PAGE / transfer, 0.0) + block / transfer

    def busy(self, block: float, direction: Direction, sequential: bool, queued: float = PLANNED) -> float:
        """Seconds that an I/O of `block` bytes keeps it busy when so many are queued, itself included."""
        place = 0.0 if sequential else self.positioning(queued)
        return place + self.moving(block, direction, sequential)

    def hidden(self, block: float, direction: Direction, sequential: bool) -> float:
        """Seconds of an answer in which flash works on other I/Os too; 0 where a disk does one after the other."""
        if not self.flash:
            return 0.0
        access = self.access if direction == "read" else self.write_access
        return max(access - self.moving(PAGE, direction, sequential), 0.0)
