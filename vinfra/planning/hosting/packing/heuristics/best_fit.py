"""Best fit decreasing: each machine, from the largest, goes to the host in which least is left over.

    left = sum over resources of (free - share)^2, the smallest

Unit: parts of a host.
"""

from __future__ import annotations

from typing import ClassVar

from vinfra.planning.hosting.packing.heuristic import Heuristic, fill, heuristics
from vinfra.planning.hosting.packing.loads import Floats, Ints, Sizes


def _left(dot: Floats, square: Floats) -> Floats:
    """The negative of what is left over, but for the machine's own square, which is the same for all hosts."""
    found: Floats = 2.0 * dot - square
    return found


@heuristics.register("best-fit")
class BestFit(Heuristic):
    """The host in which least is left over."""

    source: ClassVar[str] = "Panigrahy, Talwar, Uyeda, Wieder, Heuristics for Vector Bin Packing, 2011: L2 norm"

    def place(self, sizes: Sizes, fewest: int) -> Ints:
        """A host for each machine."""
        at = fill(sizes, _left, 0, grow=True)
        assert at is not None  # a new host takes what no other does
        return at
