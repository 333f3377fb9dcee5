"""Admission: which VMs a cluster may start so that it can still run all of them when hosts fail. A policy is one file
in admissions/.

What VMs need is memory and the CPU that is guaranteed to them; what a cluster has is counted as a whole, so that it can
take a load and yet no single host a large VM. Units: hertz, bytes. Source: VMware vSphere Availability guide.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from vinfra.registry import Registry
from vinfra.spec import Spec

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
SLACK = 1e-9  # part of what there is that rounding may be short of
PLENTY = 1 << 62  # VMs: no bound


@dataclass(frozen=True, slots=True)
class Pool:
    """Hosts in clusters: cycles per second, memory that can be promised and the cluster of each, shape (hosts,), how
    many clusters there are, and the names of the hosts with those of their groups."""

    capacity: Floats
    memory: Floats
    cluster: Ints
    clusters: int
    names: Sequence[str] = ()
    groups: Sequence[str] = ()

    def only(self, there: Bools) -> Pool:
        """The same clusters as if there were but these hosts, shape (hosts,)."""
        capacity, memory = (np.where(there, have, 0.0) for have in (self.capacity, self.memory))
        return replace(self, capacity=capacity, memory=memory)


@dataclass(frozen=True, slots=True)
class Load:
    """What the VMs of each cluster need: how many there are, CPU that is guaranteed and memory of all together and of
    the one that needs most, arrays of shape (clusters,)."""

    count: Ints
    cpu: Floats
    memory: Floats
    most_cpu: Floats
    most_memory: Floats

    @classmethod
    def none(cls, clusters: int) -> Load:
        """Nobody is there."""
        return cls(np.zeros(clusters, dtype=np.int64), *(np.zeros(clusters) for _ in range(4)))

    def plus(self, count: Ints, cpu: float, memory: float) -> Load:
        """With so many more VMs on each cluster that need so much each."""
        some = count > 0
        return Load(
            self.count + count,
            self.cpu + count * cpu,
            self.memory + count * memory,
            np.where(some, np.maximum(self.most_cpu, cpu), self.most_cpu),
            np.where(some, np.maximum(self.most_memory, memory), self.most_memory),
        )


def left_after(have: Floats, cluster: Ints, clusters: int, failures: int) -> Floats:
    """What the hosts of each cluster have together when those that have most fail, shape (clusters,)."""
    order = np.lexsort((-have, cluster))
    first = np.searchsorted(cluster[order], np.arange(clusters))
    kept = order[np.arange(len(order)) - first[cluster[order]] >= failures]
    return np.bincount(cluster[kept], have[kept], clusters).astype(float, copy=False)


def survives(pool: Pool, cpu: Floats, memory: Floats, failures: int) -> Bools:
    """Whether each cluster still takes this load (guaranteed CPU and memory, shape (clusters,)) when any so many of its
    hosts fail, shape (clusters,)."""
    fine = np.ones(pool.clusters, dtype=bool)
    for have, need in ((pool.capacity, cpu), (pool.memory, memory)):
        fine &= need <= left_after(have, pool.cluster, pool.clusters, failures) * (1 + SLACK)
    return fine


def failing(pool: Pool, have: Floats, cluster: int, failures: int) -> str:
    """Who fails, as a sentence says it: the hosts of a cluster that have most."""
    hosts = np.flatnonzero(pool.cluster == cluster)
    if failures > 2 or not pool.names:
        return f"the {failures} largest hosts fail"
    names = [pool.names[host] for host in hosts[np.argsort(-have[hosts], kind="stable")][:failures].tolist()]
    return f"{' and '.join(names)} fail{'s' if len(names) == 1 else ''}"


class Admission(Spec):
    """One rule."""

    name: ClassVar[str]
    source: ClassVar[str]

    def closed(self, pool: Pool) -> Bools:
        """Hosts that nobody starts on, shape (hosts,)."""
        return np.zeros(len(pool.cluster), dtype=bool)

    def most(self, pool: Pool, load: Load, cpu: float, memory: float) -> Ints:
        """How many more VMs each cluster admits that need so much CPU and memory, beside those that make its load,
        shape (clusters,)."""
        raise TypeError(f"{type(self).__name__} does not say how many it admits")

    def keeps(self, pool: Pool, load: Load) -> Bools:
        """Whether each cluster meets the rule with this load, shape (clusters,)."""
        raise TypeError(f"{type(self).__name__} does not say what it keeps")

    def why(self, pool: Pool, load: Load) -> str:
        """Why it does not admit VMs that would make this load, a sentence with the numbers."""
        raise TypeError(f"{type(self).__name__} does not say why it refuses")


admissions: Registry[Admission] = Registry("admission policy", "vinfra.operations.admissions", Admission)
