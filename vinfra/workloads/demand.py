"""Demand: what fraction of its vCPUs each VM wants, epoch by epoch.

An epoch k covers [k * interval, (k + 1) * interval) seconds. One column is one VM. A recording is a demand that ends; a
synthetic one (synthetic.py) does not.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from vinfra.engine.state import State


class Demand(Protocol):
    """Anything that says what every VM wants in epoch k."""

    @property
    def interval(self) -> float:
        """Seconds one sample holds."""

    @property
    def columns(self) -> int:
        """How many VMs."""

    @property
    def epochs(self) -> int | None:
        """How many samples each VM has; None where it never ends."""

    @property
    def notes(self) -> Sequence[str]:
        """What a reader of results must know: gaps that were filled, values that were cut, what it is good for."""

    def at(self, k: int) -> NDArray[np.float64]:
        """Fractions 0..1 of each VM's vCPUs in epoch k, shape (columns,)."""

    def state(self) -> State:
        """What it knows beside what it was made from, so that another like it can go on."""

    def restore(self, state: State) -> None:
        """Go on from there; KeyError or ValueError where it does not fit."""


@dataclass(frozen=True, slots=True, eq=False)
class Recording:
    """A recorded demand. `percent` holds the samples as compactly as they came, shape (epochs, columns), 0..100.

    `fingerprint` is the SHA-256 of what was read, whatever its path. `notes` say what a reader of results must know:
    gaps that were filled, values that were cut. `by_name`: a VM follows the column of its name, not the next one.
    """

    interval: float
    percent: NDArray[np.uint8] | NDArray[np.float32]
    names: Sequence[str]
    fingerprint: str
    notes: Sequence[str] = ()
    by_name: bool = False

    @property
    def columns(self) -> int:
        """How many VMs."""
        return int(self.percent.shape[1])

    @property
    def epochs(self) -> int:
        """How many samples each VM has."""
        return int(self.percent.shape[0])

    def at(self, k: int) -> NDArray[np.float64]:
        """Fractions 0..1 in epoch k, shape (columns,); IndexError outside the recording."""
        if not 0 <= k < self.epochs:
            raise IndexError(f"the recording has epochs 0 to {self.epochs - 1}, asked for {k}")
        fractions: NDArray[np.float64] = self.percent[k] / np.float64(100)
        return fractions

    def state(self) -> State:
        """Nothing: it is as it was read."""
        return {}

    def restore(self, state: State) -> None:
        """There is nothing to restore."""


class Joined:
    """Demands of groups of VMs side by side: their columns one after the other."""

    epochs: int | None = None

    def __init__(self, demands: Sequence[Demand]) -> None:
        """ValueError when the demands do not have one interval."""
        intervals = {demand.interval for demand in demands}
        if len(intervals) != 1:
            raise ValueError(f"demands that are joined need one interval, got {sorted(intervals)}")
        self.interval = intervals.pop()
        self.columns = sum(demand.columns for demand in demands)
        self.notes: Sequence[str] = list(dict.fromkeys(note for demand in demands for note in demand.notes))
        self._demands = demands

    def at(self, k: int) -> NDArray[np.float64]:
        """Fractions 0..1 of all columns in epoch k, shape (columns,)."""
        return np.concatenate([demand.at(k) for demand in self._demands])

    def state(self) -> State:
        """What each of the demands knows."""
        return {"demands": [demand.state() for demand in self._demands]}

    def restore(self, state: State) -> None:
        """Go on from there; KeyError or ValueError where it does not fit."""
        for demand, known in zip(self._demands, state["demands"], strict=True):
            demand.restore(known)
