"""Native: nothing lies between the operating system and the hardware.

Every event costs 0 cycles above native, by definition.
"""

from __future__ import annotations

from typing import ClassVar

from vinfra.hardware.processor import Processor
from vinfra.hypervisors.guest import Guest
from vinfra.hypervisors.technique import Technique, techniques


@techniques.register("native")
class Native(Technique):
    """No virtualization: what everything else is compared with."""

    source: ClassVar[str] = "by definition"

    def cost(self, event: str, processor: Processor, guest: Guest) -> float:
        """Nothing."""
        return 0.0
