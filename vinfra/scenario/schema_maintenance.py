"""Maintenance in the language: what stands beside the work and its parameters."""

from __future__ import annotations

from vinfra.spec import Spec, field
from vinfra.units import Seconds


class Maintenance(Spec):
    """Hosts leave service, something is done to them, and they come back; the work's parameters stand beside these."""

    hosts: str | list[str] | None = field(None, "hosts and host groups it is done to; all of the site when unsaid")
    start: str = field("day 1 at 0h", "when the first host is begun, as in `day 1 at 22h`")
    until: str | None = field(None, "no host is begun from then on; the end of the run when unsaid")
    at_once: int = field(1, "hosts of one cluster that are under way together", ge=1, le=1000)
    failures: int = field(0, "hosts that may fail meanwhile and leave room for all VMs, at least", ge=0)
    every: Seconds = field(
        "5 min",
        "time after which hosts that wait for room are looked at again",
        gt=0,
        source="VMware DRS: 300 s",
        tag="measured",
    )
