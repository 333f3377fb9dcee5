"""The path of a hypervisor with drivers of its own and an adapter made for it (vmxnet, PVSCSI; Xen 1.0, whose drivers
were its own): a ring in memory, a notice for some requests, no emulation.

Unit: cycles. Source: none published; assumed from the native path.
"""

from __future__ import annotations

from typing import ClassVar

from vinfra.hardware.events import GuestEvent
from vinfra.hypervisors.io_path import Ring, io_paths
from vinfra.spec import field
from vinfra.units import Cycles


@io_paths.register("vmkernel")
class Vmkernel(Ring):
    """A ring shared with a hypervisor that has the drivers."""

    source: ClassVar[str] = "assumed from the native path"

    work: dict[GuestEvent, Cycles] = field(
        {"packet": "3500 cycles", "disk-io": "15000 cycles"},
        "code of hypervisor, driver domain or host for one event, on Prescott",
        source="a quarter of the 13900 cycles that a packet takes in Linux (Menon et al., USENIX ATC 2006), once "
        "more for the hypervisor's driver",
        tag="assumed",
    )
