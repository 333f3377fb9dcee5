"""A trace: a file format of recorded demand, and the statistics from which demand like it is made without a recording.

One format is one file in traces/, with one fact of the same name (facts/traces/) that holds its statistics.
"""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from vinfra import facts
from vinfra.engine.streams import Streams
from vinfra.registry import Registry
from vinfra.spec import Spec
from vinfra.workloads.demand import Recording
from vinfra.workloads.files import Complaints, Digest, contents, listing
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

    def read(self, path: Path) -> Recording:
        """The recording at `path`: a folder with one file for each VM, or one file; columns by digest of their content.

        InputError names file and line of what is wrong: 20 problems at most, and how many more there are.
        """
        raise TypeError(f"{type(self).__name__} does not say how its files are read")

    def synthesise(
        self, columns: int, streams: Streams, name: str = "", interval: float | None = None
    ) -> SyntheticDemand:
        """Endless demand of `columns` VMs with the statistics of this kind, a sample every `interval` seconds.

        `name` tells one group of VMs from another: each draws from streams of its own. The recorded interval when
        unsaid; at another the distribution is kept and memory fades at the same pace.
        """
        return SyntheticDemand(f"{self.name}/{name}", self.statistics, columns, streams, interval)


def fingerprint(path: Path) -> str:
    """SHA-256 of a trace's content, the same in another folder and whatever order the folder lists; see Digest.

    It reads every file: who wants the recording too takes its `fingerprint`. InputError where there is nothing to read.
    """
    complaints, digest = Complaints(), Digest()
    for _, data in contents(listing(path, complaints), complaints):
        digest.add(data)
    complaints.stop()
    return str(digest)


traces: Registry[Trace] = Registry("trace", "vinfra.workloads.traces", Trace)
