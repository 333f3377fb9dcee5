"""Minimum migration time: the VM with the least memory is moved soonest."""

from __future__ import annotations

from typing import ClassVar

from vinfra.operations.consolidation.selection import Candidates, Selection, selections


@selections.register("mmt")
class MinimumMigrationTime(Selection):
    """The VM with least memory, which takes the least time to move (MMT)."""

    source: ClassVar[str] = "Beloglazov and Buyya, CCPE 24(13), 2012: MMT, section 4.2.1"

    def pick(self, candidates: Candidates) -> int:
        """The first of those with least memory."""
        return int(candidates.memory.argmin())
