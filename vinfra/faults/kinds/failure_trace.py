"""Hosts fail as was written down: outages from a file, each at its time and for as long as it lasted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import ClassVar

from pydantic import PrivateAttr

from vinfra.engine.calendar import Calendar
from vinfra.engine.streams import Streams
from vinfra.errors import Place
from vinfra.faults import outages
from vinfra.faults.fault import HostFault, Hosts, Strike, faults
from vinfra.faults.outages import Outage
from vinfra.spec import field


@faults.register("failure-trace")
class FailureTrace(HostFault):
    """Hosts that fail as a file says"""

    only_managed: ClassVar[bool] = True

    at: str = field("start", "when the trace begins: seconds in it count from then")
    path: str = field(..., "a CSV file with the columns host, start and end: seconds, or moments like day 2 at 3h")

    _outages: list[Outage] = PrivateAttr(default_factory=list)
    _digest: str = PrivateAttr(default="")

    def open(self, folder: Path, calendar: Calendar) -> None:
        """Read the file."""
        self._outages, self._digest = outages.read(folder / self.path, calendar.moment)

    def contents(self) -> Mapping[str, str]:
        """Its file."""
        return {self.path: self._digest}

    def hosts(self) -> Iterator[tuple[str, Place]]:
        """Hosts and groups in the file."""
        for outage in self._outages:
            yield outage.host, Place(outage.file, outage.line)

    def happen(self, estate: Hosts) -> None:
        """From now on its seconds count."""

    def strikes(self, hosts: Sequence[str], streams: Streams, begin: float, end: float) -> Sequence[Strike]:
        """All outages that begin before the end, in the order of the file."""
        known: dict[str, list[int]] = {}
        for host, name in enumerate(hosts):
            group, _, number = name.rpartition("-")
            for one in {name, group if number.isdigit() else name}:
                known.setdefault(one, []).append(host)
        found = []
        for outage in self._outages:
            start = outage.start + (begin if outage.counted else 0.0)
            if start < end:
                found += [Strike(host, start, outage.end - outage.start) for host in known[outage.host]]
        return found
