"""Points of a scenario on a Ray cluster: the runner that connects when there is something to do.

A private cluster takes seconds to start and stop, so a single point is simulated in this process, where it is the same
to the bit; a cluster that was named is used for a single point too. Where there are fewer points than processes and the
scenario has several sites, the sites of each point are simulated by several processes together, if that is worth it
(worth.py).
"""

from __future__ import annotations

import os
from collections.abc import Generator, Sequence
from contextlib import ExitStack
from types import TracebackType
from typing import TYPE_CHECKING

from actors.connect import PRIVATE, connected, where
from actors.worth import attempt
from vinfra.document import Document
from vinfra.scenario.inputs import Inputs
from vinfra.scenario.ledger import Entry, entry
from vinfra.scenario.points import Spot
from vinfra.scenario.runner import Local
from vinfra.scenario.sites import named

if TYPE_CHECKING:
    from actors.partition import Partition
    from actors.pool import Pool


class Sweep:
    """A runner on `actors` processes of a cluster; as many as it has CPUs when unsaid."""

    def __init__(self, address: str | None, actors: int | None) -> None:
        self.address = where(address)
        self.actors = actors
        self.processes = actors or len(os.sched_getaffinity(0))
        self.cpu_s = 0.0
        self.remarks: list[str] = []
        self._pool: Pool | None = None
        self._partition: Partition | None = None
        self._cpus: int | None = None
        self._held = ExitStack()

    def __enter__(self) -> Sweep:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._held.close()

    def work(self, spots: Sequence[Spot], document: Document, inputs: Inputs) -> Generator[list[Entry]]:
        """Simulate every spot; handfuls of points as they come."""
        parts = self._parts(len(spots), document)
        if parts > 1:
            yield from self._together(parts, spots, document, inputs)
            return
        if self._pool is None and self.address == PRIVATE and len(spots) == 1:
            yield from Local().work(spots, document, inputs)
            return
        if self._pool is None:
            self._connect(inputs)
            from actors.pool import Pool  # it imports Ray, which is settled now

            self._pool = self._held.enter_context(Pool(self.processes, document, inputs))
        for handful in self._pool.work(spots):
            self.cpu_s = self._pool.cpu_s
            yield handful

    def _connect(self, inputs: Inputs) -> None:
        if self._cpus is None:
            self._cpus = self._held.enter_context(connected(self.address, self.processes, inputs.size))
            self.processes = self.actors or max(1, self._cpus)

    def _parts(self, points: int, document: Document) -> int:
        """How many processes work at one point together."""
        return 1 if points >= self.processes else min(self.processes, len(named(document)))

    def _together(
        self, parts: int, spots: Sequence[Spot], document: Document, inputs: Inputs
    ) -> Generator[list[Entry]]:
        """Point after point, each by several processes; or by this one, where windows are too short for more and
        nobody said how many actors there shall be."""
        for spot in spots:
            if self._partition is None and self.actors is None:
                point, remark = attempt(spot, document, inputs, parts)
                if remark:
                    self.remarks.append(remark)
                if point is not None:
                    yield [entry(point)]
                    continue
            if self._partition is None:
                self._connect(inputs)
                from actors.partition import Partition  # as above

                # All of them have to be there together, so no more than the cluster has room for.
                parts = min(parts, max(1, self._cpus or 1))

                self._partition = self._held.enter_context(Partition(parts, document, inputs))
            yield [entry(self._partition.simulate(spot))]
            self.cpu_s = self._partition.cpu_s
