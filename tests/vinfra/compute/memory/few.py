"""Few VMs on few hosts, for tests of memory."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from vinfra.compute.memory.content import Content
from vinfra.compute.memory.hosts import Memory
from vinfra.compute.memory.machines import Guests, Machines, Plan
from vinfra.compute.memory.policy import Policy
from vinfra.engine.streams import Streams
from vinfra.hypervisors.product import Reclaim

GIB = 2.0**30
ALIKE = Content(title="alike", system="one", zero=0.1, system_pages=0.3, lifetime="1e8 d")


def machines(memory: float, *means: Reclaim, count: int = 1, disks: float = 1.0) -> Machines:
    """Hosts of sixteen gigahertz with one fast disk each."""
    return Machines(
        names=[f"host-{number}" for number in range(count)],
        memory=np.full(count, memory),
        cycles=np.full(count, 16e9),
        means=[frozenset(means)] * count,
        disk_ios=np.full(count, 200.0),
        disks=np.full(count, disks),
    )


def guests(count: int, size: float = 1 * GIB, **others: object) -> Guests:
    """VMs that have touched all of their memory and use a quarter of it; `others` are fields of Guests that differ."""
    whole = np.full(count, size)
    fields: dict[str, object] = {
        "names": [f"vm-{number}" for number in range(count)],
        "configured": whole,
        "touched": whole,
        "active": whole / 4,
        "shares": whole,
        "reservation": 0 * whole,
        "limit": np.full(count, np.inf),
        "vcpus": np.ones(count),
        "content": np.full(count, -1),
        "driver": np.ones(count, dtype=bool),
        "large": np.zeros(count, dtype=bool),
    }
    return Guests(**(fields | others))  # type: ignore[arg-type]


def memory(there: Machines, vms: Guests, contents: Sequence[Content] = (), seed: int = 1, **policy: object) -> Memory:
    """All VMs on the first host."""
    plan = Plan(there, vms, contents, Policy.model_validate(policy))
    return Memory(plan, np.zeros(len(vms.names), dtype=np.int64), Streams(seed))
