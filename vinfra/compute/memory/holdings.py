"""Where every byte of a VM's configured memory is: the account that must always add up.

    configured = untouched + private + shared + ballooned + compressed + swapped

Private pages have a machine page each; shared ones have copies that are counted for the host; a compressed page takes a
part of a machine page; what is ballooned or swapped takes none, and what was never touched has none yet. Unit: bytes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from vinfra.compute.memory.machines import Floats


@dataclass(slots=True)
class Holdings:
    """All VMs, arrays of shape (vms,); `private` is what is left of what they touched."""

    touched: Floats
    shared: Floats
    ballooned: Floats
    compressed: Floats
    swapped: Floats

    @classmethod
    def of(cls, touched: Floats) -> Holdings:
        """Everything that was touched is private."""
        return cls(touched, *(np.zeros(len(touched)) for _ in range(4)))

    @property
    def out(self) -> Floats:
        """What is without a machine page of its own because it was taken."""
        return self.ballooned + self.compressed + self.swapped

    @property
    def private(self) -> Floats:
        """Pages with a machine page each."""
        return np.maximum(self.touched - self.shared - self.out, 0.0)

    @property
    def alone(self) -> Floats:
        """What is not shared, wherever it is: what a VM's target is about."""
        return np.maximum(self.touched - self.shared, 0.0)

    def footprint(self, compressed_to: float) -> Floats:
        """Machine memory of each VM, without copies of shared pages and without overhead."""
        return self.private + compressed_to * self.compressed
