"""Synthetic devices of Hyper-V: a ring (VMBus) to the parent partition, which has the drivers.

Unit: cycles. Source: none published here; a split driver whose pages stay where they are.
"""

from __future__ import annotations

from typing import ClassVar

from vinfra.hardware.events import GuestEvent
from vinfra.hypervisors.io_path import Ring, io_paths
from vinfra.spec import field
from vinfra.units import Cycles


@io_paths.register("vmbus")
class Vmbus(Ring):
    """Synthetic devices: a ring to the parent partition (Hyper-V)."""

    source: ClassVar[str] = "assumed from virtio"

    work: dict[GuestEvent, Cycles] = field(
        {"packet": "7000 cycles", "disk-io": "20000 cycles"},
        "code of hypervisor, driver domain or host for one event, on Prescott",
        source="as virtio: a ring and the stack of another operating system",
        tag="assumed",
    )
