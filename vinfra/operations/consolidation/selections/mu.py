"""Minimum utilisation: the VM that wants the least of its vCPUs."""

from __future__ import annotations

from typing import ClassVar

from vinfra.operations.consolidation.selection import Candidates, Selection, selections


@selections.register("mu")
class LeastDemand(Selection):
    """The VM that wants the least part of its vCPUs (MU)."""

    source: ClassVar[str] = "CloudSim 3.0.3, policy MU; used beside MMT, RS and MC in its PlanetLab examples"

    def pick(self, candidates: Candidates) -> int:
        """The first of those that want least."""
        return int(candidates.demand.argmin())
