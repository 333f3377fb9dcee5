"""How a host's draw follows what it does. A policy is one file in power_policies/; it turns utilisation into watts.

Unit: watts. The curve of watts over utilisation is the server's (SPECpower points).
"""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from vinfra.hardware.power import PowerCurve
from vinfra.registry import Registry
from vinfra.spec import Spec


class PowerPolicy(Spec):
    """One rule."""

    name: ClassVar[str]
    source: ClassVar[str]

    def watts(
        self, curve: PowerCurve, utilisation: NDArray[np.float64], occupied: NDArray[np.bool_]
    ) -> NDArray[np.float64]:
        """Draw of each host, shape (hosts,), from its utilisation (0..1) and whether any VM is on it."""
        raise TypeError(f"{type(self).__name__} does not say what a host draws")

    def is_on(self, occupied: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Which hosts are powered on, shape (hosts,)."""
        return np.ones_like(occupied)


power_policies: Registry[PowerPolicy] = Registry("power policy", "vinfra.hardware.power_policies", PowerPolicy)
