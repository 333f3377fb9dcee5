"""The window of a host on a LUN: I/Os it has at the array at once; what VMs want beyond waits in the host's kernel.

    window = queue depth of the HBA, or the smaller of it and the outstanding limit where two VMs or more are active

An array that is full answers QUEUE FULL: after `sample` such answers the window is halved, after `threshold` good ones
it grows by one again. Unit: I/Os. Source: VMware, Scalable Storage Performance, 2008 (queue depth 32, the outstanding
limit Disk.SchedNumReqOutstanding); VMware KB 1008113 (QFullSampleSize, QFullThreshold).
"""

from __future__ import annotations

from collections.abc import Mapping

from vinfra.spec import Spec, field

ACTIVE = 2  # VMs on the LUN from which on the outstanding limit holds (VMware KB 1268)


class WindowSettings(Spec):
    """How a host queues for a LUN."""

    depth: int = field(
        32,
        "queue depth of the HBA for one LUN",
        source="VMware, Scalable Storage Performance, 2008",
        tag="specified",
        ge=1,
    )
    limit: int = field(
        32,
        "I/Os outstanding at most where several VMs are active (Disk.SchedNumReqOutstanding)",
        source="VMware KB 1268: the default",
        tag="specified",
        ge=1,
    )
    sample: int = field(
        32,
        "answers QUEUE FULL or BUSY after which the window is halved (QFullSampleSize)",
        source="VMware KB 1008113: what it recommends for most arrays",
        tag="specified",
        ge=1,
    )
    threshold: int = field(
        4,
        "good answers after which it grows by one (QFullThreshold)",
        source="VMware KB 1008113: what it recommends for most arrays",
        tag="specified",
        ge=1,
    )

    def allowed(self, vms: int) -> int:
        """I/Os outstanding at most with so many VMs active on the LUN."""
        return min(self.depth, self.limit) if vms >= ACTIVE else self.depth


class Window:
    """The window of one host on one LUN; `size` changes, by QUEUE FULL and by whoever controls latency."""

    def __init__(self, settings: WindowSettings, vms: int) -> None:
        self.settings = settings
        self.most = float(settings.allowed(vms))
        self.size = self.most
        self._full = self._good = 0

    def set(self, size: float) -> None:
        """Whoever controls latency sets it: it is no larger until the next time."""
        self.most = min(size, float(self.settings.depth))
        self.size = max(1.0, self.most)

    def full(self) -> None:
        """The array answered QUEUE FULL."""
        self._full, self._good = self._full + 1, 0
        if self._full >= self.settings.sample:
            self._full = 0
            self.size = max(1.0, self.size // 2)

    def good(self) -> None:
        """The array took and answered an I/O."""
        self._good += 1
        if self._good >= self.settings.threshold:
            self._good = 0
            self.size = min(self.size + 1.0, self.most)


def taken(outstanding: Mapping[str, float], windows: Mapping[str, float], port_queue: float) -> dict[str, float]:
    """I/Os that each host has at the port on average: what it wants within its window, and where that is more than the
    port takes, the same for all who want more (halved and grown alike, their windows meet)."""
    wanted = {host: min(outstanding[host], windows[host]) for host in sorted(outstanding)}
    left, level = float(port_queue), 0.0
    for place, host in enumerate(sorted(wanted, key=lambda host: (wanted[host], host))):
        level = left / (len(wanted) - place)
        if wanted[host] > level:
            return {host: min(wanted[host], level) for host in wanted}
        left -= wanted[host]
    return wanted
