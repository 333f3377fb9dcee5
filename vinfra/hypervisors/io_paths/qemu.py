"""A device model in a process of the host (QEMU): every register access leaves the guest, the kernel, and comes back.

Unit: cycles. Source: P. Bonzini, VMX optimizations, 2019 (access handled in QEMU and in the kernel).
"""

from __future__ import annotations

from typing import ClassVar

from vinfra.hardware.events import GuestEvent
from vinfra.hypervisors.io_path import IoPath, io_paths
from vinfra.spec import field
from vinfra.units import Cycles


@io_paths.register("qemu")
class Qemu(IoPath):
    """A well-known adapter emulated by a process of the host."""

    source: ClassVar[str] = "P. Bonzini, VMX optimizations, 2019"

    registers: dict[GuestEvent, float] = field(
        {"packet": 2.0, "disk-io": 6.0},
        "device registers that one event reads or writes",
        source="the driver rings for every packet and reads the status in its interrupt; an IDE request takes six",
        tag="assumed",
    )
    work: dict[GuestEvent, Cycles] = field(
        {"packet": "24000 cycles", "disk-io": "64000 cycles"},
        "code of hypervisor, driver domain or host for one event, on Prescott",
        source="for each access, the kernel's way to the process and back: 46747 - 15218 cycles in a nested guest, "
        "over 7.4 for one level, over 0.40 for Prescott (P. Bonzini, 2019): 10650; and a system call of the "
        "host",
        tag="derived",
    )
