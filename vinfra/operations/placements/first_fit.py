"""First fit: hosts in their canonical order, each VM on the first that has room.

For VMs that are alike this is one pass over the hosts: each host takes as many as it can, then the next.
"""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from vinfra.operations.placement import NOWHERE, Batch, Placement, Room, fits, placements, take


@placements.register("first-fit")
class FirstFit(Placement):
    """Each VM on the first host that has room."""

    source: ClassVar[str] = "Johnson, Near-optimal bin packing algorithms, MIT 1973"

    def place(self, batch: Batch, room: Room) -> NDArray[np.int64]:
        """Fill host after host."""
        cpu = self.cpu_of(batch)
        fit = fits(batch, cpu, room)
        before = np.cumsum(fit) - fit
        counts = np.clip(batch.count - before, 0, fit)
        take(batch, cpu, room, counts)
        hosts = np.repeat(np.arange(len(counts)), counts)
        return np.concatenate((hosts, np.full(batch.count - len(hosts), NOWHERE, dtype=np.int64)))
