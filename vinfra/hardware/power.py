"""What a server draws at a load: watts over utilisation, straight lines between measured points.

With points P(0), P(0.1), ... P(1) as SPECpower_ssj2008 reports them, P(u) is the line between the two next to u. Where
only idle and full power are known, the points between follow the shape of servers that were measured at all of them:

    P(u) = P(0) + (P(1) - P(0)) * (gap + (1 - gap - curvature) u + curvature u^2)    for u = 0.1, 0.2, ... 1

so there is a step of `gap` between idle and the first load, which the line from 0 to 0.1 climbs.
Units: watts, fractions 0..1. Source: facts/servers; facts/power/idle-gap-quadratic.yaml.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from vinfra import facts
from vinfra.spec import Spec, field

POINTS = (2, 11)
LOADS = np.arange(11) / 10


class LoadShape(Spec):
    """How power rises between idle (0) and full (1)."""

    gap: float = field(..., "step from idle to the first load", ge=0, lt=1)
    curvature: float = field(..., "weight of the square of the load", ge=-1, le=1)

    def points(self, idle: float, full: float) -> NDArray[np.float64]:
        """Watts at idle, 10, ... 100 %, shape (11,)."""
        rise = self.gap + (1 - self.gap - self.curvature) * LOADS + self.curvature * LOADS**2
        rise[[0, -1]] = 0, 1
        return idle + (full - idle) * rise


class PowerCurve:
    """Watts over utilisation; curves with the same points are equal."""

    def __init__(self, points: Sequence[float]) -> None:
        """`points`: watts at idle, 10, ... 100 %, or at idle and 100 %; ValueError when there are others."""
        if len(points) not in POINTS:
            raise ValueError(f"a power curve has 11 points or 2, got {len(points)}")
        if len(points) == 2:
            shape = facts.load("power", "idle-gap-quadratic", LoadShape)
            self.points = shape.points(*points)
        else:
            self.points = np.array(points, dtype=np.float64)
        self.points.flags.writeable = False

    def watts(self, utilisation: ArrayLike) -> NDArray[np.float64]:
        """Draw at each utilisation (0..1), any shape; ValueError outside of it."""
        loads = np.asarray(utilisation, dtype=np.float64)
        inside = (loads >= 0) & (loads <= 1)
        if not inside.all():
            raise ValueError(f"utilisation must be between 0 and 1, got {loads[~inside][0]}")
        return np.asarray(np.interp(loads, LOADS, self.points))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, PowerCurve) and self.points.tobytes() == other.points.tobytes()

    def __hash__(self) -> int:
        return hash(self.points.tobytes())

    def __repr__(self) -> str:
        return f"PowerCurve({self.points.tolist()})"
