"""A LUN as a fluid resource: disks behind a RAID level, whose work is disk-seconds, shared by all who move data.

    capacity = spindles (busy disk-seconds per second);  cost of an I/O = sum over its disk I/Os of what each takes

An I/O goes to the disk that holds its data, so each disk has a queue of its own. Where I/Os arrive by themselves, one
finds u / (1 - u) others at its disk (M/M/1); where n are always under way it finds (n - 1) / spindles (arrival theorem:
Reiser and Lavenberg, Mean-value analysis of closed multichain queuing networks, JACM 27(2), 1980).
Unit: disk-seconds, bytes. Source: facts/disks, facts/raid, facts/arrays.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from vinfra.storage.array import ArrayModel
from vinfra.storage.disk import PLANNED, Direction, Disk
from vinfra.storage.raid import Phase, Raid

__all__ = ["Direction", "Disk", "Lun", "Raid"]


@dataclass(frozen=True, slots=True)
class Lun:
    """Spindles behind a RAID level on an array. `array` is None for disks of a server, which no cache stands before;
    `hits` is the part (0..1) of random reads that the array's cache answers."""

    name: str
    disk: Disk
    spindles: int
    raid: Raid
    array: ArrayModel | None = None
    hits: float = 0.0

    @property
    def capacity(self) -> float:
        """Busy disk-seconds per second."""
        return float(self.spindles)

    @property
    def write_back(self) -> bool:
        """Whether a write is answered once it is in the cache."""
        return self.array is not None and self.array.cache > 0

    def missed(self, direction: Direction, sequential: bool) -> float:
        """Part of the I/Os of a kind that disks do, sooner or later."""
        return 1.0 - self.hits if direction == "read" and not sequential else 1.0

    def phases(self, direction: Direction, sequential: bool) -> tuple[Phase, ...]:
        """What a host I/O becomes."""
        return self.raid.phases(direction, sequential, self.spindles)

    def busy(self, phase: Phase, block: float, sequential: bool, queued: float = PLANNED) -> float:
        """Seconds that one disk I/O of a phase keeps its disk busy."""
        return self.disk.busy(phase.stretch * block, phase.direction, sequential, queued)

    def cost(self, block: float, direction: Direction, sequential: bool, queued: float = PLANNED) -> float:
        """Disk-seconds of one host I/O with so many I/Os at each disk, cache hits counted in."""
        phases = self.phases(direction, sequential)
        work = math.fsum(one.width * self.busy(one, block, sequential, queued) for one in phases)
        return work * self.missed(direction, sequential)

    def per_byte(self, block: float, direction: Direction, sequential: bool) -> float:
        """Disk-seconds that one byte costs when it moves in blocks of `block` bytes."""
        return self.cost(block, direction, sequential) / block

    def cached(self, block: float, direction: Direction) -> float:
        """Seconds of an I/O that ends in the cache when nobody else is there; 0 where there is no array."""
        if self.array is None:
            return 0.0
        return self.array.hit + block / self.array.port_speed + self.array.controlling(block, direction)

    def response(
        self, block: float, direction: Direction, sequential: bool, utilisation: float, outstanding: float
    ) -> float:
        """Seconds of one I/O when all disks are busy that part of the time with I/Os that arrive by themselves;
        `outstanding` are those of whoever asks. Infinite for a read of disks without rest."""
        if utilisation >= 1 and not (direction == "write" and self.write_back):
            return math.inf
        return self._response(block, direction, sequential, utilisation / (1 - min(utilisation, 1 - 1e-9)))

    def alone(self, block: float, direction: Direction, sequential: bool, outstanding: float) -> float:
        """Seconds of one I/O when that many are always under way and nobody else uses the LUN."""
        return self._response(block, direction, sequential, max(outstanding - 1.0, 0.0) / self.spindles)

    def _response(self, block: float, direction: Direction, sequential: bool, found: float) -> float:
        """Seconds of one I/O that finds so many others at its disk."""
        cached = self.cached(block, direction)
        if direction == "write" and self.write_back:
            return cached
        total = 0.0
        for phase in self.phases(direction, sequential):
            busy = self.busy(phase, block, sequential, 1.0 + found)
            hidden = self.disk.hidden(block, phase.direction, sequential)
            total += joined(phase.width, found / (1.0 + found)) * busy * (1.0 + found) + hidden
        return cached + self.missed(direction, sequential) * total


def joined(width: int, utilisation: float) -> float:
    """Response time of `width` I/Os that go out at once until the last is back, over that of one of them, on disks that
    are busy so much of the time (Nelson and Tantawi, Approximate analysis of fork/join synchronization in parallel
    queues, IEEE Trans. Computers 37(6), 1988; exact for two M/M/1 queues with no other work)."""
    if width <= 1:
        return 1.0
    harmonic = math.fsum(1.0 / n for n in range(1, width + 1))
    scale = harmonic / 1.5
    return (scale + (1.0 - scale) * 4.0 * utilisation / 11.0) * (12.0 - utilisation) / 8.0
