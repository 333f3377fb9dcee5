"""Interquartile range: the more a host's load spreads, the more room it needs.

Limit = 1 - safety * (Q3 - Q1) of its loads, with quartiles at ranks (n + 1)/4 and 3(n + 1)/4, rounded.
"""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from vinfra.operations.consolidation.detector import Bools, Floats, Ints, Learning, above, detectors
from vinfra.spec import field

LEAST = 12  # samples a spread is taken from; Beloglazov and Buyya's implementation, CloudSim 3.0.3


@detectors.register("iqr")
class InterquartileRange(Learning):
    """Load above 1 less a multiple of its interquartile range (IQR)."""

    source: ClassVar[str] = "Beloglazov and Buyya, CCPE 24(13), 2012: IQR, section 4.1"
    quick: ClassVar[bool] = False

    safety: float = field(
        1.5, "how many ranges of room a host needs", ge=0, source="IQR-MMT-1.5 of the same paper", tag="assumed"
    )

    def remembered(self, history: Floats) -> Floats:
        """All of it: a spread does not add up."""
        return history

    def overloaded(self, load: Floats, past: Floats, seen: Ints) -> Bools:
        """By the spread of what was seen."""
        return above(load, past, seen, self._limit, LEAST, self.threshold)

    def _limit(self, history: Floats) -> Floats:
        ranked, count = np.sort(history, axis=1), history.shape[1]
        first, third = int(0.25 * (count + 1) + 0.5) - 1, int(0.75 * (count + 1) + 0.5) - 1
        limit: Floats = 1 - self.safety * (ranked[:, third] - ranked[:, first])
        return limit
