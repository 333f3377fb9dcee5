"""A target platform: a hypervisor in an edition on a server, with what it takes to fill a host of it safely.

One target is one fact (facts/targets). Units: bytes, parts.
"""

from __future__ import annotations

from vinfra.spec import Spec, field
from vinfra.units import Bytes, Fraction


class Target(Spec):
    """One platform that an estate could run on (fact kind `targets`)."""

    title: str = field(..., "what it is called")
    hypervisor: str = field(..., "the product (fact kind `products`)")
    edition: str = field(..., "what is paid for it (fact kind `editions`)")
    windows_edition: str | None = field(
        None, "what is paid for Windows guests, where the hosts must be licensed for them"
    )
    server: str = field(..., "the server model (fact kind `servers`), where the plan names none")
    memory: Bytes = field(..., "memory of one host, where the plan names none", gt=0)
    overhead: Fraction = field("6 %", "part of a host's memory that the hypervisor keeps", source="", tag="assumed")
    vcpus_per_core: float = field(4.0, "vCPUs on one core at the most", gt=0, source="", tag="assumed")
    converter: str = field("disk copy with the guest off", "how machines come to it")
