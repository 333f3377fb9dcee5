"""Random values of many entities at once, each from its own stream: one more machine changes no other's draws."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from vinfra.engine.streams import Streams, normal, uniform

Floats = NDArray[np.float64]


class Draws:
    """Draws of entities by their names; `purpose` tells one draw from another."""

    def __init__(self, streams: Streams, names: Sequence[str]) -> None:
        self._streams = streams
        self._names = names

    def uniform(self, purpose: str, low: float = 0.0, high: float = 1.0) -> Floats:
        """Between low and high, shape (names,)."""
        return low + (high - low) * uniform(self._streams.keys(f"estate/{purpose}", self._names), 0)

    def true(self, purpose: str, share: float) -> NDArray[np.bool_]:
        """True for a share of them, shape (names,)."""
        return self.uniform(purpose) < share

    def which(self, purpose: str, shares: Sequence[float]) -> NDArray[np.int64]:
        """Positions with the given shares, shape (names,)."""
        bounds = np.cumsum(np.asarray(shares, dtype=np.float64))
        return np.minimum(np.searchsorted(bounds / bounds[-1], self.uniform(purpose), side="right"), len(bounds) - 1)

    def one_of(self, purpose: str, values: Sequence[float], shares: Sequence[float]) -> Floats:
        """Values with the given shares, shape (names,)."""
        return np.asarray(values, dtype=np.float64)[self.which(purpose, shares)]

    def words(self, purpose: str, shares: Mapping[str, float]) -> list[str]:
        """Words with the given shares."""
        words = list(shares)
        return [words[at] for at in self.which(purpose, list(shares.values())).tolist()]

    def about(self, purpose: str, median: float, spread: float) -> Floats:
        """Lognormal around a median, shape (names,); `spread` is the standard deviation of the logarithm."""
        deviation = normal(self._streams.keys(f"estate/{purpose}", self._names), 0)
        return median * np.exp(spread * deviation)
