"""Full power: every host draws its 100 % point all the time, whatever it does (no power management at all).

P = P(1). This is what the literature on consolidation calls NPA, non power aware.
"""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from vinfra.hardware.power import PowerCurve
from vinfra.hardware.power_policy import PowerPolicy, power_policies


@power_policies.register("full-power")
class FullPower(PowerPolicy):
    """Every host draws its 100 % point all the time."""

    source: ClassVar[str] = "Beloglazov and Buyya, CCPE 24(13), 2012: policy NPA"

    def watts(
        self, curve: PowerCurve, utilisation: NDArray[np.float64], occupied: NDArray[np.bool_]
    ) -> NDArray[np.float64]:
        """The 100 % point for every host."""
        return np.full(utilisation.shape, float(curve.watts(1.0)))
