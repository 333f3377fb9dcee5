"""Per core: every core of a host, with floors for each processor and for each host, in packs.

billed of a host = pack * ceil(max(least of a host, sockets * max(least of a socket, cores of a socket)) / pack)
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import ClassVar

from vinfra.hypervisors.licence_unit import HostShape, LicenceUnit, licence_units, sockets
from vinfra.spec import field


@licence_units.register("per-core")
class PerCore(LicenceUnit):
    """Every core of every host, a small processor counted as a larger one."""

    source: ClassVar[str] = "Broadcom, counting cores for Cloud Foundation; Microsoft, Windows Server 2016 licensing"
    noun: ClassVar[str] = "core"
    plural: ClassVar[str] = "cores"

    least_per_socket: int = field(1, "cores that each processor counts as at least", ge=1)
    least_per_host: int = field(1, "cores that each host counts as at least", ge=1)
    pack: int = field(1, "cores are sold in packs of so many, for each host", ge=1)

    def there(self, host: HostShape, guests: int) -> float:
        """Its cores."""
        return float(host.cores)

    def paid(self, host: HostShape, guests: int) -> int:
        """Its cores with the floors, in whole packs."""
        floored = max(self.least_per_host, host.sockets * max(self.least_per_socket, host.cores_per_socket))
        return self.pack * math.ceil(floored / self.pack)

    def reason(self, hosts: Sequence[HostShape]) -> str:
        """Which floors were met."""
        said = []
        if any(host.cores_per_socket < self.least_per_socket for host in hosts):
            said.append(f"each of {sockets(hosts):,} CPUs counts at least {self.least_per_socket}")
        floored = [host.sockets * max(self.least_per_socket, host.cores_per_socket) for host in hosts]
        if any(cores < self.least_per_host for cores in floored):
            said.append(f"each of {sum(host.count for host in hosts):,} hosts counts at least {self.least_per_host}")
        return " and ".join(said) or f"sold in packs of {self.pack}"
