"""A fixed threshold: a host is overloaded where its load is above it."""

from __future__ import annotations

from typing import ClassVar

from vinfra.operations.consolidation.detector import Bools, Detector, Floats, Ints, detectors
from vinfra.spec import field


@detectors.register("thr")
class Threshold(Detector):
    """Load above a fixed threshold (THR)."""

    source: ClassVar[str] = "Beloglazov and Buyya, CCPE 24(13), 2012: THR"

    threshold: float = field(
        0.8, "load above which a host is overloaded", gt=0, source="THR-MMT-0.8 of the same paper", tag="assumed"
    )

    def overloaded(self, load: Floats, past: Floats, seen: Ints) -> Bools:
        """The present alone decides."""
        result: Bools = load > self.threshold
        return result
