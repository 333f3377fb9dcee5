"""Binary translation with shadow paging: the monitor rewrites the guest's kernel code and keeps the page tables in use.

    c(event) = cycles under the monitor - native cycles

as measured on NetBurst processors and scaled to others by the ratio of their traps. User code runs as it is; a TLB miss
walks the shadow page table, one walk as on bare hardware. A write to a traced page-table entry traps the first time;
then the code that writes it is translated anew and the write is emulated. Unit: cycles.
Source: Adams and Agesen, ASPLOS 2006, section 6.4; Barham et al., SOSP 2003, tables 3 and 4 (facts/processors).
"""

from __future__ import annotations

from typing import ClassVar

from vinfra.hardware.events import GuestEvent
from vinfra.hardware.processor import Processor
from vinfra.hypervisors.guest import Guest
from vinfra.hypervisors.measured import above_native
from vinfra.hypervisors.technique import Technique, techniques
from vinfra.spec import field
from vinfra.units import Fraction


@techniques.register("binary-translation")
class BinaryTranslation(Technique):
    """Binary translation of the guest's kernel, with shadow page tables."""

    source: ClassVar[str] = "Adams and Agesen, ASPLOS 2006; Barham et al., SOSP 2003"

    first_touch: Fraction = field(
        "1 %",
        "share of page-table writes that trap because the monitor has not adapted yet",
        source="few writes come from code that never wrote a page table before; no published share",
        tag="assumed",
    )
    like: dict[GuestEvent, GuestEvent] = field(
        {
            "halt": "exception",
            "interrupt": "exception",
            "ipi": "exception",
            "mmio": "page-table-update",
            "timer-tick": "exception",
        },
        "events nobody measured, and the one they are taken to cost as much as",
        source="an interrupt is delivered as an exception is; a device register is traced memory",
        tag="assumed",
    )

    def refuses(self, processor: Processor, guest: Guest) -> str | None:
        """Processors nobody measured, and 64-bit guests where segments do not protect the monitor."""
        if processor.monitor_ratio is None:
            return f"what binary translation costs on {processor} is not known: nobody measured its traps"
        if guest.bits == 64 and not processor.has("long-mode-segment-limits"):
            return f"binary translation protects its monitor by segment limits, and {processor} has none in 64-bit mode"
        return None

    def cost(self, event: str, processor: Processor, guest: Guest) -> float:
        """Cycles above native; 0 for what runs as it is."""
        if event == "page-table-update":
            trap = self._measured("page-fault", processor)
            return self.first_touch * trap + (1 - self.first_touch) * self._measured(event, processor)
        return self._measured(self.like.get(event, event), processor)

    def notice(self, processor: Processor) -> float:
        """Cycles of telling the hypervisor that there is something to do: a call out of translated code."""
        return self._measured("page-table-update", processor)

    def _measured(self, event: str, processor: Processor) -> float:
        return above_native(event, self.name, processor) or 0.0
