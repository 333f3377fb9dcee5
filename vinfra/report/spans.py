"""What of a timeline can be looked at: its nights one by one and the whole run, each with its sentence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from vinfra.engine.calendar import Calendar
from vinfra.report import dates, nights
from vinfra.report.lanes import Lane, windows
from vinfra.scenario.results import Point

BUSY = 0.6  # part of a run in which something happens, below which the rest of it is not shown


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of time that can be looked at: seconds, its name, and what happened in it."""

    begin: float
    end: float
    name: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Told:
    """A point that has something to tell: its name, its row of the sweep, and all its lanes in order."""

    name: str
    at: dict[str, Any]
    point: Point
    lanes: list[Lane]

    @property
    def calendar(self) -> Calendar | None:
        """The calendar of its run, where it has one."""
        return dates.calendar([self.point])

    @property
    def last(self) -> float:
        """When the last of its states ends."""
        return max(interval.end for interval in self.point.intervals)


def spans(one: Told, last: float) -> tuple[list[Span], int]:
    """What can be looked at, the whole run last, and which of it first: the worst night. Where there is no calendar and
    little happens after `last`, the picture ends there."""
    known, point, every = one.calendar, one.point, one.lanes
    end = max(last, point.end) if known or last > BUSY * point.end else last / 0.96
    slept = nights.nights(windows(point.intervals), every)
    told = [nights.outcome(every, night) for night in slept]
    back = nights.restored(every)
    whole = Span(0.0, end, "the whole run", " ".join(filter(None, [_whole(slept, told), back])) or _counted(every))
    if len(slept) == 1 and end - (slept[0].end - slept[0].begin) < 0.5 * end:
        said = nights.sentence(told[0], slept[0])
        return [Span(0.0, end, "the whole run", f"{said} {back}".strip())], 0
    found = [
        Span(*_margin(night.begin, night.end, end), _name(night, came, known), nights.sentence(came, night))
        for night, came in zip(slept, told, strict=True)
    ]
    worst = max(range(len(told)), key=lambda index: (told[index].lost, told[index].took), default=0)
    return [*found, whole], worst


def _margin(begin: float, end: float, last: float) -> tuple[float, float]:
    """A little more than the night on both sides."""
    edge = 0.03 * (end - begin)
    return max(0.0, begin - edge), min(last, end + edge)


def _name(night: nights.Night, found: nights.Outcome, known: Calendar | None) -> str:
    """Mon 1 Oct 22:00, 2 not protected."""
    begun = dates.moment(known, night.begin) if known else f"after {dates.span(night.begin)}"
    return begun + (f", {found.lost:,} not protected" if found.lost else "")


def _whole(slept: Sequence[nights.Night], told: Sequence[nights.Outcome]) -> str:
    """How the nights went, all together; nothing without nights."""
    if not slept:
        return ""
    good = sum(not found.lost for found in told)
    lost = sum(found.lost for found in told)
    count = f"{len(slept)} nights" if len(slept) > 1 else "1 night"
    if not lost:
        return f"{count}, everything protected in each." if len(slept) > 1 else f"{count}, everything protected."
    return f"{count}, {good} of them without a loss; {lost:,} backups missed or failed in the others."


def _counted(every: Sequence[Lane]) -> str:
    """What there is to see where there are no nights and no restores."""
    machines = [lane for lane in every if lane.kind == "vm"]
    if not machines:
        return ""
    last = max(interval.end for lane in machines for interval in lane.intervals)
    count = f"{len(machines):,} VMs, the last" if len(machines) > 1 else f"{machines[0].name}"
    return f"{count} done after {dates.span(last)}."


def sentence(found: Sequence[Span], chosen: int) -> str:
    """Of several nights all of them, then the worst by its name."""
    whole, worst = found[-1], found[chosen]
    if len(found) <= 2:
        return worst.sentence if worst is whole else f"{worst.sentence} {_restored(whole)}".strip()
    name, lost, _ = worst.name.partition(",")
    return f"{whole.sentence} The {'worst' if lost else 'longest'}, {name}: {worst.sentence}"


def _restored(whole: Span) -> str:
    """What the whole run says of restores."""
    _, wanted, words = whole.sentence.partition("Wanted back:")
    return wanted + words
