"""Part of a run, as a claim may mean it: one group of VMs, some hours of every day.

A metric of a part is the same function of the record, called on the series that were kept of a point: those of the
group (`guest_latency_s/web`), and of each epoch the seconds that lie in those hours. A metric that needs more than
series, or others than were kept, cannot be told of a part.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vinfra.engine.calendar import DAY, Calendar, Hours
from vinfra.errors import suggest
from vinfra.metrics.metric import Metric, Record, metrics
from vinfra.scenario.production import MEASURED
from vinfra.scenario.results import Point
from vinfra.scenario.simulation import SERIES, shown

PARTS = ("vm", "hours")
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Part:
    """The group and the hours; None means all of them."""

    group: str | None = None
    hours: Hours | None = None

    def measure(self, metric: Metric, point: Point) -> float | None:
        """The metric of this part of a point; None where the point has nothing to say."""
        if point.start is None or "time_s" not in point.series:
            return None
        return self.told(metric, point.series, Calendar(point.start), point.end)

    def told(self, metric: Metric, kept: Mapping[str, Floats], calendar: Calendar, end: float) -> float | None:
        """The metric of this part of what was kept of a run until `end`; None where it cannot be told."""
        time = kept["time_s"]
        step = np.diff(time, append=end)
        seconds = step if self.hours is None else seconds_in(self.hours, calendar, time, step)
        inside = seconds > 0
        names = [name for name in kept if self.group is None or name.partition("/")[2] == self.group]
        series = {name: kept[name][inside] for name in names} | {"time_s": time[inside], "step_s": seconds[inside]}
        try:
            return metric.compute(Record(Untold(), series, Untold())) if inside.any() else None
        except LookupError:
            return None

    def tells(self, metric: Metric) -> bool:
        """Whether the metric can be told of such a part at all: tried on two epochs that are all ones."""
        names = [*SERIES, *(f"{what}/{self.group or 'all'}" for what in MEASURED)]
        ones = {name: np.ones(2) for name in names} | {"time_s": np.array([0.0, DAY / 2])}
        kept = shown(Record({}, ones, {}))
        return Part(self.group).told(metric, kept, Calendar(datetime.min), DAY) is not None

    def known(self) -> list[str]:
        """Names of the metrics that can."""
        return [metric.name for metric in metrics().values() if self.tells(metric)]


@dataclass(frozen=True, slots=True)
class Whole:
    """What a claim may mean a part of: the groups of VMs, and the seconds of the calendar that are measured."""

    groups: Sequence[str] = ()
    calendar: Calendar | None = None
    begin: float = 0.0
    end: float = 0.0


def part_of(meant: Mapping[str, Any], metric: Metric, whole: Whole) -> Part:
    """The part of the run that `vm` and `hours` name; ValueError with the cure for one that is none."""
    group = meant.get("vm")
    if group is not None and group not in whole.groups:
        raise ValueError(f"no VM group '{group}'{suggest(str(group), whole.groups)}")
    part = Part(group, Hours.parse(str(meant["hours"])) if "hours" in meant else None)
    if not part.tells(metric):
        of, known = "a group of VMs" if group else "hours of the day", ", ".join(part.known()) or "none"
        raise ValueError(f"{metric.name} is known of a whole run only, not of {of}; known of them: {known}")
    if part.hours is not None and whole.calendar is not None:
        begin, length = np.array([whole.begin]), np.array([whole.end - whole.begin])
        if not seconds_in(part.hours, whole.calendar, begin, length).any():
            first, last = (f"{whole.calendar.date(moment):%a %H:%M}" for moment in (whole.begin, whole.end))
            raise ValueError(f"nothing is measured from {meant['hours']}: the run lasts from {first} to {last}")
    return part


class Untold(Mapping[str, Any]):
    """Totals and samples of a part, which nobody knows: whoever asks for one cannot be answered."""

    def __getitem__(self, name: str) -> Any:
        raise LookupError(f"{name} is not known of a part")

    def __iter__(self) -> Iterator[str]:
        raise LookupError("nothing but series is known of a part")

    def __len__(self) -> int:
        raise LookupError("nothing but series is known of a part")


def seconds_in(hours: Hours, calendar: Calendar, start: Floats, length: Floats) -> Floats:
    """How much of each span lies in the hours, in seconds."""
    begin = np.array([calendar.time_of_day(0.0)]) + start
    spans = [(hours.start, hours.end)] if hours.start < hours.end else [(hours.start, DAY), (0.0, hours.end)]
    found = np.zeros(len(start))
    for opens, closes in spans:
        found += _before(begin + length, opens, closes) - _before(begin, opens, closes)
    return np.where(found > 1e-6, found, 0.0)


def _before(moment: Floats, opens: float, closes: float) -> Floats:
    """Seconds between `opens` and `closes` of all days from a midnight up to a moment."""
    days = np.floor(moment / DAY)
    return days * (closes - opens) + np.clip(moment - days * DAY, opens, closes) - opens
