"""Momentary: the largest VM goes from the fullest host to the emptiest, whatever comes after.

It looks at what hosts do now and not at what they will do with the VM: one VM that is larger than the spread it is to
close goes to and fro for ever. Source: ProxLB before its solver; credativ/ProxLB#23 asks for the state after a move,
gyptazy/ProxLB#128 and #390 show VMs that move although nothing gets better.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

import numpy as np

from vinfra.operations.clusters.balancer import Cost, Move, balancers
from vinfra.operations.clusters.spread import SpreadBalancer
from vinfra.operations.clusters.view import View
from vinfra.operations.layout import Bools, Ints
from vinfra.spec import field


@balancers.register("momentary")
class Momentary(SpreadBalancer):
    """The largest VM of the fullest host goes to the emptiest, without asking what comes after (as ProxLB did)."""

    source: ClassVar[str] = "ProxLB 1.x, a balancer for Proxmox; credativ/ProxLB#23, gyptazy/ProxLB#128 and #390"
    ahead: ClassVar[bool] = False

    guests: int = field(
        1, "VMs that move in one pass", ge=1, le=1000, source="ProxLB: parallel migrations are off", tag="measured"
    )

    def moves(self, view: View, hosts: Ints, movable: Bools, cost: Cost) -> Iterator[Move]:
        """From the fullest to the emptiest, the largest first."""
        use = self.use(view)[hosts]
        source, target = int(hosts[use.argmax()]), int(hosts[use.argmin()])
        vms = np.array([vm for vm in view.members(source) if movable[vm]], dtype=np.int64)
        sizes = self.sizes(view)[vms]
        why = f"{view.estate.places.names[source]} at {use.max():.0%}, {view.estate.places.names[target]} at"
        gone = 0
        for index in np.argsort(-sizes, kind="stable").tolist():
            vm = int(vms[index])
            if (
                gone < self.guests
                and sizes[index] > 0
                and view.takes(vms[index : index + 1], hosts[hosts == target])[0]
            ):
                view.put(vm, target)
                gone += 1
                yield Move(vm, target, f"{why} {use.min():.0%}")
