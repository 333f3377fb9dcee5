"""Median absolute deviation: the more a host's load strays from its median, the more room it needs.

Limit = 1 - safety * median(|load - median(load)|).
"""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from vinfra.operations.consolidation.detector import Bools, Floats, Ints, Learning, above, detectors
from vinfra.spec import field

LEAST = 12  # samples a spread is taken from; Beloglazov and Buyya's implementation, CloudSim 3.0.3


@detectors.register("mad")
class MedianAbsoluteDeviation(Learning):
    """Load above 1 less a multiple of its median absolute deviation (MAD)."""

    source: ClassVar[str] = "Beloglazov and Buyya, CCPE 24(13), 2012: MAD, section 4.1"
    quick: ClassVar[bool] = False

    safety: float = field(
        2.5, "how many deviations of room a host needs", ge=0, source="MAD-MMT-2.5 of the same paper", tag="assumed"
    )

    def remembered(self, history: Floats) -> Floats:
        """All of it: a spread does not add up."""
        return history

    def overloaded(self, load: Floats, past: Floats, seen: Ints) -> Bools:
        """By the spread of what was seen."""
        return above(load, past, seen, self._limit, LEAST, self.threshold)

    def _limit(self, history: Floats) -> Floats:
        strays = np.abs(history - _median(history)[:, None])
        limit: Floats = 1 - self.safety * _median(strays)
        return limit


def _median(values: Floats) -> Floats:
    """Of each row; faster than numpy's for rows as short as these."""
    ranked, count = np.sort(values, axis=1), values.shape[1]
    middle: Floats = 0.5 * (ranked[:, (count - 1) // 2] + ranked[:, count // 2])
    return middle
