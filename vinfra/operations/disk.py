"""Moving the disk of a running VM: what all ways to do it have in common, and the guest's own writes meanwhile.

The guest writes at its rate w unless the LUNs are too busy: its writes are an activity of their own, bounded by w, that
shares LUNs and links with the copy. What they lose is the I/O penalty, 1 - written / (w t). Units: bytes, seconds.
Source: Mashtizadeh, Celebi, Garfinkel and Cai, The Design and Evolution of Live Storage Migration in VMware ESX, USENIX
ATC 2011.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import ClassVar, Literal

from vinfra.engine.activity import Activity
from vinfra.operations.migration import Journey, Migration

ATC11 = "Mashtizadeh et al., The Design and Evolution of Live Storage Migration in VMware ESX, USENIX ATC 2011"


class DiskMigration(Migration):
    """A way to move a disk from one datastore to another."""

    moves: ClassVar[Literal["memory", "disk"]] = "disk"


class GuestWrites:
    """What the guest writes to its disk while it moves; each write uses what `uses` says."""

    def __init__(self, journey: Journey, uses: Mapping[str, float]) -> None:
        self.journey = journey
        self.rate = math.fsum(journey.plan.writes.rates)
        self.start = journey.clock.now
        self.activity: Activity | None = None
        if self.rate > 0:
            self.activity = journey.begin("writes", math.inf, uses, self.rate)

    def end(self) -> float:
        """The guest writes no more, or differently from now on; the bytes it has written."""
        if self.activity is None:
            return 0.0
        wanted = self.rate * (self.journey.clock.now - self.start)
        done = self.journey.finish(self.activity)
        self.journey.written += wanted
        self.journey.held_up += max(0.0, wanted - done)
        return done
