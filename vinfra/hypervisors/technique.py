"""A technique: how a processor is virtualized. One file in techniques/ each.

It says whom it refuses and what one guest event costs above native. Unit: cycles; below zero where it saves some.
"""

from __future__ import annotations

import math
from typing import ClassVar

from vinfra.hardware.processor import Processor
from vinfra.hypervisors.guest import Guest
from vinfra.hypervisors.measured import parts
from vinfra.registry import Registry
from vinfra.spec import Spec


class Technique(Spec):
    """One way to run a guest.

    `interface` names what a guest kernel must be changed for; empty where the kernel is as it is on bare hardware.
    """

    name: ClassVar[str]
    source: ClassVar[str]
    interface: ClassVar[str] = ""

    def refuses(self, processor: Processor, guest: Guest) -> str | None:
        """Why this guest cannot run so on this processor; None when it can."""
        return None

    def cost(self, event: str, processor: Processor, guest: Guest) -> float:
        """Cycles one guest event costs above native, on a processor and for a guest it does not refuse."""
        raise TypeError(f"{type(self).__name__} does not say what a guest event costs")

    def access(self, processor: Processor, guest: Guest) -> float:
        """Cycles of a device register that is emulated."""
        return max(0.0, self.cost("mmio", processor, guest))

    def notice(self, processor: Processor) -> float:
        """Cycles of telling the hypervisor that there is something to do."""
        return 0.0

    def composed(self, event: str, processor: Processor, guest: Guest) -> float:
        """Cycles above native of an event that consists of others; 0 for one that does not."""
        return math.fsum(count * self.cost(part, processor, guest) for part, count in parts(event).items())


techniques: Registry[Technique] = Registry("technique", "vinfra.hypervisors.techniques", Technique)
