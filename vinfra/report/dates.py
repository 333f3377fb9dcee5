"""The calendar in words: `Mon 1 Oct 22:00` in place of 79,200 seconds, where a run has days one can name.

A run has them when it lasts longer than a day, when its scenario says when it begins, or when it keeps to a schedule.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from vinfra.engine.calendar import DAY, Calendar
from vinfra.scenario.results import Point
from vinfra.scenario.schema import Scenario

WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
UNSAID = datetime.fromisoformat(str(Scenario.model_fields["start"].default))
TICKS = {"expr": "max(2, floor(width / 92))"}  # as many times at an axis as there is room for
LONG = 4 * DAY  # from here on an axis has days in place of hours
SCHEDULED = ("window/", "job/", "restore/", "fault/")


def calendar(points: Iterable[Point]) -> Calendar | None:
    """The calendar that all of the points share; None where they have none, or not the same."""
    found = {point.start if _dated(point) else None for point in points}
    start = found.pop() if len(found) == 1 else None
    return None if start is None else Calendar(start)


def _dated(point: Point) -> bool:
    if point.start is None:
        return False
    if point.end > DAY or point.start != UNSAID:
        return True
    return any(entity.startswith(SCHEDULED) for entity in {interval.entity for interval in point.intervals})


def clock(known: Calendar, seconds: float) -> str:
    """The time of day to the minute, as in Mon 22:00."""
    date = known.date(round(seconds / 60) * 60)
    return f"{WEEKDAYS[date.weekday()]} {date:%H:%M}"


def day(known: Calendar, seconds: float) -> str:
    """The day, as in Mon 1 Oct."""
    date = known.date(seconds)
    return f"{WEEKDAYS[date.weekday()]} {date.day} {MONTHS[date.month - 1]}"


def moment(known: Calendar, seconds: float) -> str:
    """Day and time of day, as in Mon 1 Oct 22:00."""
    rounded = round(seconds / 60) * 60
    return f"{day(known, rounded)} {known.date(rounded):%H:%M}"


def milliseconds(known: Calendar) -> int:
    """The start of the run as charts count time: milliseconds since 1970, as if the calendar were that of UTC."""
    return round(known.start.replace(tzinfo=UTC).timestamp() * 1000)


def label(milliseconds: str) -> str:
    """The expression that labels an axis of this length (itself an expression): Mon 22:00, or Mon 1 Oct where it is
    long."""
    return f"utcFormat(datum.value, {milliseconds} > {LONG * 1000:.0f} ? '%a %-d %b' : '%a %H:%M')"


def span(seconds: float) -> str:
    """A length of simulated time in words: 3 d 4 h, 5 h 12 min, 40 min, 3 min 20 s, 12 s."""
    if seconds < 59.5:
        return f"{seconds:.3g} s"
    if seconds < 599.5:
        minutes, rest = divmod(round(seconds), 60)
        return f"{minutes} min {rest} s" if rest else f"{minutes} min"
    minutes = round(seconds / 60)
    if minutes < 60:
        return f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    if hours < 48:
        return f"{hours} h {minutes} min" if minutes else f"{hours} h"
    days, hours = divmod(hours, 24)
    return f"{days} d {hours} h" if hours else f"{days} d"
