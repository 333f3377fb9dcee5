"""A technique: how a processor is virtualized. One file in techniques/ each.

It says whom it refuses and what one guest event costs above native. Unit: cycles; below zero where it saves some.
"""

from __future__ import annotations

from typing import ClassVar

from vinfra.hardware.processor import Processor
from vinfra.hypervisors.guest import Guest
from vinfra.registry import Registry
from vinfra.spec import Spec


class Technique(Spec):
    """One way to run a guest."""

    name: ClassVar[str]
    source: ClassVar[str]

    def refuses(self, processor: Processor, guest: Guest) -> str | None:
        """Why this guest cannot run so on this processor; None when it can."""
        return None

    def cost(self, event: str, processor: Processor, guest: Guest) -> float:
        """Cycles one guest event costs above native, on a processor and for a guest it does not refuse."""
        raise TypeError(f"{type(self).__name__} does not say what a guest event costs")


techniques: Registry[Technique] = Registry("technique", "vinfra.hypervisors.techniques", Technique)
