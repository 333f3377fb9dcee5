"""Which VM leaves an overloaded host. A selection is one file in selections/; it is asked again until the host is no
longer overloaded.

Source: Beloglazov and Buyya, CCPE 24(13), 2012, section 4.2. Units: bytes, fractions.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from vinfra.registry import Registry
from vinfra.spec import Spec

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Candidates:
    """The VMs of a host that can leave it: memory (bytes) and the part of their vCPUs they want, shape (VMs,), the same
    at the last passes, newest first, shape (VMs, samples), and a number drawn in [0, 1)."""

    memory: Floats
    demand: Floats
    history: Floats
    draw: float


class Selection(Spec):
    """One rule."""

    name: ClassVar[str]
    source: ClassVar[str]

    def pick(self, candidates: Candidates) -> int:
        """Index of the VM that leaves; there is one at least."""
        raise TypeError(f"{type(self).__name__} does not say which VM leaves")


selections: Registry[Selection] = Registry("VM selection", "vinfra.operations.consolidation.selections", Selection)
