"""Demand as CloudSim 3.0.3 sees it: a VM that asks for nothing is deleted, for good.

CloudSim looks 0.1 s after each sample and interpolates to the next one, so a VM asks for nothing where two samples in
a row are zero. Source: reproduced to the digit on PlanetLab 20110303, see docs/cloudsim.md.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vinfra.engine.state import State, refill
from vinfra.workloads.demand import Demand


class DeletedAtZero:
    """Wraps a demand; `alive` says which columns were not deleted up to the epoch asked for last. Ask in order."""

    def __init__(self, demand: Demand) -> None:
        self.interval = demand.interval
        self.columns = demand.columns
        self.epochs = demand.epochs
        self.notes = demand.notes
        self.alive: NDArray[np.bool_] = np.ones(demand.columns, dtype=bool)
        self._demand = demand

    def state(self) -> State:
        """Who is alive, and what the demand knows."""
        return {"alive": self.alive, "demand": self._demand.state()}

    def restore(self, state: State) -> None:
        """Go on from there; KeyError or ValueError where it does not fit."""
        refill(self.alive, state["alive"])
        self._demand.restore(state["demand"])

    def at(self, k: int) -> NDArray[np.float64]:
        """Fractions of all columns in epoch k, 0 for what was deleted. CloudSim never looks at the first sample."""
        now = self._demand.at(k)
        if k > 0:
            last = self.epochs is not None and k + 1 >= self.epochs
            self.alive &= (now > 0) | ((now if last else self._demand.at(k + 1)) > 0)
        return np.where(self.alive, now, 0.0)
