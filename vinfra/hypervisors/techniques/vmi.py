"""VMI: the hypercalls of a paravirtual kernel behind an interface that a loader fills in when the kernel starts, with
calls into the hypervisor or, on bare hardware, with the instructions themselves.

One kernel binary for both. Under a hypervisor it asks for what a paravirtual kernel of 32 bits asks for, plus one call
through the interface each. Unit: cycles.
Source: A. Holler, LKML 2006-03-20 (VMI on bare hardware); that it costs as much as Xen's hypercalls under a hypervisor
is assumed, for nobody published it.
"""

from __future__ import annotations

from typing import ClassVar

from vinfra.hardware.processor import Processor
from vinfra.hypervisors.guest import Guest
from vinfra.hypervisors.technique import techniques
from vinfra.hypervisors.techniques.paravirtual import Paravirtual
from vinfra.hypervisors.techniques.vmi_native import VmiNative


@techniques.register("vmi")
class Vmi(Paravirtual):
    """A guest kernel of one binary for bare hardware and hypervisors (VMI), under a hypervisor."""

    source: ClassVar[str] = "A. Holler, LKML 2006-03-20; Barham et al., SOSP 2003"
    interface: ClassVar[str] = "vmi"

    def refuses(self, processor: Processor, guest: Guest) -> str | None:
        """Guests of 64 bits too: the interface was specified for 32."""
        if guest.bits == 64:
            return "VMI is an interface for guests of 32 bits"
        return super().refuses(processor, guest)

    def cost(self, event: str, processor: Processor, guest: Guest) -> float:
        """Cycles above native: the hypercall, and the call through the interface."""
        return super().cost(event, processor, guest) + VmiNative().cost(event, processor, guest)
