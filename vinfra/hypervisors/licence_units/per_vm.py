"""Per VM: every guest, or one licence for several of them wherever they run.

billed = ceil(guests of all hosts / guests of one licence)
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import ClassVar

from vinfra.hypervisors.licence_unit import Counted, Guests, HostShape, LicenceUnit, licence_units
from vinfra.spec import field


@licence_units.register("per-vm")
class PerVm(LicenceUnit):
    """Every guest, added up over all hosts."""

    source: ClassVar[str] = "Flexera documentation, 2021 R1: RHEL Server, one subscription for two VMs"
    noun: ClassVar[str] = "VM licence"
    plural: ClassVar[str] = "VM licences"

    guests: int = field(1, "guests that one licence covers", ge=1)

    def count(self, hosts: Sequence[HostShape], guests: Guests, layers: Guests) -> Counted:
        """Guests of all licensed hosts; rounding is of the whole, not of each host."""
        total = sum(host.count * guests(host) for host in hosts if layers(host))
        needed = math.ceil(total / self.guests)
        why = f"{total:,} guests" + (f", {self.guests} to a licence" if self.guests > 1 else "")
        billed = max(needed, self.least_per_order) if total else 0
        if billed > needed:
            why += f"; an order has at least {self.least_per_order:,}"
        return Counted(total / self.guests, billed, why)
