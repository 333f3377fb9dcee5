"""An actor: it simulates the points of one scenario, chunk by chunk, with what all points share in its memory.

What it sends back are rows of the ledger, made where the point was simulated, so that the driver has but to write them.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

import ray

from actors.points import LONGEST
from vinfra.document import Document
from vinfra.scenario.identity import build
from vinfra.scenario.inputs import Inputs
from vinfra.scenario.ledger import Entry, entry
from vinfra.scenario.points import Spot
from vinfra.scenario.simulate import simulate


@dataclass(frozen=True, slots=True)
class Worked:
    """The first points of a chunk, with the seconds they took on the wall and of the CPU."""

    entries: list[Entry]
    seconds: float
    cpu_s: float


@dataclass(frozen=True, slots=True)
class Here:
    """Who an actor is: the digest of its vinfra, and its machine as Ray knows it."""

    build: str
    machine: str


class Simulator:
    """One process of the pool."""

    def __init__(self, document: Document, inputs: Inputs) -> None:
        self.document, self.inputs = document, inputs

    def here(self) -> Here:
        """Who it is; that it answers says that it is up."""
        return Here(build(), ray.get_runtime_context().get_node_id())

    def work(self, spots: list[Spot]) -> Worked:
        """Simulate points one after the other, until all are done or they have taken too long."""
        wall, cpu = time.perf_counter(), time.process_time()
        entries: list[Entry] = []
        for spot in spots:
            entries.append(entry(simulate(spot, self.document, self.inputs)))
            if time.perf_counter() - wall > LONGEST:
                break
        return Worked(entries, time.perf_counter() - wall, time.process_time() - cpu)


# Ray neither restarts it nor repeats what it did: that is the coordinator's part.
PROCESS = ray.remote(num_cpus=1, max_restarts=0, max_task_retries=0)(Simulator)
