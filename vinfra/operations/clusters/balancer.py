"""Which VMs change hosts so that hosts are loaded alike. A balancer is one file in balancers/; it looks at one cluster
on paper and says who goes where, one after the other.

Source of the terms: Gulati et al., VMware Technical Journal 1(1), 2012.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from vinfra.operations.clusters.view import View
from vinfra.operations.layout import Bools, Floats, Ints
from vinfra.registry import Registry
from vinfra.spec import Spec, field
from vinfra.units import Seconds


@dataclass(frozen=True, slots=True)
class Move:
    """A VM goes to a host (indices), and why."""

    vm: int
    target: int
    why: str


@dataclass(frozen=True, slots=True)
class Cost:
    """What moving costs: bytes per second one migration gets, and cycles a byte takes on each of both hosts."""

    bandwidth: float
    cycles_per_byte: float

    def cycles(self, memory: Floats) -> Floats:
        """Cycles of both hosts that moving so many bytes takes, of the shape of `memory`."""
        return 2 * self.cycles_per_byte * memory


class Balancer(Spec):
    """One rule."""

    name: ClassVar[str]
    source: ClassVar[str]

    every: Seconds = field("5 min", "time between passes", gt=0, source="VMware DRS: 300 s", tag="measured")

    def uneven(self, view: View) -> Ints:
        """The clusters worth a closer look, by index: all that have two open hosts at least."""
        count = np.bincount(view.cluster[view.open], minlength=view.estate.clusters)
        found: Ints = np.flatnonzero(count > 1)
        return found

    def moves(self, view: View, hosts: Ints, movable: Bools, cost: Cost) -> Iterator[Move]:
        """Who goes where among these hosts, one after the other; each is put on paper before the next is asked for.

        `movable` says who may move now, shape (VMs,); whoever asks strikes off who has moved before asking for more.
        """
        raise TypeError(f"{type(self).__name__} does not say who moves")


balancers: Registry[Balancer] = Registry("balancer", "vinfra.operations.clusters.balancers", Balancer)
