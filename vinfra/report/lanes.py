"""The lanes of a timeline: who was in which state, in the order people look for them.

What an entity is stands before the first slash of its name (`proxy/backup1`); before that of a VM or a host stands the
site, where there are several (`north/web-3`). Faults come first, then jobs,
proxies, restores, hosts, and VMs by group in natural order (vm-2 before vm-10).
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from operator import attrgetter

from vinfra.report.tones import FAULT, Tone, tone
from vinfra.scenario.results import Interval

KINDS = {
    "fault": "Faults",
    "job": "Jobs",
    "proxy": "Proxies",
    "restore": "Restores",
    "offsite": "Copies",
    "replica": "Replicas",
    "datastore": "Datastores",
    "host": "Hosts",
    "guest I/O": "I/O of guests",
    "vm": "VMs",
}
WINDOW = "window/"
HOST_STATES = {"full", "down"}
DIGITS = re.compile(r"(\d+)")


@dataclass(frozen=True, slots=True)
class Lane:
    """One entity: what it is, its name there, and its intervals in order of time."""

    kind: str
    name: str
    intervals: tuple[Interval, ...]

    @property
    def group(self) -> str:
        """The group of a VM: its name without the number."""
        head, dash, number = self.name.rpartition("-")
        return head if dash and number.isdigit() else self.name

    def tone(self, interval: Interval) -> Tone:
        """What one of its intervals means; all that a fault goes through is the fault."""
        return FAULT if self.kind == "fault" else tone(interval.state)

    @property
    def trouble(self) -> int:
        """How bad it is: stopped or failed 2, missed 1, nothing of that kind 0."""
        return max((self.tone(interval).trouble for interval in self.intervals), default=0)

    def started(self, begin: float, end: float) -> tuple[Interval, ...]:
        """Intervals that begin within a span of time."""
        first, stop = (bisect_left(self.intervals, edge, key=lambda interval: interval.start) for edge in (begin, end))
        return self.intervals[first:stop]

    def at(self, moment: float) -> tuple[Interval, ...]:
        """Intervals that begin at a moment."""
        first = bisect_left(self.intervals, moment, key=lambda interval: interval.start)
        return tuple(one for one in self.intervals[first : first + 2] if one.start == moment)


def natural(name: str) -> list[tuple[int, str]]:
    """Sorting key with numbers by their size."""
    return [(int(part), "") if part.isdigit() else (-1, part) for part in DIGITS.split(name)]


def lanes(intervals: Iterable[Interval]) -> list[Lane]:
    """Every lane but the windows, in order."""
    of: dict[str, list[Interval]] = {}
    for interval in intervals:
        if not interval.entity.startswith(WINDOW):
            of.setdefault(interval.entity, []).append(interval)
    found = [Lane(*_called(entity, mine), _in_time(mine)) for entity, mine in of.items()]
    order = list(KINDS)
    rank = {lane.kind: order.index(lane.kind) if lane.kind in order else len(order) - 1.5 for lane in found}
    return sorted(found, key=lambda lane: (rank[lane.kind], lane.kind, natural(lane.name)))


def windows(intervals: Iterable[Interval]) -> list[Interval]:
    """Backup windows in order of time."""
    return list(_in_time([interval for interval in intervals if interval.entity.startswith(WINDOW)]))


def title(kind: str) -> str:
    """The heading of lanes of a kind."""
    return KINDS.get(kind, kind[:1].upper() + kind[1:])


def _in_time(intervals: Sequence[Interval]) -> tuple[Interval, ...]:
    return tuple(sorted(intervals, key=attrgetter("start", "end", "entity")))


def _called(entity: str, intervals: Sequence[Interval]) -> tuple[str, str]:
    """Kind and name of an entity."""
    kind, slash, name = entity.partition("/")
    if slash and kind in KINDS:
        return kind, name
    if entity.startswith("memory of "):
        return "host", entity
    if entity.startswith("I/O of "):
        return "guest I/O", entity.removeprefix("I/O of ")
    return ("host" if {interval.state for interval in intervals} <= HOST_STATES else "vm"), entity
