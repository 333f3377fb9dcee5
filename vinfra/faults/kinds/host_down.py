"""A host goes down and everything on it: VMs, or the backup proxy that it is or that runs on it."""

from __future__ import annotations

from typing import ClassVar

from vinfra.faults.fault import Estate, Fault, faults
from vinfra.spec import field


@faults.register("host-down")
class HostDown(Fault):
    """A host stops, and all that runs on it"""

    named: ClassVar[dict[str, str]] = {"host": "host"}

    host: str = field(..., "the host")

    def happen(self, estate: Estate) -> None:
        """It stops in an instant."""
        estate.fail(self.host)

    def end(self, estate: Estate) -> None:
        """It runs again."""
        estate.repair(self.host)
