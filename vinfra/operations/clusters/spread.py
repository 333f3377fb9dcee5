"""Balancers that look at the spread: how far the fullest host of a cluster is from the emptiest.

Use of a host is the part of its CPU that its VMs want, or of its memory that they hold. Units: fractions.
Source: ProxLB, a balancer for Proxmox clusters: it begins when the highest use is more than `balanciness` above the
lowest, 10 and memory when unsaid (proxlb/models/calculations.py), every 12 hours (docs/03_configuration.md).
"""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np

from vinfra.operations.clusters.balancer import Balancer
from vinfra.operations.clusters.estate import NOWHERE
from vinfra.operations.clusters.view import View
from vinfra.operations.layout import Floats, Ints
from vinfra.spec import field
from vinfra.units import Fraction, Seconds

CALCULATIONS = "ProxLB, proxlb/models/calculations.py"
CONFIGURATION = "ProxLB, docs/03_configuration.md"


class SpreadBalancer(Balancer):
    """One that begins when the spread is above a limit. `ahead`: it counts a VM that is on its way where it is going,
    not where it still runs."""

    ahead: ClassVar[bool]

    every: Seconds = field("12 h", "time between passes", gt=0, source=CONFIGURATION, tag="measured")
    balanciness: Fraction = field(
        "10 %",
        "how far the fullest host may be above the emptiest before anything is done",
        source=CALCULATIONS,
        tag="measured",
    )
    method: Literal["memory", "cpu"] = field(
        "memory", "what hosts are compared by", source=CALCULATIONS, tag="measured"
    )

    def sizes(self, view: View) -> Floats:
        """What each VM takes of its host, bytes or hertz, shape (VMs,)."""
        return view.estate.members.guests.memory if self.method == "memory" else view.want

    def wholes(self, view: View) -> Floats:
        """What each host has of it, shape (hosts,)."""
        return view.estate.places.memory if self.method == "memory" else view.estate.places.capacity

    def use(self, view: View) -> Floats:
        """Use of every host, shape (hosts,): what is to be seen on it, at most all, or what will be wanted of it."""
        place = view.at if self.ahead else view.estate.host
        vms = np.flatnonzero(place != NOWHERE)
        taken = np.bincount(place[vms], self.sizes(view)[vms], view.hosts) / self.wholes(view)
        return taken if self.ahead else np.minimum(taken, 1.0)

    def uneven(self, view: View) -> Ints:
        """Clusters whose spread is above the limit."""
        use, clusters = self.use(view), view.estate.clusters
        cluster, use = view.cluster[view.open], use[view.open]
        most, least = np.full(clusters, -np.inf), np.full(clusters, np.inf)
        np.maximum.at(most, cluster, use)
        np.minimum.at(least, cluster, use)
        found: Ints = np.flatnonzero(most - least > self.balanciness + 1e-9)
        return found
