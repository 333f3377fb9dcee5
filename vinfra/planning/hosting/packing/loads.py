"""What machines ask of a host and what a host gives, in whole steps: demands rounded up, capacities down.

    need[r, i] = ceil(demand / step[r])        room[r] = floor(capacity / step[r])

so sums are exact, and a host that is not over-committed in steps is not in hertz and bytes either.
Units: hertz, bytes, vCPUs; steps of 100 kHz, 1 MiB and one vCPU. Source: arithmetic.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

RESOURCES = ("CPU", "memory", "vCPUs per core")
STEPS = np.array([1e5, 2.0**20, 1.0])
NOBODY = -1  # in `apart`: may share a host with everybody

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Loads:
    """Demand of each machine, each of shape (machines,). Machines with the same number in `apart`, from 0, share no
    host; -1 shares with anybody."""

    cpu: Floats
    memory: Floats
    vcpus: Floats
    apart: Ints | None = None

    def table(self) -> Floats:
        """All of it, shape (resources, machines)."""
        return np.stack([self.cpu, self.memory, self.vcpus]).astype(np.float64)


@dataclass(frozen=True, slots=True)
class Capacity:
    """What one host may give out."""

    cpu: float
    memory: float
    vcpus: float

    def table(self) -> Floats:
        """All of it, shape (resources,)."""
        return np.array([self.cpu, self.memory, self.vcpus], dtype=np.float64)


@dataclass(frozen=True, slots=True, eq=False)
class Sizes:
    """Loads and capacity in whole steps: `need` (resources, machines), `room` (resources,), `group` (machines,)."""

    need: Ints
    room: Ints
    group: Ints

    @property
    def machines(self) -> int:
        """How many there are."""
        return int(self.need.shape[1])

    def shares(self) -> Floats:
        """Part of a host that each machine takes, shape (resources, machines)."""
        return self.need / np.maximum(self.room, 1)[:, None]

    def decreasing(self) -> Ints:
        """Machines by the resource of which they take most, the largest first; equal ones in their order."""
        return np.argsort(-self.shares().max(axis=0, initial=0.0), kind="stable")

    def used(self, at: Ints, hosts: int) -> Ints:
        """Steps taken of each host, shape (resources, hosts)."""
        found = np.zeros((len(self.room), hosts), dtype=np.int64)
        for resource, need in enumerate(self.need):
            np.add.at(found[resource], at, need)
        return found

    def part(self, machines: Ints) -> Sizes:
        """Some of the machines, by index."""
        return Sizes(self.need[:, machines], self.room, self.group[machines])


def sizes(loads: Loads, capacity: Capacity) -> Sizes:
    """Loads in whole steps; ValueError for a demand that is negative or no number, and for a machine that no host
    takes (ask `too_large` first)."""
    demand, have = loads.table(), capacity.table()
    if not (np.isfinite(demand).all() and (demand >= 0).all()):
        raise ValueError("a demand must be a number that is not negative")
    group = np.full(demand.shape[1], NOBODY, dtype=np.int64) if loads.apart is None else loads.apart.astype(np.int64)
    made = Sizes(
        np.ceil(demand / STEPS[:, None]).astype(np.int64), np.floor(have / STEPS).astype(np.int64), _dense(group)
    )
    if (made.need > made.room[:, None]).any():
        first = int(np.flatnonzero((made.need > made.room[:, None]).any(axis=0))[0])
        raise ValueError(f"no host takes machine {first}: ask too_large first")
    return made


def too_large(loads: Loads, capacity: Capacity) -> NDArray[np.bool_]:
    """Whether a machine asks for more of a resource than a whole host gives, shape (resources, machines)."""
    steps = np.ceil(loads.table() / STEPS[:, None])
    return np.asarray(steps > np.floor(capacity.table() / STEPS)[:, None])


def _dense(group: Ints) -> Ints:
    """Groups numbered from 0 without holes."""
    _, dense = np.unique(group, return_inverse=True)
    lowest = dense[group == NOBODY][:1]
    shift = 1 if len(lowest) else 0
    return np.where(group == NOBODY, NOBODY, dense.astype(np.int64) - shift)
