"""What is known of hosts and VMs before anybody looks at what they do: arrays, hosts in canonical order.

A VM is one row on every kind of host it can run on, since it wants other cycles there. Units: hertz, bytes, watts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vinfra.hardware.power import PowerCurve

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Places:
    """The hosts: memory that can be promised, which kind each is of and which power curve it follows, all of shape
    (hosts,)."""

    names: Sequence[str]
    capacity: Floats
    core: Floats
    memory: Floats
    kind: Ints
    curve: Ints
    curves: Sequence[PowerCurve]


@dataclass(frozen=True, slots=True)
class Guests:
    """The VMs: memory, the core each needs and whether it may move, shape (VMs,); what it is on each kind of host,
    shape (VMs, kinds): cycles per second at 100 % demand, what its technique makes of one native cycle, the most it can
    use, and whether it can run there."""

    names: Sequence[str]
    memory: Floats
    speed: Floats
    movable: Bools
    full: Floats
    factor: Floats
    ceiling: Floats
    possible: Bools


class Watts:
    """Power over utilisation of many hosts at once, by tables of the lines between the points of their curves."""

    def __init__(self, curves: Sequence[PowerCurve]) -> None:
        points = np.array([curve.points for curve in curves])
        rise = np.diff(points, axis=1, append=points[:, -1:])
        self._pieces = points.shape[1]
        self._rise = rise.ravel()
        self._start = (points - rise * np.arange(self._pieces)).ravel()

    def rows(self, curve: Ints) -> Ints:
        """Where the tables of these curves begin, for `at`."""
        rows: Ints = curve * self._pieces
        return rows

    def at(self, row: Ints, utilisation: Floats) -> Floats:
        """Watts of hosts that follow the curves at these rows at these utilisations, shape (hosts,); what it gives
        beyond 0..1 says nothing."""
        tenths: Floats = utilisation * (self._pieces - 1)
        index = tenths.astype(np.int64)
        index += row
        tenths *= self._rise.take(index, mode="clip")
        tenths += self._start.take(index, mode="clip")
        return tenths
