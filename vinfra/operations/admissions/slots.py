"""Slots: room is counted in slots that hold any of the VMs, and there is one for each VM when hosts fail.

    slot = largest guaranteed CPU, largest memory of any VM        slots of a host = min(C / slot CPU, M / slot memory)
    VMs <= slots of all hosts but the `failures` with most

One large VM makes all slots large: that is what this rule is known for. Units: hertz, bytes. Source: vSphere
Availability, host failures a cluster tolerates; as in VI3, where memory counts that is configured.
"""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from vinfra.operations.admission import (
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
from vinfra.units import Bytes, Hertz, show


@admissions.register("slots")
class Slots(Admission):
    """A cluster has a slot as large as its largest VM for each VM when hosts fail."""

    source: ClassVar[str] = "VMware vSphere Availability: host failures the cluster tolerates, slot size calculation"

    failures: int = field(1, "hosts of a cluster that may fail, those with most slots", ge=0, le=1000)
    least_cpu: Hertz = field(
        "256 MHz",
        "CPU of a slot where no VM has more guaranteed",
        gt=0,
        source="das.vmCpuMinMHz of VI3 and vSphere 4; 32 MHz since vSphere 5: VMware Availability guides",
        tag="specified",
    )
    most_cpu: Hertz | None = field(None, "CPU that a slot never has more of; a larger VM takes one slot all the same")
    most_memory: Bytes | None = field(None, "memory that a slot never has more of", gt=0)

    def _slots(self, pool: Pool, cpu: Floats, memory: Floats) -> Floats:
        """How many slots each host has, when the largest VMs of its cluster need so much, shape (hosts,)."""
        cpu = np.clip(cpu, self.least_cpu, np.inf if self.most_cpu is None else max(self.most_cpu, self.least_cpu))
        memory = np.minimum(memory, np.inf if self.most_memory is None else self.most_memory)
        slots: Floats = np.floor(pool.capacity / cpu[pool.cluster] * (1 + SLACK))
        size = memory[pool.cluster]
        fit = np.floor(pool.memory / np.where(size > 0, size, 1.0) * (1 + SLACK))
        return np.where(size > 0, np.minimum(slots, fit), slots)

    def _left(self, pool: Pool, cpu: Floats, memory: Floats) -> Floats:
        """How many slots each cluster has when hosts fail, shape (clusters,)."""
        return left_after(self._slots(pool, cpu, memory), pool.cluster, pool.clusters, self.failures)

    def most(self, pool: Pool, load: Load, cpu: float, memory: float) -> Ints:
        """Slots that are left when they are as large as these VMs want them."""
        slots = self._left(pool, np.maximum(load.most_cpu, cpu), np.maximum(load.most_memory, memory))
        return np.maximum(slots - load.count, 0.0).astype(np.int64)

    def keeps(self, pool: Pool, load: Load) -> Bools:
        """There are as many slots as VMs."""
        fine: Bools = load.count <= self._left(pool, load.most_cpu, load.most_memory)
        return fine

    def why(self, pool: Pool, load: Load) -> str:
        """How many slots would be needed, how many are there, and how large they are."""
        left = self._left(pool, load.most_cpu, load.most_memory)
        best = int(np.argmin(load.count - left))
        slots = self._slots(pool, load.most_cpu, load.most_memory)
        case = f"if {failing(pool, slots, best, self.failures)}" if self.failures else "in the cluster"
        cpu = max(float(load.most_cpu[best]), self.least_cpu)
        size = f"{show(cpu, 'frequency')} and {show(float(load.most_memory[best]), 'size')}"
        return (
            f"no slot for them {case}: {int(load.count[best])} slots as large as the largest VM ({size}) would be "
            f"needed, {int(left[best])} are there"
        )
