"""A target platform: a hypervisor in an edition on a server, with what it takes to fill a host of it safely.

One target is one fact (facts/targets). Units: bytes, parts.
"""

from __future__ import annotations

from datetime import date

from vinfra import facts
from vinfra.hypervisors.edition import edition
from vinfra.hypervisors.product import Product
from vinfra.spec import Day, Spec, field
from vinfra.units import Bytes, BytesPerSecond, Fraction


class Target(Spec):
    """One platform that an estate could run on (fact kind `targets`)."""

    title: str = field(..., "what it is called")
    hypervisor: str = field(..., "the product (fact kind `products`)")
    edition: str = field(..., "what is paid for it (fact kind `editions`)")
    fixed: bool = field(False, "whether that edition is billed even where another one for Windows guests costs less")
    windows_edition: str | None = field(
        None, "what is paid for Windows guests, where the hosts must be licensed for them"
    )
    server: str = field(..., "the server model (fact kind `servers`), where the plan names none")
    memory: Bytes = field(..., "memory of one host, where the plan names none", gt=0)
    overhead: Fraction = field(
        "6 %",
        "part of a host's memory that the hypervisor keeps for itself, beside what it takes for each machine",
        source="VMware, ESX Server 2 Administration Guide: 6 % for the minimum of free memory",
        tag="specified",
    )
    vcpus_per_core: float = field(
        4.0,
        "vCPUs on one core at the most",
        gt=0,
        source="VMware vSphere 6.7 Data Center Design Cookbook, Packt: about 4 for server workloads, typically; "
        "VMware's own blog of 2025-06-04 calls any such ratio outdated where the use of CPU is known",
        tag="assumed",
    )
    swap_disk: str = field(
        "sas-15k",
        "kind of disk in a host that pages go to when memory is promised twice (fact kind `disks`)",
        source="the usual disks of servers of 2008, from memory",
        tag="assumed",
    )
    swap_disks: int = field(
        2, "how many of them", ge=1, source="the usual pair that a hypervisor boots from, from memory", tag="assumed"
    )
    price: float | None = field(None, "what one host costs, once; hosts.price when unsaid", ge=0)
    sold_from: Day | None = field(None, "first day on which its edition is sold at a price that is known")
    sold_until: Day | None = field(None, "last day on which it is of its time; still of it when unsaid")
    converter: str = field("disk copy with the guest off", "how machines come to it")
    physical: str = field("an image of the disks, taken from a boot medium (P2V)", "how physical servers come to it")
    converter_rate: BytesPerSecond | None = field(
        None, "bytes of one machine that the converter copies in a second; the assumption waves.rate when unsaid", gt=0
    )
    warm: bool = field(False, "whether machines are copied while they run, and stand still for what changed meanwhile")

    def current(self, on: date) -> bool:
        """Whether it is of its time on a day."""
        return (self.sold_from is None or self.sold_from <= on) and (self.sold_until is None or on <= self.sold_until)


def current(on: date) -> list[str]:
    """Names of the targets that are of their time on a day, sorted."""
    return [name for name in facts.names("targets") if facts.load("targets", name, Target).current(on)]


def carried(target: Target) -> frozenset[str]:
    """What the edition that is paid for carries; all of the product where nobody sells it by that name."""
    if target.edition in facts.names("editions"):
        sold = edition(target.edition)
        if target.hypervisor in sold.terms.products:
            return sold.carries(target.hypervisor)
    product: Product = facts.load("products", target.hypervisor, Product)
    return frozenset(product.features)
