"""Hosts fail by themselves, now and then: times between failures are drawn for each host, or for racks of them.

Times to failure and to repair are exponential, each host (or rack) with a stream of its own. Unit: seconds. Source of
the model: a Poisson process, as for parts in their useful life.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from vinfra.engine.streams import Streams
from vinfra.faults.fault import HostFault, Hosts, Strike, faults
from vinfra.spec import field
from vinfra.units import Seconds


@faults.register("hosts-fail")
class HostsFail(HostFault):
    """Hosts that fail by themselves, alone or by racks, at random times"""

    only_managed: ClassVar[bool] = True

    at: str = field("start", "from when on they may fail; from the start when unsaid")
    mtbf: Seconds = field(..., "mean time between failures of one host, or of one rack", gt=0)
    repair: Seconds = field("4 h", "mean time until it is repaired", gt=0, source="four hours on site", tag="assumed")
    together: int = field(1, "hosts of a rack, in their order, that fail as one", ge=1)

    def happen(self, estate: Hosts) -> None:
        """From now on they may."""

    def strikes(self, hosts: Sequence[str], streams: Streams, begin: float, end: float) -> Sequence[Strike]:
        """All failures from `begin` to `end`, by host and time."""
        found = []
        for first in range(0, len(hosts), self.together):
            rack = range(first, min(first + self.together, len(hosts)))
            draw = streams.generator("host failures", hosts[first])
            time = begin + float(draw.exponential(self.mtbf))
            while time < end:
                lasts = float(draw.exponential(self.repair))
                found += [Strike(host, time, lasts) for host in rack]
                time += lasts + float(draw.exponential(self.mtbf))
        return found
