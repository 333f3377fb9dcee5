"""Local regression: a host is overloaded where the line through its last loads leads above its capacity.

Overloaded where safety * load(n + 1) >= 1, n + 1 being the next pass, when a migration would be over.
"""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np

from vinfra.operations.consolidation.detector import Detector, Floats, Ints, Learning, detectors
from vinfra.operations.consolidation.regression import POINTS, TRICUBE, ahead, most
from vinfra.spec import field

COUNTS = {"tricube": ahead(TRICUBE)[::-1].copy(), "none": ahead(np.ones(POINTS))[::-1].copy()}  # newest first


@detectors.register("lr")
class LocalRegression(Learning):
    """Load that will be above capacity, by a line through the last ten (LR)."""

    enough: ClassVar[int] = POINTS
    source: ClassVar[str] = "Beloglazov and Buyya, CCPE 24(13), 2012: LR, section 4.1.3"

    safety: float = field(
        1.2, "what the prediction is multiplied with", gt=0, source="LR-MMT-1.2 of the same paper", tag="assumed"
    )
    weights: Literal["tricube", "none"] = field("tricube", "how much more new loads count than old ones")

    def remembered(self, history: Floats) -> Floats:
        """Where the line leads, shape (VMs, 1): a weighted sum of the last loads, so it adds up."""
        predicted: Floats = (history[:, :POINTS] * COUNTS[self.weights]).sum(axis=1, keepdims=True)
        return predicted

    def limits(self, seen: Ints) -> tuple[Floats, Floats]:
        """Where the line may lead; the threshold while there are too few points."""
        known = seen >= POINTS
        return np.where(known, np.inf, self.threshold), np.where(known, most(self.safety), np.inf)

    def as_in_cloudsim(self) -> Detector:
        """There the weights are computed and not used."""
        return self.model_copy(update={"weights": "none"})
