"""The split driver of Xen: a front end in the guest, a ring, a back end and the driver in dom0; pages change hands or
are copied, and every batch takes a switch of domains.

Unit: cycles. Source: Menon et al., USENIX ATC 2006 (receive throughput of guest and native Linux), from memory.
"""

from __future__ import annotations

from typing import ClassVar

from vinfra.hardware.events import GuestEvent
from vinfra.hypervisors.io_path import Ring, io_paths
from vinfra.spec import field
from vinfra.units import Cycles


@io_paths.register("split-driver")
class SplitDriver(Ring):
    """Front end in the guest, back end and driver in dom0 (Xen)."""

    source: ClassVar[str] = "Menon et al., USENIX ATC 2006"

    work: dict[GuestEvent, Cycles] = field(
        {"packet": "28500 cycles", "disk-io": "28500 cycles"},
        "code of hypervisor, driver domain or host for one event, on Prescott",
        source="a guest receives 820 Mbit/s, native Linux 2508, both on one busy processor of 3.0 GHz: 42.4 - 13.9 "
        "thousand cycles for each packet of 1448 bytes (Menon et al., USENIX ATC 2006, from memory); a disk "
        "request is taken to cost as much",
        tag="derived",
    )
