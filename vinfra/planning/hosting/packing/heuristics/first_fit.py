"""First fit decreasing: each machine, from the largest, goes to the first host with room.

The size of a machine is the largest part it takes of any resource of a host. Unit: hosts.
"""

from __future__ import annotations

from typing import ClassVar

from vinfra.planning.hosting.packing.heuristic import Heuristic, fill, heuristics
from vinfra.planning.hosting.packing.loads import Ints, Sizes


@heuristics.register("first-fit")
class FirstFit(Heuristic):
    """The first host with room."""

    source: ClassVar[str] = "Johnson, Near-optimal bin packing algorithms, MIT, 1973; dominant share as size"

    def place(self, sizes: Sizes, fewest: int) -> Ints:
        """A host for each machine."""
        at = fill(sizes, None, 0, grow=True)
        assert at is not None  # a new host takes what no other does
        return at
