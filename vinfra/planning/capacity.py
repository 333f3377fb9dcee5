"""Bytes of a machine that are copied, backed up and kept: which of the three truths about its disks, and what stands in
for one that is not known.

Provisioned is never less than in use, and in use seldom less than what the guest holds; so for one that is missing the
next larger one is taken first, which is on the safe side. Unit: bytes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from vinfra.planning.assumptions import Truth
from vinfra.planning.inventory import Machine

INSTEAD: Mapping[Truth, Sequence[Truth]] = {
    "guest-used": ("guest-used", "in-use", "provisioned"),
    "in-use": ("in-use", "provisioned", "guest-used"),
    "provisioned": ("provisioned", "in-use", "guest-used"),
}


def held(machine: Machine, truth: Truth) -> float | None:
    """Bytes of one machine by that truth, or by the next one known; None where its disks are not known at all."""
    return next((found for one in INSTEAD[truth] if (found := _by(machine, one))), None)


def held_by_all(machines: Sequence[Machine], truth: Truth) -> NDArray[np.float64]:
    """The same of many, NaN where nothing is known, shape (machines,)."""
    return np.array([np.nan if (found := held(machine, truth)) is None else found for machine in machines], dtype=float)


def _by(machine: Machine, truth: Truth) -> float | None:
    if truth == "guest-used":
        inside = [disk.used for disk in machine.disks if disk.used is not None]
        return machine.guest_used if machine.guest_used is not None else (sum(inside) if inside else None)
    if truth == "in-use":
        return machine.in_use
    return machine.disk or None
