"""Pre-copy at an adaptive rate: slow while the VM runs, so that its service hardly notices, and faster as it dirties.

    rate[0] = first        rate[k+1] = dirty(t[k]) / t[k] + increment        stop and copy at the highest rate

The VM is stopped when the next rate would be above the highest, or when little is left. Units: bytes per second.
Source: Clark et al., Live Migration of Virtual Machines, NSDI 2005, section 5.
"""

from __future__ import annotations

import math
from typing import ClassVar

from vinfra.operations.migration import migrations
from vinfra.operations.rounds import Rounds
from vinfra.spec import field
from vinfra.units import Bytes, BytesPerSecond

CLARK = "Clark et al., NSDI 2005, section 5"


@migrations.register("adaptive-pre-copy")
class AdaptivePreCopy(Rounds):
    """Rounds a little faster than the VM dirties its memory, then stop and copy the rest (Xen)."""

    source: ClassVar[str] = "Clark et al., Live Migration of Virtual Machines, NSDI 2005"

    first_rate: BytesPerSecond = field("100 Mbit/s", "rate of the first round", gt=0, source=CLARK, tag="specified")
    increment: BytesPerSecond = field(
        "50 Mbit/s", "how much faster a round is than the VM dirtied in the last", source=CLARK, tag="specified"
    )
    highest_rate: BytesPerSecond = field("500 Mbit/s", "rate never exceeded", gt=0, source=CLARK, tag="specified")
    stop_at: Bytes = field("256 KiB", "bytes left at which the VM is stopped", source=CLARK, tag="specified")
    skip: bool = field(
        True, "leave out pages that were dirtied again before their turn came", source=CLARK, tag="specified"
    )

    def _wanted(self, dirty: float, took: float) -> float:
        return (dirty / took if took > 0 else math.inf) + self.increment

    def outruns(self, dirty: float, before: float, took: float) -> bool:
        """Whether it would have to be faster than it may."""
        return self._wanted(dirty, took) > self.highest_rate

    def first_rate_bound(self) -> float:
        """The first rate."""
        return min(self.first_rate, self.highest_rate)

    def rate_bound(self, dirty: float, took: float) -> float:
        """As fast as the VM dirtied, and a little more."""
        return min(self._wanted(dirty, took), self.highest_rate)

    def last_rate_bound(self) -> float:
        """The highest rate."""
        return self.highest_rate
