"""Per two sockets: pairs of processors, rounded up for each host.

billed of a host = ceil(sockets / 2)
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from vinfra.hypervisors.licence_unit import HostShape, LicenceUnit, licence_units, sockets


@licence_units.register("per-two-sockets")
class PerTwoSockets(LicenceUnit):
    """Pairs of processors; half a pair is paid for as a whole one, and pairs do not span hosts."""

    source: ClassVar[str] = "VMware, Multi-Core Pricing and Licensing Policy, 2006; Red Hat, socket pairs"
    noun: ClassVar[str] = "pair of sockets"
    plural: ClassVar[str] = "pairs of sockets"

    def there(self, host: HostShape, guests: int) -> float:
        """Pairs, of which one may be half."""
        return host.sockets / 2

    def reason(self, hosts: Sequence[HostShape]) -> str:
        """Pairs that are not full."""
        return f"{sockets(hosts):,} CPUs, and a pair does not span hosts"
