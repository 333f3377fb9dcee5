"""Random selection: any VM, drawn for each host from a stream of its own."""

from __future__ import annotations

from typing import ClassVar

from vinfra.operations.consolidation.selection import Candidates, Selection, selections


@selections.register("rs")
class RandomSelection(Selection):
    """A VM drawn at random (RS)."""

    source: ClassVar[str] = "Beloglazov and Buyya, CCPE 24(13), 2012: RS, section 4.2.2"

    def pick(self, candidates: Candidates) -> int:
        """Each alike."""
        return int(candidates.draw() * len(candidates.rows))
