"""The balancer at work: a pass over all clusters now and then, and its moves as orders."""

from __future__ import annotations

from typing import Any

from vinfra.engine.state import Kept
from vinfra.operations.clusters.balancer import Balancer
from vinfra.operations.clusters.fleet import Fleet


class Balancing(Kept):
    """A balancer and the fleet it balances."""

    def __init__(self, fleet: Fleet, balancer: Balancer) -> None:
        self.fleet, self.balancer = fleet, balancer
        fleet.agenda.handlers["balance"] = self._pass
        fleet.agenda.add(balancer.every, "balance")

    def epoch(self, time: float, length: float) -> None:
        """Nothing changes with demand alone."""

    def host_on(self, host: int) -> None:
        """The next pass sees it."""

    def host_lost(self, host: int) -> None:
        """The next pass sees it."""

    def host_isolated(self, host: int) -> None:
        """The next pass sees it."""

    def _pass(self, subject: int, note: Any) -> None:
        fleet = self.fleet
        fleet.shares.refresh()
        view = fleet.view()
        movable = None
        for cluster in self.balancer.uneven(view).tolist():
            if movable is None:
                movable = fleet.movable()
            for move in self.balancer.moves(view, view.of(cluster), movable, fleet.cost):
                fleet.move(move.vm, move.target, move.why)
                movable[move.vm] = False
        fleet.agenda.add(fleet.now + self.balancer.every, "balance")
