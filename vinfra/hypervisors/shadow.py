"""Shadow paging under hardware exits: the processor walks a copy of the guest's page table that the hypervisor keeps.

    c(page-fault) = deliver * fault + update + fill * fault
    c(page-table-update) = traced * write
    c(address-space-switch) = R + find

fault and write are one exit and its work, as measured on Prescott and carried to other processors; a delivered fault, a
write to a traced page table and the filling of the shadow cost one each. The generations differ in which of them they
avoid. Unit: cycles.
Source: Adams and Agesen, ASPLOS 2006, section 6.4; I. Molnar, LKML 2007-01-05; KVM commits 0028425f and c7addb90.
"""

from __future__ import annotations

from vinfra.hardware.processor import Processor
from vinfra.hypervisors.exits import HardwareExits
from vinfra.hypervisors.guest import Guest
from vinfra.hypervisors.measured import carried, references
from vinfra.spec import field
from vinfra.units import Cycles, Fraction


class ShadowExits(HardwareExits):
    """What the generations of shadow paging share."""

    deliver: Fraction = field(
        "100 %",
        "share of the guest's own faults that exit before the guest sees them",
        source="KVM commit c7addb902054: one exit before it, none for a fault on a page that is not present after it",
        tag="measured",
    )
    fill: Fraction = field(
        "0 %",
        "share of page faults after which the shadow has to be filled in an exit of its own",
        source="KVM commit 0028425f647b: three exits of a guest page fault before it, two after",
        tag="measured",
    )
    traced: Fraction = field(
        "100 %",
        "share of page-table writes that exit",
        source="ptemod under hardware exits: Adams and Agesen, ASPLOS 2006, section 6.4",
        tag="measured",
    )
    find: Cycles = field(
        "27550 cycles",
        "hypervisor code of an address-space switch, in cycles of Prescott",
        source="context switch of 6.36 us less native 1.11 us (I. Molnar, LKML 2007-01-05), times 2.4 GHz, less "
        "Merom's "
        "round trip of 1579 cycles, times Prescott's 1 / Merom's 0.40; the processor is not stated, Merom is assumed",
        tag="fitted",
    )

    def cost(self, event: str, processor: Processor, guest: Guest) -> float:
        """Cycles above native."""
        if event == "page-fault":
            faults = self.deliver + self.fill
            return faults * self.beyond("protection-fault", processor) + self.traced * self._write(processor)
        if event == "page-table-update":
            return self.traced * self._write(processor)
        if event == "protection-fault":
            return self.beyond("protection-fault", processor)
        if event == "address-space-switch":
            return (processor.exit_round_trip or 0.0) + carried(self.find, references()[0], processor)
        return super().cost(event, processor, guest)

    def _write(self, processor: Processor) -> float:
        return self.beyond("page-table-update", processor)
