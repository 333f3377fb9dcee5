"""The processors of one host as a scheduler sees them: hardware threads of cores, cores of NUMA nodes.

    speed = t(busy threads of the core) / (1 + m * (r - 1) * remote)

t is 1 for a thread alone and half of `thread_yield` for each of two; m is the share of time the guest waits for
memory, r how much longer remote memory takes. Unit: seconds of a core alone, with local memory, per second.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from vinfra.compute.scheduling.vcpu import Vcpu


@dataclass(frozen=True, slots=True)
class Machine:
    """Cores, NUMA nodes (one for each socket) and threads of a host; `switch` are the seconds lost when another vCPU
    takes over a processor, `frequency` (hertz) makes cycles of seconds."""

    cores: int
    nodes: int = 1
    threads: int = 1
    thread_yield: float = 1.0
    remote_memory: float = 1.0
    switch: float = 0.0
    frequency: float = 1e9

    def cpus(self) -> list[Cpu]:
        """Its processors by number: thread 0 of every core, then thread 1 of every core."""
        made = [
            Cpu(thread * self.cores + core, core, core * self.nodes // self.cores)
            for thread in range(self.threads)
            for core in range(self.cores)
        ]
        for cpu in made:
            cpu.siblings = [other for other in made if other.core == cpu.core and other is not cpu]
        return made


class Cpu:
    """One hardware thread: whom it runs and since when, who ran last, and until when that one may run."""

    __slots__ = ("armed", "core", "expired", "last", "node", "number", "siblings", "since", "slice_end", "vcpu")

    def __init__(self, number: int, core: int, node: int) -> None:
        self.number = number
        self.core = core
        self.node = node
        self.siblings: list[Cpu] = []
        self.vcpu: Vcpu | None = None
        self.last: Vcpu | None = None
        self.since = 0.0
        self.slice_end = float("inf")
        self.armed = float("inf")
        self.expired = False

    @property
    def busy_siblings(self) -> int:
        """How many other threads of the core are running somebody."""
        return sum(other.vcpu is not None for other in self.siblings) if self.siblings else 0
