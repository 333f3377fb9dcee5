"""Paravirtualization as Xen's: the guest's kernel is changed to ask the hypervisor, and its page tables are in use as
they are, read-only to the guest.

    c(event) = cycles under the hypervisor - native cycles, as measured under Xen with a 32-bit guest
    c(page-table-update) = validation + hypercall / batch (batched), one trap each where a process is pinned early

A 64-bit guest kernel shares its ring with its programs, so that system calls, faults and the return from them bounce
through the hypervisor, which switches page tables. Unit: cycles.
Source: Barham et al., SOSP 2003, Tables 3 to 5, column Xen; xen.git 8a181133e2 (pinning, 64-bit system calls).
"""

from __future__ import annotations

from typing import ClassVar, Literal

from vinfra.hardware.processor import Processor
from vinfra.hypervisors.guest import Guest
from vinfra.hypervisors.measured import above_native, carried, parts, references
from vinfra.hypervisors.technique import Technique, techniques
from vinfra.spec import field
from vinfra.units import Cycles

BOUNCED = ("exception", "page-fault", "protection-fault", "syscall")


@techniques.register("paravirtual")
class Paravirtual(Technique):
    """A guest kernel changed for the hypervisor, with its own page tables in use (Xen PV)."""

    source: ClassVar[str] = "Barham et al., SOSP 2003; xen.git 8a181133e2 (2005-08-26) and 3e1b9525de (2007-03-20)"
    interface: ClassVar[str] = "xen"

    pin: Literal["late", "early"] = field(
        "late",
        "when the page tables of a new process come under the hypervisor's control: when it first runs, or at once",
        source="xen.git 8a181133e2 (2005-08-26)",
        tag="specified",
    )
    batch: int = field(
        32, "page-table updates of one hypercall", source="size of the queue in Linux's Xen port", tag="assumed", ge=1
    )
    hypercall: Cycles = field(
        "1500 cycles",
        "one hypercall, in cycles of Prescott",
        source="a trap into another ring and back (889 cycles of an exception on Prescott) and its dispatch",
        tag="assumed",
    )
    validation: Cycles = field(
        "272 cycles",
        "checking one page-table entry, in cycles of Prescott",
        source="fork proc of 198 us less native 110 us (Barham et al., SOSP 2003, Table 3, columns Xen and L-UP) times "
        "2.4 GHz, less 40 page faults and 2 switches, for 250 updates, less a hypercall for 32 of them",
        tag="fitted",
    )
    early: Cycles = field(
        "2877 cycles",
        "what a page-table update of a new process costs more when pinned early, in cycles of Prescott",
        source="fork proc of 536 us less 346 us (xen.git 8a181133e2) times 3.786 GHz, for 250 updates",
        tag="fitted",
    )
    bounce: Cycles = field(
        "4036 cycles",
        "a system call of a 64-bit guest through the hypervisor, in cycles of Prescott",
        source="null call of 1.13 us (xen.git 8a181133e2) times 3.786 GHz, less native 242 cycles",
        tag="fitted",
    )
    upcall: Cycles = field(
        "1500 cycles",
        "an interrupt that arrives as an event of the hypervisor, in cycles of Prescott",
        source="as long as a hypercall: one trap and its dispatch",
        tag="assumed",
    )

    def refuses(self, processor: Processor, guest: Guest) -> str | None:
        """Guests whose kernel cannot be changed, and processors nobody measured."""
        if not guest.modifiable:
            return f"{self.name} wants a guest kernel changed for {self.interface}, and this one cannot be changed"
        if processor.monitor_ratio is None:
            return f"what {self.name} costs on {processor} is not known: nobody measured its traps"
        return None

    def cost(self, event: str, processor: Processor, guest: Guest) -> float:
        """Cycles above native; 0 for what runs as it is."""
        bounced = self._here(self.bounce, processor) if guest.bits == 64 and event in BOUNCED else 0.0
        if composite := parts(event):
            dearer = self._here(self.early, processor) if self.pin == "early" else 0.0
            return self.composed(event, processor, guest) + composite.get("page-table-update", 0) * dearer
        return self._as_32_bit(event, processor) + bounced

    def notice(self, processor: Processor) -> float:
        """Cycles of telling the hypervisor that there is something to do: one hypercall."""
        return self._here(self.hypercall, processor)

    def _as_32_bit(self, event: str, processor: Processor) -> float:
        if event == "page-table-update":
            return self._here(self.validation + self.hypercall / self.batch, processor)
        if event in ("interrupt", "ipi", "timer-tick", "halt"):
            return self._here(self.upcall, processor)
        if event in ("mmio", "port-io", "tpr-write"):
            return 0.0  # a changed kernel asks for nothing of the kind
        return above_native(event, "paravirtual", processor) or 0.0

    def _here(self, cycles: float, processor: Processor) -> float:
        return carried(cycles, references()[0], processor)
