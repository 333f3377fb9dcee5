"""A host goes down and everything on it: VMs, or the backup proxy that it is or that runs on it."""

from __future__ import annotations

from typing import ClassVar

from vinfra.faults.fault import HostFault, Hosts, faults
from vinfra.spec import field


@faults.register("host-down")
class HostDown(HostFault):
    """A host stops, and all that runs on it"""

    named: ClassVar[dict[str, str]] = {"host": "host"}

    host: str = field(..., "the host; under management a host group too, all of which stops")

    def happen(self, estate: Hosts) -> None:
        """It stops in an instant."""
        estate.fail(self.host)

    def end(self, estate: Hosts) -> None:
        """It runs again."""
        estate.repair(self.host)
