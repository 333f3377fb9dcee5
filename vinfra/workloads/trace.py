"""A trace: a file format of recorded demand, and the statistics from which demand like it is made without a recording.

One format is one file in traces/, with one fact of the same name (facts/traces/) that holds its statistics.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

from vinfra import facts
from vinfra.engine.streams import Streams
from vinfra.registry import Registry
from vinfra.spec import Spec
from vinfra.workloads.demand import Demand, Recording
from vinfra.workloads.synthetic import Statistics, SyntheticDemand


class Trace(Spec):
    """One kind of trace. A subclass reads its files; the statistics are the fact of the same name."""

    name: ClassVar[str]
    source: ClassVar[str]

    @property
    def statistics(self) -> Statistics:
        """What is known about recordings of this kind."""
        known: Statistics = facts.load("traces", self.name, Statistics)
        return known

    @property
    def interval(self) -> float:
        """Seconds between two samples."""
        return self.statistics.interval

    @property
    def columns(self) -> int:
        """How many VMs demand of this kind has when nobody says."""
        return self.statistics.columns

    def objections(self) -> Iterator[tuple[str, str]]:
        """Keys whose values cannot be meant together, and what is wrong with each; none when unsaid."""
        yield from ()

    def read(self, path: Path) -> Recording:
        """The recording at `path`: a folder with one file for each VM, or one file; columns by digest of their content.

        InputError names file and line of what is wrong: 20 problems at most, and how many more there are.
        """
        raise TypeError(f"{type(self).__name__} does not say how its files are read")

    def synthesise(
        self, columns: int, streams: Streams, interval: float | None = None, name: str = "", begins: float = 0.0
    ) -> Demand:
        """Endless demand of `columns` VMs with the statistics of this kind, a sample every `interval` seconds.

        `name` tells one group of VMs from another: each draws from streams of its own. The recorded interval when
        unsaid; at another the distribution is kept and memory fades at the same pace. `begins` is time 0 in seconds
        after the midnight before a Monday, for demand that knows the time of day.
        """
        return SyntheticDemand(f"{self.name}/{name}", self.statistics, columns, streams, interval)


traces: Registry[Trace] = Registry("trace", "vinfra.workloads.traces", Trace)
