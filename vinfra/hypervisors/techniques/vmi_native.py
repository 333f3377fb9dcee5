"""A VMI kernel on bare hardware: every operation of the interface is a call of a few instructions.

    c(event) = cycles of the VMI kernel - cycles of the plain kernel, both on bare hardware

Unit: cycles. Source: A. Holler, LKML 2006-03-20, score.2.6.16-rc6.txt (facts/processors: pentium-4-2.4, opteron-248).
"""

from __future__ import annotations

from typing import ClassVar

from vinfra.hardware.processor import Processor
from vinfra.hypervisors.guest import Guest
from vinfra.hypervisors.measured import above_native, carried, references
from vinfra.hypervisors.technique import Technique, techniques
from vinfra.spec import field
from vinfra.units import Cycles


@techniques.register("vmi-native")
class VmiNative(Technique):
    """A VMI kernel on bare hardware, with nothing below it."""

    source: ClassVar[str] = "A. Holler, LKML 2006-03-20, score.2.6.16-rc6.txt"
    interface: ClassVar[str] = "vmi"

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
        if event == "page-table-update":
            return carried(self.update, references()[0], processor)
        return max(0.0, above_native(event, self.name, processor) or 0.0)
