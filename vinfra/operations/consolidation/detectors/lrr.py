"""Robust local regression: as local regression, with a second line to which points far from the first count less."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from vinfra.operations.consolidation.detector import Bools, Detector, Floats, Ints, Learning, detectors
from vinfra.operations.consolidation.detectors.lr import LocalRegression
from vinfra.operations.consolidation.regression import POINTS, most, robust
from vinfra.spec import field


@detectors.register("lrr")
class RobustLocalRegression(Learning):
    """Load that will be above capacity, by a line that outliers hardly bend (LRR)."""

    source: ClassVar[str] = "Beloglazov and Buyya, CCPE 24(13), 2012: LRR, section 4.1.4"
    quick: ClassVar[bool] = False

    safety: float = field(
        1.2, "what the prediction is multiplied with", gt=0, source="LRR-MMT-1.2 of the same paper", tag="assumed"
    )

    def remembered(self, history: Floats) -> Floats:
        """The points of the line, oldest first."""
        return history[:, POINTS - 1 :: -1]

    def overloaded(self, load: Floats, past: Floats, seen: Ints) -> Bools:
        """By where the line leads; by the threshold while there are too few points."""
        result: Bools = np.where(seen >= POINTS, robust(past) > most(self.safety), load > self.threshold)
        return result

    def as_in_cloudsim(self) -> Detector:
        """There the weights of both lines are computed and not used, which makes it LR."""
        return LocalRegression(safety=self.safety, threshold=self.threshold, weights="none")
