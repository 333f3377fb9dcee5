"""Failover hosts: hosts that are kept empty, so that VMs of a host that fails can start there.

Nobody else is refused: what is kept is the hosts, whatever they can take. Source: vSphere Availability, dedicated
failover hosts.
"""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from vinfra.operations.admission import PLENTY, Admission, Bools, Ints, Load, Pool, admissions
from vinfra.operations.rules import listed
from vinfra.spec import field


@admissions.register("failover-hosts")
class FailoverHosts(Admission):
    """Hosts are kept empty for VMs of hosts that fail."""

    source: ClassVar[str] = "VMware vSphere Availability: dedicated failover hosts"

    hosts: list[str] = field([], "the hosts and host groups that are kept empty")

    def closed(self, pool: Pool) -> Bools:
        """Those hosts."""
        named = zip(pool.names, pool.groups, strict=True)
        return np.array([name in self.hosts or group in self.hosts for name, group in named], dtype=bool)

    def most(self, pool: Pool, load: Load, cpu: float, memory: float) -> Ints:
        """No bound."""
        return np.full(pool.clusters, PLENTY)

    def keeps(self, pool: Pool, load: Load) -> Bools:
        """Always."""
        return np.ones(pool.clusters, dtype=bool)

    def why(self, pool: Pool, load: Load) -> str:
        """Who is kept empty."""
        names = [name for name, closed in zip(pool.names, self.closed(pool), strict=True) if closed]
        return f"{listed(names)} {'is' if len(names) == 1 else 'are'} kept empty for VMs of hosts that fail"
