"""Per estate: a kit, or a management server: one, however many hosts there are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from vinfra.hypervisors.licence_unit import Counted, Guests, HostShape, LicenceUnit, licence_units


@licence_units.register("per-estate")
class PerEstate(LicenceUnit):
    """One for all hosts together."""

    source: ClassVar[str] = "VMware, vSphere Essentials: a kit for three hosts; VirtualCenter Management Server"
    noun: ClassVar[str] = "estate"
    plural: ClassVar[str] = "estates"

    def count(self, hosts: Sequence[HostShape], guests: Guests, layers: Guests) -> Counted:
        """One where there is a host."""
        there = sum(host.count for host in hosts if layers(host))
        one = int(there > 0)
        return Counted(float(one), max(one, self.least_per_order if one else 0), f"once for {there:,} hosts")
