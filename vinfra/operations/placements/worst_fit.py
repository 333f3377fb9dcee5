"""Worst fit: each VM on the host with most memory left, so that load spreads; ties go to the first host."""

from __future__ import annotations

import heapq
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from vinfra.operations.placement import NOWHERE, Batch, Placement, Room, fits, placements, take


@placements.register("worst-fit")
class WorstFit(Placement):
    """Each VM on the host with most memory left."""

    source: ClassVar[str] = "Johnson, Near-optimal bin packing algorithms, MIT 1973"

    def place(self, batch: Batch, room: Room) -> NDArray[np.int64]:
        """Give VM after VM to the emptiest host, O(log hosts) each."""
        cpu = self.cpu_of(batch)
        fit = fits(batch, cpu, room)
        emptiest = [(-float(room.memory[host]), int(host)) for host in np.flatnonzero(fit)]
        heapq.heapify(emptiest)
        counts = np.zeros_like(fit)
        chosen = np.full(batch.count, NOWHERE, dtype=np.int64)
        for index in range(batch.count):
            if not emptiest:
                break
            negative, host = heapq.heappop(emptiest)
            chosen[index] = host
            counts[host] += 1
            if counts[host] < fit[host]:
                heapq.heappush(emptiest, (negative + batch.memory, host))
        take(batch, cpu, room, counts)
        return chosen
