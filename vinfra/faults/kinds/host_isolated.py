"""A host loses its management network: nobody reaches it, its VMs run on."""

from __future__ import annotations

from typing import ClassVar

from vinfra.faults.fault import HostFault, Hosts, faults
from vinfra.spec import field


@faults.register("host-isolated")
class HostIsolated(HostFault):
    """A host that nobody reaches any more, while its VMs run"""

    named: ClassVar[dict[str, str]] = {"host": "host"}
    only_managed: ClassVar[bool] = True

    host: str = field(..., "the host, or a host group")

    def happen(self, estate: Hosts) -> None:
        """Its heartbeats stay away."""
        estate.isolate(self.host)

    def end(self, estate: Hosts) -> None:
        """It is heard again."""
        estate.rejoin(self.host)
