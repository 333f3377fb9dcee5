"""Share: what VMs need fits their cluster without its largest hosts, or without a part of it that is kept free.

    sum of guaranteed CPU <= C - largest C of `failures` hosts    or (1 - part) C
    sum of memory         <= M - largest M of `failures` hosts    or (1 - part) M

Units: hertz, bytes. Source: vSphere Availability, percentage of cluster resources reserved. There memory counts that is
reserved; here all that is configured, since every VM has it.
"""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from vinfra.operations.admission import (
    PLENTY,
    SLACK,
    Admission,
    Bools,
    Floats,
    Ints,
    Load,
    Pool,
    admissions,
    failing,
    left_after,
)
from vinfra.spec import field
from vinfra.units import Fraction, show


@admissions.register("share")
class Share(Admission):
    """All VMs fit a cluster when hosts fail, or with a part of it kept free."""

    source: ClassVar[str] = "VMware vSphere Availability: percentage of cluster resources reserved as failover capacity"

    failures: int = field(1, "hosts of a cluster that may fail, the largest ones", ge=0, le=1000)
    cpu: Fraction | None = field(None, "part of the CPU that is kept free, in place of what `failures` keep")
    memory: Fraction | None = field(None, "part of the memory that is kept free, in place of what `failures` keep")

    def _bounds(self, pool: Pool) -> tuple[Floats, Floats]:
        """What each cluster may give of CPU and of memory, shape (clusters,)."""
        return self._bound(pool, pool.capacity, self.cpu), self._bound(pool, pool.memory, self.memory)

    def _bound(self, pool: Pool, have: Floats, part: float | None) -> Floats:
        if part is None:
            return left_after(have, pool.cluster, pool.clusters, self.failures)
        return (1 - part) * np.bincount(pool.cluster, have, pool.clusters).astype(float, copy=False)

    def most(self, pool: Pool, load: Load, cpu: float, memory: float) -> Ints:
        """As many as what is left can be divided by what one needs."""
        count = np.full(pool.clusters, float(PLENTY))
        for bound, used, need in zip(self._bounds(pool), (load.cpu, load.memory), (cpu, memory), strict=True):
            if need > 0:
                could = np.floor(np.maximum(bound * (1 + SLACK) - used, 0.0) / need + SLACK)
                count = np.minimum(count, could)
        # What rounds to one too many is found by asking whether so many are fine.
        found: Ints = count.astype(np.int64)
        bounded = found < PLENTY
        over = bounded & ~self.keeps(pool, load.plus(np.where(bounded, found, 0), cpu, memory))
        return np.where(over, np.maximum(found - 1, 0), found)

    def keeps(self, pool: Pool, load: Load) -> Bools:
        """Both sums are within their bounds."""
        cpu, memory = self._bounds(pool)
        fine: Bools = (load.cpu <= cpu * (1 + SLACK)) & (load.memory <= memory * (1 + SLACK))
        return fine

    def why(self, pool: Pool, load: Load) -> str:
        """What would be needed, and what is there."""
        bounds = self._bounds(pool)
        best = int(np.argmin(np.maximum(load.memory - bounds[1], 0.0)))
        short = bool(load.memory[best] > bounds[1][best] * (1 + SLACK))
        have, part, unit = (pool.memory, self.memory, "size") if short else (pool.capacity, self.cpu, "frequency")
        need, there = (load.memory[best], bounds[1][best]) if short else (load.cpu[best], bounds[0][best])
        what = "" if short else " guaranteed"
        if part is not None:
            case = f"with {part * 100:g} % kept free"
        else:
            case = f"if {failing(pool, have, best, self.failures)}" if self.failures else "in the cluster"
        return f"no room for them {case}: {show(need, unit)}{what} would be needed, {show(there, unit)} are there"
