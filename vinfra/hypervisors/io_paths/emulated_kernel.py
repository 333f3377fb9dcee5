"""A well-known adapter (LSI Logic, AMD Lance) that the hypervisor emulates, with its own drivers below: ESX without
tools.

Unit: cycles. Source: Sugerman et al., USENIX 2001 (what an adapter costs to emulate).
"""

from __future__ import annotations

from typing import ClassVar

from vinfra.hardware.events import GuestEvent
from vinfra.hypervisors.io_path import IoPath, io_paths
from vinfra.spec import field
from vinfra.units import Cycles


@io_paths.register("emulated-kernel")
class EmulatedKernel(IoPath):
    """A well-known adapter that the hypervisor itself emulates, with drivers of its own below."""

    source: ClassVar[str] = "Sugerman et al., USENIX 2001"

    registers: dict[GuestEvent, float] = field(
        {"packet": 2.0, "disk-io": 4.0},
        "device registers that one event reads or writes",
        source="the driver of a Lance rings for every packet and reads the status in its interrupt; of an LSI, two "
        "each way",
        tag="assumed",
    )
    work: dict[GuestEvent, Cycles] = field(
        {"packet": "5000 cycles", "disk-io": "20000 cycles"},
        "code of hypervisor, driver domain or host for one event, on Prescott",
        source="twice what the operating system's own driver takes; nobody published it for ESX",
        tag="assumed",
    )
