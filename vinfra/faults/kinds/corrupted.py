"""The newest restore point of VMs cannot be read any more: a bad sector, a bit that fell over."""

from __future__ import annotations

from typing import ClassVar

from vinfra.faults.fault import Estate, Fault, faults
from vinfra.spec import field


@faults.register("corrupted")
class Corrupted(Fault):
    """The newest restore point of VMs is unreadable, and nobody knows until it is read"""

    named: ClassVar[dict[str, str]] = {"vms": "vm"}

    vms: list[str] = field(..., "groups of VMs, or single ones", min_length=1)

    def happen(self, estate: Estate) -> None:
        """In silence."""
        estate.corrupt(self.vms)
