"""Follows load: voltage and frequency scale with what is done, so a host draws its curve's watts at its utilisation.

P = P(u). A host without VMs idles, or is powered off and draws nothing.
"""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from vinfra.hardware.power import PowerCurve
from vinfra.hardware.power_policy import PowerPolicy, power_policies
from vinfra.spec import field


@power_policies.register("follows-load")
class FollowsLoad(PowerPolicy):
    """A host draws what its curve says at its utilisation."""

    source: ClassVar[str] = "SPECpower_ssj2008 curves; Beloglazov and Buyya, CCPE 24(13), 2012: policy DVFS"

    empty_hosts: Literal["idle", "powered-off"] = field("idle", "what a host without VMs does")

    def watts(
        self, curve: PowerCurve, utilisation: NDArray[np.float64], occupied: NDArray[np.bool_]
    ) -> NDArray[np.float64]:
        """The curve at each host's utilisation; nothing for one that is powered off."""
        return np.where(self.is_on(occupied), curve.watts(utilisation), 0.0)

    def is_on(self, occupied: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Empty hosts are on only where they idle."""
        return occupied if self.empty_hosts == "powered-off" else np.ones_like(occupied)
