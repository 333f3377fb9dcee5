"""Best fit: each VM on the host with least memory left that fits it; ties go to the first host.

The host that takes a VM has even less left, so it takes the next one too until it is full: VMs that are alike fill
whole hosts, from the one with least memory left up.
"""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from vinfra.operations.placement import NOWHERE, Batch, Placement, Room, fits, placements, take


@placements.register("best-fit")
class BestFit(Placement):
    """Each VM on the host with least memory left that has room."""

    source: ClassVar[str] = "Johnson, Near-optimal bin packing algorithms, MIT 1973"

    def place(self, batch: Batch, room: Room) -> NDArray[np.int64]:
        """Fill host after host, fullest first."""
        cpu = self.cpu_of(batch)
        fit = fits(batch, cpu, room)
        order = np.argsort(room.memory, kind="stable")
        before = np.cumsum(fit[order]) - fit[order]
        taken = np.clip(batch.count - before, 0, fit[order])
        counts = np.zeros_like(fit)
        counts[order] = taken
        take(batch, cpu, room, counts)
        hosts = np.repeat(order, taken)
        return np.concatenate((hosts, np.full(batch.count - len(hosts), NOWHERE, dtype=np.int64)))
