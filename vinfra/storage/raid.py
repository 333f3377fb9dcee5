"""A RAID level: which disk I/Os a host I/O becomes.

A read is one. A small write is `write_penalty` of them: where there is parity, what is overwritten is read first (data
and parities at once), then data, copies and parities are written at once. A sequential write fills whole stripes, whose
parity is known without reading: k / (k - parity) bytes for each byte on a group of k disks, times the copies.
Source: facts/raid; Patterson, Gibson, Katz, A case for redundant arrays of inexpensive disks, SIGMOD 1988.
"""

from __future__ import annotations

from typing import NamedTuple

from vinfra.spec import Spec, field
from vinfra.storage.disk import Direction


class Phase(NamedTuple):
    """Disk I/Os that go out at once, to as many disks, each `stretch` times the size of the host's I/O."""

    width: int
    direction: Direction
    stretch: float


class Raid(Spec):
    """A RAID level (fact kind `raid`)."""

    title: str = field(..., "what it is")
    write_penalty: float = field(..., "disk I/Os that one small host write costs", ge=1)
    copies: int = field(1, "how often data is written", ge=1)
    parity: int = field(0, "disks of parity in a group", ge=0)
    group: int | None = field(None, "disks of a group at most; all disks of a LUN when unsaid", ge=2)

    def phases(self, direction: Direction, sequential: bool, spindles: int) -> tuple[Phase, ...]:
        """What a host I/O becomes on a LUN of so many disks, one phase after the other."""
        if direction == "read":
            return (Phase(1, "read", 1.0),)
        if sequential:
            group = max(min(spindles, self.group or spindles), self.parity + 1)
            return (Phase(self.copies, "write", group / (group - self.parity)),)
        written = self.copies + self.parity
        reads = round(self.write_penalty) - written
        write = (Phase(written, "write", 1.0),)
        return ((Phase(reads, "read", 1.0), *write)) if reads > 0 else write
