"""Clusters in the language: what it costs to run hosts together. Balancer, DPM and the rest stand beside it."""

from __future__ import annotations

from typing import Any

from vinfra.spec import Spec, field
from vinfra.units import BytesPerSecond, Fraction, Seconds, Watts

# Any of them puts the hosts of a site under management.
KEYS = ("cluster", "balancer", "dpm", "ha", "maintenance", "power_cap")
SLOTS = "vSphere 5 and later: 4 migrations at once on a host at 1 Gbit/s, 8 at 10 Gbit/s"


class Cluster(Spec):
    """Hosts that are run together, and what it costs to move VMs between them and to switch them off and on."""

    hosts: int | None = field(
        None, "hosts of one cluster, in their order; all hosts of the site are one cluster when unsaid", ge=1
    )
    bandwidth: BytesPerSecond = field(
        "1.25 Gbit/s",
        "what one migration gets of its hosts' network",
        gt=0,
        source="10 Gbit/s shared by eight migrations",
        tag="assumed",
    )
    at_once: int = field(
        8, "migrations a host takes part in at once; others wait", ge=1, le=64, source=SLOTS, tag="measured"
    )
    cycles_per_byte: float = field(
        8.0,
        "cycles that sending a byte takes on the source, and receiving it on the target",
        ge=0,
        source="one hertz for each bit per second: Foong et al., TCP Performance Re-visited, ISPASS 2003",
        tag="measured",
    )
    boot: Seconds = field(
        "5 min", "time a host takes from off to taking VMs", ge=0, source="POST and boot of a server", tag="assumed"
    )
    stop: Seconds = field("1 min", "time it takes to go to standby", ge=0, source="shutdown of a server", tag="assumed")
    standby: Watts = field(
        "10 W",
        "what a host draws on standby",
        ge=0,
        source="a baseboard controller and a network card that listens",
        tag="assumed",
    )
    boot_load: Fraction = field(
        "50 %", "the load a host draws for while it boots or stops", source="no measurement at hand", tag="assumed"
    )
    vm_boot: Seconds = field(
        "1 min", "time a VM takes from power-on to its service", ge=0, source="boot of a server guest", tag="assumed"
    )
    vm_boots_at_once: int = field(
        8, "VMs that boot on a host at once; others wait", ge=1, le=256, source="no measurement at hand", tag="assumed"
    )


def managed(scenario: Any) -> bool:
    """Whether the hosts of a site are under management."""
    return any(getattr(scenario, key) not in (None, "none", {}) for key in KEYS)
