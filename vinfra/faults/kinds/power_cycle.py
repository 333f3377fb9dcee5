"""VMs are switched off and on again, as on the night of the month's patches: what a platform keeps in memory is lost.

A warm restart inside the guest loses nothing; a cold one loses the map of changed blocks where the platform holds it
in memory alone.
"""

from __future__ import annotations

from typing import ClassVar

from vinfra.faults.fault import Estate, Fault, faults
from vinfra.spec import field
from vinfra.units import Seconds


@faults.register("power-cycle")
class PowerCycle(Fault):
    """VMs are switched off and on again"""

    named: ClassVar[dict[str, str]] = {"vms": "vm"}

    vms: list[str] = field(..., "groups of VMs, single ones, or all", min_length=1)
    off: Seconds = field(
        "5 min", "how long they are off", source="installing the month's patches and booting", tag="assumed"
    )

    def happen(self, estate: Estate) -> None:
        """All of them."""
        estate.power_cycle(self.vms, self.off)
