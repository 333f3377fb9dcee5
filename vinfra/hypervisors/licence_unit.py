"""What a licence is counted in: how many units an estate is billed for, and why. One file in licence_units/ each.

    billed = max(least of an order, sum over hosts of (units of the host, at least its floors) * stacked licences)

Never below what is there: a vendor's floors only add. Source: the terms of an edition (facts/editions).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from vinfra.registry import Registry
from vinfra.spec import Spec, field


@dataclass(frozen=True, slots=True)
class HostShape:
    """Hosts that are alike. `memory` of one is in bytes, None where nobody asks."""

    name: str
    sockets: int
    cores_per_socket: int
    count: int = 1
    memory: float | None = None

    @property
    def cores(self) -> int:
        """Cores of one host."""
        return self.sockets * self.cores_per_socket


@dataclass(frozen=True, slots=True)
class Counted:
    """Units that are there (a pair of sockets may be half there), units that are paid for, and why in one line."""

    counted: float
    billed: int
    why: str


Guests = Callable[[HostShape], int]  # on one host of the shape, at most


class LicenceUnit(Spec):
    """One thing licences are counted by; its parameters are the floors of an edition."""

    name: ClassVar[str]
    source: ClassVar[str]
    noun: ClassVar[str]  # one of them
    plural: ClassVar[str]

    least_per_order: int = field(0, "units that an order has at least", ge=0)

    def there(self, host: HostShape, guests: int) -> float:
        """Units one host has."""
        raise TypeError(f"{type(self).__name__} does not say how many units a host has")

    def paid(self, host: HostShape, guests: int) -> int:
        """Units one host is billed for, once; never below what is there."""
        return math.ceil(self.there(host, guests))

    def reason(self, hosts: Sequence[HostShape]) -> str:
        """Why more is billed than is there; empty where it is not."""
        return ""

    def count(self, hosts: Sequence[HostShape], guests: Guests, layers: Guests) -> Counted:
        """Units of all hosts, each host licensed `layers(host)` times over; zero for a host without a licence."""
        licensed = [host for host in hosts if host.count and layers(host)]
        there = math.fsum(host.count * self.there(host, guests(host)) for host in licensed)
        paid = sum(host.count * self.paid(host, guests(host)) * layers(host) for host in licensed)
        single = sum(host.count * self.paid(host, guests(host)) for host in licensed)
        parts = [f"{_plain(there)} {self.noun if there == 1 else self.plural}"]
        if single > there and (reason := self.reason(licensed)):
            parts.append(f"{reason}: {single:,}")
        if paid > single:
            most = max(layers(host) for host in licensed)
            parts.append(f"hosts are licensed up to {most} times over for their guests: {paid:,}")
        billed = max(paid, self.least_per_order) if licensed else 0
        if billed > paid:
            parts.append(f"an order has at least {self.least_per_order:,}: {billed:,}")
        return Counted(there, billed, "; ".join(parts))


def sockets(hosts: Sequence[HostShape]) -> int:
    """Processors of all hosts."""
    return sum(host.count * host.sockets for host in hosts)


def _plain(number: float) -> str:
    return f"{number:,.0f}" if number == int(number) else f"{number:,.1f}"


licence_units: Registry[LicenceUnit] = Registry("licence unit", "vinfra.hypervisors.licence_units", LicenceUnit)
