"""A VMI kernel on bare hardware: every operation of the interface is a call of a few instructions.

    c(event) = cycles of the VMI kernel - cycles of the plain kernel, both on bare hardware

Unit: cycles. Source: A. Holler, LKML 2006-03-20, score.2.6.16-rc6.txt (Pentium 4 2.4 GHz).
"""

from __future__ import annotations

from typing import ClassVar

from vinfra.hardware.events import GuestEvent
from vinfra.hardware.processor import Processor
from vinfra.hypervisors.guest import Guest
from vinfra.hypervisors.measured import carried, references
from vinfra.hypervisors.technique import Technique, techniques
from vinfra.spec import field
from vinfra.units import Cycles


@techniques.register("vmi-native")
class VmiNative(Technique):
    """A VMI kernel on bare hardware, with nothing below it."""

    source: ClassVar[str] = "A. Holler, LKML 2006-03-20, score.2.6.16-rc6.txt"
    interface: ClassVar[str] = "vmi"

    calls: dict[GuestEvent, Cycles] = field(
        {
            "page-fault": "36 cycles",
            "process-create": "7200 cycles",
            "process-exec": "19200 cycles",
            "protection-fault": "115 cycles",
        },
        "what events cost more through the interface, in cycles of a Pentium 4",
        source="A. Holler, LKML 2006-03-20, Pentium 4 2.4 GHz: page fault 2.065 and 2.05 us, fork 137 and 134, exec "
        "less "
        "fork 399 and 391, prot fault 0.92 and 0.872; no difference in null call and 2p/0K context switch",
        tag="measured",
    )
    update: Cycles = field(
        "29 cycles",
        "one page-table update through the interface, in cycles of a Pentium 4",
        source="the 7200 cycles of a fork over its 250 updates",
        tag="derived",
    )

    def refuses(self, processor: Processor, guest: Guest) -> str | None:
        """Guests of 64 bits, those whose kernel cannot be changed, and processors nobody measured."""
        if guest.bits == 64:
            return "VMI is an interface for guests of 32 bits"
        if not guest.modifiable:
            return "VMI wants a guest kernel built for it, and this one cannot be changed"
        if processor.monitor_ratio is None:
            return f"what a VMI kernel costs on {processor} is not known: nobody measured its traps"
        return None

    def cost(self, event: str, processor: Processor, guest: Guest) -> float:
        """Cycles above a plain kernel's; 0 for what needs no operation of the interface."""
        there = self.update if event == "page-table-update" else self.calls.get(event, 0.0)
        return carried(there, references()[0], processor)
