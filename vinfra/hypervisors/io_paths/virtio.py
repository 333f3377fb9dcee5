"""virtio: a ring in memory between the guest and the host (vhost in the kernel, or a process), a notice for some
requests.

Unit: cycles. Source: none published here; assumed from the native path.
"""

from __future__ import annotations

from typing import ClassVar

from vinfra.hardware.events import GuestEvent
from vinfra.hypervisors.io_path import Ring, io_paths
from vinfra.spec import field
from vinfra.units import Cycles


@io_paths.register("virtio")
class Virtio(Ring):
    """A ring shared with the host, which the host kernel or a process empties."""

    source: ClassVar[str] = "assumed from the native path"

    work: dict[GuestEvent, Cycles] = field(
        {"packet": "7000 cycles", "disk-io": "20000 cycles"},
        "code of hypervisor, driver domain or host for one event, on Prescott",
        source="half of the 13900 cycles that a packet takes in Linux (Menon et al., USENIX ATC 2006), once more for "
        "the host's stack",
        tag="assumed",
    )
