"""Paravirtual page tables on hardware exits, as KVM's of 2007: a changed guest kernel asks for page-table updates in
batches, and the processor keeps the roots of some shadows at hand, so that a switch between them does not exit (CR3
cache).

    c(page-fault) = fill + update,   c(page-table-update) = (R + hypercall) / batch + validation

Unit: cycles. Source: I. Molnar, LKML 2007-01-05 and 2007-01-07; KVM commit c7addb902054.
"""

from __future__ import annotations

from typing import ClassVar

from vinfra.hardware.processor import Processor
from vinfra.hypervisors.exits import HardwareExits
from vinfra.hypervisors.guest import Guest
from vinfra.hypervisors.measured import carried, references
from vinfra.hypervisors.technique import techniques
from vinfra.spec import field
from vinfra.units import Cycles


@techniques.register("paravirtual-mmu")
class ParavirtualMmu(HardwareExits):
    """Hardware exits with a guest kernel that asks for page-table updates, and a cache of roots."""

    source: ClassVar[str] = "I. Molnar, LKML 2007-01-05; KVM commit c7addb902054"
    interface: ClassVar[str] = "kvm"

    batch: int = field(32, "page-table updates of one hypercall", source="as Xen's guests", tag="assumed", ge=1)
    validation: Cycles = field(
        "272 cycles",
        "bringing one entry of the shadow up to date, in cycles of Prescott",
        source="as Xen's validation of one (see paravirtual)",
        tag="assumed",
    )
    switch: Cycles = field(
        "2940 cycles",
        "an address-space switch that finds its root in the cache, in cycles of Prescott",
        source="context switch of 1.60 us less native 1.11 us (I. Molnar, LKML 2007-01-05) times 2.4 GHz, times "
        "Prescott's 1 / Merom's 0.40; the processor is not stated, Merom is assumed",
        tag="fitted",
    )

    def refuses(self, processor: Processor, guest: Guest) -> str | None:
        """Guests whose kernel cannot be changed; processors without exits, or whose exits nobody measured."""
        if not guest.modifiable:
            return "paravirtual-mmu wants a guest kernel changed for KVM, and this one cannot be changed"
        return super().refuses(processor, guest)

    def cost(self, event: str, processor: Processor, guest: Guest) -> float:
        """Cycles above native."""
        if event == "page-fault":
            return self.beyond("protection-fault", processor) + self._update(processor)
        if event == "protection-fault":
            return self.beyond("protection-fault", processor)
        if event == "page-table-update":
            return self._update(processor)
        if event == "address-space-switch":
            return carried(self.switch, references()[0], processor)
        return super().cost(event, processor, guest)

    def _update(self, processor: Processor) -> float:
        return self.plain_exit(processor) / self.batch + carried(self.validation, references()[0], processor)
