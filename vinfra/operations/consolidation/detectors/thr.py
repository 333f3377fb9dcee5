"""A fixed threshold: a host is overloaded where its load is above it."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from vinfra.operations.consolidation.detector import Detector, Floats, Ints, detectors
from vinfra.spec import field


@detectors.register("thr")
class Threshold(Detector):
    """Load above a fixed threshold (THR)."""

    source: ClassVar[str] = "Beloglazov and Buyya, CCPE 24(13), 2012: THR"

    threshold: float = field(
        0.8, "load above which a host is overloaded", gt=0, source="THR-MMT-0.8 of the same paper", tag="assumed"
    )

    def limits(self, seen: Ints) -> tuple[Floats, Floats]:
        """The present alone decides."""
        return np.full(len(seen), self.threshold), np.full(len(seen), np.inf)
