"""The I/Os of guests that are alike: how many they want, how many they get, and how long these take.

Shared by what everybody has outstanding, since an array serves first come, first served:

    weight = VMs * outstanding * block;  bytes/s <= min(wanted I/Os * block, weight / response time of an idle LUN)

Latency of an I/O, while nothing changes: the response time of the LUN at its utilisation; where a LUN or a link is
full, what whoever is limited by it waits (Little's law: outstanding / throughput), for all who queue there. Nobody
waits longer than Little's law says for what he has outstanding. Units: bytes, I/Os, seconds, disk-seconds.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import Literal, NamedTuple

from vinfra.engine.activity import Activity
from vinfra.storage.lun import Lun

Direction = Literal["read", "write"]
LIMITED = 1e-9  # of what is wanted: what rounding may leave undone


class Seat(NamedTuple):
    """VMs of a group on a host, with their disks on a datastore."""

    group: str
    host: str
    datastore: str


@dataclass(frozen=True, slots=True)
class Pattern:
    """The I/Os of a guest: bytes of one, the parts (0..1) that read and that follow on the one before, how many it has
    outstanding at most."""

    block: float
    reads: float
    sequential: float
    outstanding: float

    def kinds(self) -> Iterator[tuple[float, Direction, bool]]:
        """(part of all I/Os, direction, sequential) of each kind of I/O there is."""
        parts: dict[Direction, float] = {"read": self.reads, "write": 1.0 - self.reads}
        for direction, sequential in product(parts, (True, False)):
            part = parts[direction] * (self.sequential if sequential else 1.0 - self.sequential)
            if part > 0:
                yield part, direction, sequential

    def per_byte(self, lun: Lun) -> float:
        """Disk-seconds of one byte, mean over all I/Os."""
        return math.fsum(part * lun.per_byte(self.block, way, seq) for part, way, seq in self.kinds())

    def response(self, lun: Lun, utilisation: float, outstanding: float) -> float:
        """Seconds of one I/O, mean over all."""
        return math.fsum(
            part * lun.response(self.block, way, seq, utilisation, outstanding) for part, way, seq in self.kinds()
        )


class Stream:
    """The I/Os of one seat. `done` and `waited` are I/Os since they were last asked for, and what those took together;
    `wanted` are those of the VMs, whether they could be done or not; `counted` are all I/Os ever, `carried` the bytes
    of activities that are over."""

    def __init__(self, seat: Seat, pattern: Pattern, lun: Lun) -> None:
        self.seat = seat
        self.pattern = pattern
        self.lun = lun
        self.per_byte = pattern.per_byte(lun)
        self.vms = 0
        self.rate = 0.0
        self.activity: Activity | None = None
        self.reason = ""
        self.done = self.waited = self.wanted = 0.0
        self.counted = self.carried = 0.0
        self._now = self._latency = 0.0
        self._since = 0.0

    @property
    def outstanding(self) -> float:
        """I/Os of all its VMs under way at most."""
        return self.vms * self.pattern.outstanding

    @property
    def weight(self) -> float:
        """Bytes under way at most."""
        return self.outstanding * self.pattern.block

    def bound(self) -> float:
        """Bytes per second at most: what is wanted, and what so many I/Os get of an idle LUN."""
        if self.rate <= 0 or self.vms == 0:
            return 0.0
        idle = self.pattern.response(self.lun, 0.0, self.outstanding)
        return min(self.rate * self.pattern.block, self.weight / idle if idle > 0 else math.inf)

    def advance(self, now: float) -> None:
        """Count what was done since the last look, at the rate and latency of then."""
        ios = self._now * (now - self._since)
        self.done += ios
        self.counted += ios
        self.waited += ios * self._latency
        self.wanted += self.rate * (now - self._since)
        self._since = now

    def look(self, utilisation: float, queued: float) -> None:
        """Take down the rate that holds from now on, and the latency; `queued` is what I/Os wait where something on
        the way is full (seconds)."""
        activity, pattern = self.activity, self.pattern
        if activity is None or activity.rate <= 0:
            self._now = self._latency = 0.0
            return
        self._now = activity.rate / pattern.block
        little = self.outstanding / self._now
        if activity.rate < activity.bound * (1 - LIMITED):
            self._latency = little
        else:
            found = pattern.response(self.lun, utilisation, self.outstanding)
            self._latency = min(max(found, queued), little)
