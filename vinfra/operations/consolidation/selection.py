"""Which VM leaves an overloaded host. A selection is one file in selections/; it is asked again until the host is no
longer overloaded.

Source: Beloglazov and Buyya, CCPE 24(13), 2012, section 4.2. Units: bytes, fractions.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar, NamedTuple

import numpy as np
from numpy.typing import NDArray

from vinfra.registry import Registry
from vinfra.spec import Spec

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


class Candidates(NamedTuple):
    """The VMs of a host that can leave it (`rows` of arrays over all VMs), and where a number in [0, 1) is drawn."""

    rows: Ints
    memories: Floats
    demands: Floats
    histories: Floats
    draw: Callable[[], float]

    @property
    def memory(self) -> Floats:
        """Bytes, shape (rows,)."""
        return self.memories[self.rows]

    @property
    def demand(self) -> Floats:
        """The part of their vCPUs they want, shape (rows,)."""
        return self.demands[self.rows]

    @property
    def history(self) -> Floats:
        """The same at the last passes, newest first, shape (rows, samples)."""
        return self.histories[self.rows]


class Selection(Spec):
    """One rule."""

    name: ClassVar[str]
    source: ClassVar[str]

    def pick(self, candidates: Candidates) -> int:
        """Index of the VM that leaves; there is one at least."""
        raise TypeError(f"{type(self).__name__} does not say which VM leaves")


selections: Registry[Selection] = Registry("VM selection", "vinfra.operations.consolidation.selections", Selection)
