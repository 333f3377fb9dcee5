"""What a guest does: a vector of guest events per second of native CPU time, the same on every platform.

Unit: events per second. Source: facts/workloads, each number with its own.
"""

from __future__ import annotations

from vinfra.hardware.events import GuestEvent
from vinfra.spec import Spec, field
from vinfra.units import PerSecond


class Workload(Spec):
    """One kind of work (fact kind `workloads`)."""

    title: str = field(..., "what it is")
    events: dict[GuestEvent, PerSecond] = field(..., "how often each guest event happens", min_length=1)
