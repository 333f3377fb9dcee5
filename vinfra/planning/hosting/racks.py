"""Hosts in racks: as many in each as its feed and its height carry, the rest in the next.

    hosts of a rack = min(room, floor(power of the rack / peak of a host))

The peak counts, as a feed that trips takes all hosts of its rack along; a rack is filled before the next one is begun.
Units: watts. Source: arithmetic; limits from assumptions.racks.
"""

from __future__ import annotations

import math

from vinfra.errors import Refused
from vinfra.planning.assumptions import Racks
from vinfra.planning.plan import Rack
from vinfra.units import show


def racked(hosts: int, peak: float, limits: Racks) -> list[Rack]:
    """Racks for hosts that draw `peak` watts each at the most; Refused where a rack cannot feed one of them."""
    feeds = math.floor(limits.power / peak) if peak > 0 else limits.hosts
    if feeds * peak > limits.power:  # rounding of the quotient
        feeds -= 1
    if feeds < 1 and hosts:
        most, rack = show(round(peak), "power"), show(limits.power, "power")
        raise Refused(f"one host draws {most} at the most, and a rack carries {rack}: set racks.power")
    each = min(limits.hosts, feeds)
    found = []
    while hosts > 0:
        here = min(each, hosts)
        hosts -= here
        stopped = "nothing" if not hosts else "power" if feeds < limits.hosts else "space"
        found.append(Rack(here, here * peak, limits.power, stopped))  # type: ignore[arg-type]
    return found
