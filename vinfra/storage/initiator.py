"""A host that always has so many I/Os under way on a LUN, and what came of them.

    I/Os of its VMs = VMs * outstanding;  at the array at most its window;  the rest waits in its kernel

Little's law: I/Os at the array = throughput * latency, I/Os in the kernel = throughput * time queued.
Unit: I/Os, seconds.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from vinfra.storage.guest_stream import Pattern
from vinfra.storage.window import WindowSettings


@dataclass(frozen=True, slots=True)
class Initiator:
    """A host with VMs that are alike, each with `pattern.outstanding` I/Os under way."""

    name: str
    pattern: Pattern
    vms: int = 1
    settings: WindowSettings = field(default_factory=WindowSettings)

    @property
    def outstanding(self) -> int:
        """I/Os of all its VMs, in the kernel and at the array."""
        return round(self.vms * self.pattern.outstanding)

    @property
    def window(self) -> int:
        """I/Os at the array at most, while it answers no QUEUE FULL."""
        return self.settings.allowed(self.vms)


@dataclass(frozen=True, slots=True)
class Served:
    """I/Os per second, the latency of the array and the time queued in the kernel (seconds of one I/O on average), and
    the I/Os at the array at once on average."""

    throughput: float
    latency: float
    queued: float
    active: float
