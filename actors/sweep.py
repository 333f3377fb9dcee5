"""Points of a scenario on a Ray cluster: the runner that connects when there is something to do.

A private cluster takes seconds to start and stop, so a single point is simulated in this process, where it is the same
to the bit; a cluster that was named is used for a single point too.
"""

from __future__ import annotations

import os
from collections.abc import Generator, Sequence
from contextlib import ExitStack
from types import TracebackType

from actors.connect import PRIVATE, connected, where
from actors.pool import Pool
from vinfra.document import Document
from vinfra.scenario.inputs import Inputs
from vinfra.scenario.ledger import Entry
from vinfra.scenario.points import Spot
from vinfra.scenario.runner import Local


class Sweep:
    """A runner on `actors` processes of a cluster; as many as it has CPUs when unsaid."""

    def __init__(self, address: str | None, actors: int | None) -> None:
        self.address = where(address)
        self.actors = actors
        self.processes = actors or len(os.sched_getaffinity(0))
        self.cpu_s = 0.0
        self._pool: Pool | None = None
        self._held = ExitStack()

    def __enter__(self) -> Sweep:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._held.close()

    def work(self, spots: Sequence[Spot], document: Document, inputs: Inputs) -> Generator[list[Entry]]:
        """Simulate every spot; handfuls of points as they come."""
        if self._pool is None and self.address == PRIVATE and len(spots) == 1:
            yield from Local().work(spots, document, inputs)
            return
        if self._pool is None:
            cpus = self._held.enter_context(connected(self.address, self.processes, inputs.size))
            self.processes = self.actors or max(1, cpus)
            self._pool = self._held.enter_context(Pool(self.processes, document, inputs))
        for handful in self._pool.work(spots):
            self.cpu_s = self._pool.cpu_s
            yield handful
