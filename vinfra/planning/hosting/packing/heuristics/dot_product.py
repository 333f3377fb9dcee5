"""Dot product on a given number of hosts: each machine, from the largest, goes to the host whose free room is most like
what it asks for, so that hosts run out of all resources together.

    alike = sum over resources of share * free / |free|, the largest

Tried with the fewest hosts that could do, then with one more, then with one in two hundred more, and with ever more,
until all machines are placed.
Unit: parts of a host.
"""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from vinfra.planning.hosting.packing.heuristic import Heuristic, fill, heuristics
from vinfra.planning.hosting.packing.loads import Floats, Ints, Sizes
from vinfra.spec import field


def _alike(dot: Floats, square: Floats) -> Floats:
    found: Floats = dot / np.sqrt(square + 1e-12)
    return found


@heuristics.register("dot-product")
class DotProduct(Heuristic):
    """The host whose free room is most like what the machine asks for."""

    source: ClassVar[str] = "Panigrahy, Talwar, Uyeda, Wieder, Heuristics for Vector Bin Packing, 2011: dot product"

    tries: int = field(4, "numbers of hosts that are tried before hosts are added as needed", ge=1)

    def place(self, sizes: Sizes, fewest: int) -> Ints:
        """A host for each machine."""
        hosts = max(1, fewest)
        for tried in range(self.tries):
            at = fill(sizes, _alike, hosts, grow=False)
            if at is not None:
                return at
            hosts += 1 + tried * (hosts // 200)
        at = fill(sizes, _alike, hosts, grow=True)
        assert at is not None  # a new host takes what no other does
        return at
