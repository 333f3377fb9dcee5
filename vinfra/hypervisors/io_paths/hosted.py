"""The hosted path: the monitor leaves the processor to the host operating system (world switch), where a process of the
product makes the request with system calls, and takes it back.

Unit: cycles. Source: Sugerman et al., USENIX 2001.
"""

from __future__ import annotations

from typing import ClassVar

from vinfra.hardware.events import GuestEvent
from vinfra.hypervisors.io_path import IoPath, io_paths
from vinfra.spec import field
from vinfra.units import Cycles


@io_paths.register("hosted")
class Hosted(IoPath):
    """A world switch to the host operating system for every request (GSX/Server, Workstation, Fusion, Parallels)."""

    source: ClassVar[str] = "Sugerman et al., USENIX 2001"

    work: dict[GuestEvent, Cycles] = field(
        {"packet": "79100 cycles", "disk-io": "79100 cycles"},
        "code of hypervisor, driver domain or host for one event, on Prescott",
        source="one transmit through VMNet takes 22.7 us and is 17.9 % of the time on a PC of 733 MHz (Sugerman et "
        "al., USENIX 2001): 93000 cycles for each packet, less 13900 native (Menon et al., USENIX ATC 2006, "
        "from memory); cycles of NetBurst are taken to be as many, and a disk request to cost a packet",
        tag="derived",
    )
