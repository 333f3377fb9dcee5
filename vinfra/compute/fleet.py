"""Hosts and VMs as arrays: one row for each, hosts in canonical order, VMs by their host.

Units: hertz, bytes. A VM's `size` is what 100 % demand wants in native cycles per second; `factor` is what its
technique makes of one native cycle; `ceiling` bounds what it may use.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from vinfra.hardware.power import PowerCurve

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
BLOCK = 1 << 15  # VMs in one pass; what is made in between stays in the processor's cache


@dataclass(frozen=True, slots=True)
class Hosts:
    """Arrays of shape (hosts,). `curve` is an index into `curves`; -1 where nothing is known of a host's power."""

    names: Sequence[str]
    capacity: Floats
    core: Floats
    memory: Floats
    curve: Ints
    curves: Sequence[PowerCurve]


@dataclass(frozen=True, slots=True)
class Row:
    """What one VM is on one host: its size (hertz), factor and ceiling (hertz)."""

    size: float
    factor: float
    ceiling: float


@dataclass(frozen=True, slots=True)
class Vms:
    """Arrays of shape (vms,), sorted by `host`. `column` is the VM's trace; -1 where demand is `steady` (0..1)."""

    names: Sequence[str]
    host: Ints
    size: Floats
    factor: Floats
    ceiling: Floats
    shares: Floats
    reservation: Floats
    column: Ints
    steady: Floats

    def __len__(self) -> int:
        return len(self.names)

    def on_the_move(self) -> Vms:
        """The same VMs with rows that may change as VMs change their hosts."""
        return replace(self, size=self.size.copy(), factor=self.factor.copy(), ceiling=self.ceiling.copy())

    def settle(self, vm: int, row: Row) -> None:
        """Write what a VM is on the host it has come to."""
        self.size[vm], self.factor[vm], self.ceiling[vm] = row.size, row.factor, row.ceiling

    def want(self, demand: Floats | None) -> Floats:
        """Cycles per second each VM wants on its host, shape (vms,), from the demand of all traces (0..1)."""
        found = np.empty(len(self))
        for start in range(0, len(self), BLOCK):
            mine = slice(start, start + BLOCK)
            want, column = found[mine], self.column[mine]
            if demand is None:
                want[:] = self.steady[mine]
            else:
                demand.take(column, out=want, mode="clip")
                np.copyto(want, self.steady[mine], where=column < 0)
            want *= self.size[mine]
            want *= self.factor[mine]
            np.minimum(want, self.ceiling[mine], out=want)
        return found

    def want_of(self, vm: int, demand: Floats | None) -> float:
        """The same for one VM."""
        column = int(self.column[vm])
        fraction = self.steady[vm] if demand is None or column < 0 else demand[column]
        return float(min(fraction * self.size[vm] * self.factor[vm], self.ceiling[vm]))
