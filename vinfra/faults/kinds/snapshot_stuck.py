"""A snapshot cannot be removed: its disk is locked by whoever read it last."""

from __future__ import annotations

from typing import ClassVar

from vinfra.faults.fault import Estate, Fault, faults
from vinfra.spec import field


@faults.register("snapshot-stuck")
class SnapshotStuck(Fault):
    """Snapshots of VMs cannot be removed"""

    named: ClassVar[dict[str, str]] = {"vms": "vm"}

    vms: list[str] = field(..., "groups of VMs, or single ones", min_length=1)

    def happen(self, estate: Estate) -> None:
        """Whoever tries from now on fails."""
        estate.hold_snapshot(self.vms)

    def end(self, estate: Estate) -> None:
        """They can be removed again."""
        estate.release_snapshot(self.vms)
