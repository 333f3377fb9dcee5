"""When something starts, as people say it.

    daily at 22h                     every day; also `weekdays at 18h`, `weekends at 10h30`
    sunday at 2h                     also several days, `monday, thursday at 20h`
    second tuesday at 3h             of each month; first to fourth, or last
    monthly at 2h                    the first day of each month
    every 4 h                        from midnight, in parts of a day; also `every 15 min`
    cron 0 22 * * 1-5                minute, hour, day of the month, month, day of the week
    daily, weekly, monthly           at midnight, on Sunday, on the first day: as cron's @daily, @weekly, @monthly

Source: crontab(5); what cron expressions mean is for croniter to say. Unit: seconds since the start of the run.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from vinfra.backup.fulls import WEEKDAYS
from vinfra.engine.calendar import CLOCK, DAY, HOUR, Calendar
from vinfra.errors import suggest

SUNDAY = WEEKDAYS.index("sunday")
NAMED = {"daily": range(7), "weekdays": range(5), "weekends": range(5, 7), "weekly": (SUNDAY,), "monthly": range(7)}
MIDNIGHT = ("daily", "weekly", "monthly")  # these may leave their time of day out
WEEKS = {"first": 0, "second": 1, "third": 2, "fourth": 3, "last": -1}
AT = re.compile(rf"(.+?)(?: at {CLOCK})?")
EVERY = re.compile(r"every ([1-9][0-9]{0,3}) (h|min)")
# What cron itself knows, numbers, names, lists, ranges and steps; croniter would take seconds and random times too.
NUMBERS = r"[-0-9*/,]+"
MONTHS, DAYS = ("jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec", "mon|tue|wed|thu|fri|sat|sun")
CRON = re.compile(rf"cron ({NUMBERS} {NUMBERS} {NUMBERS} (?:[-0-9*/,]|{MONTHS})+ (?:[-0-9*/,]|{DAYS})+)")
EXAMPLES = "'daily at 22h', 'weekdays at 18h', 'sunday at 2h' or 'cron 0 22 * * 1-5'"
LONGEST = 80  # characters


@dataclass(frozen=True, slots=True)
class Schedule:
    """Days (`weekdays` from 0 for Monday; the n-th `week` of a month, or `monthly` its first day), and on each of them
    `times` in seconds since midnight; or a `cron` expression instead of both."""

    text: str
    weekdays: tuple[int, ...] = ()
    times: tuple[float, ...] = ()
    week: int | None = None
    monthly: bool = False
    cron: str = ""

    @classmethod
    def parse(cls, text: str) -> Schedule:
        """ValueError with the cure for what is not written so."""
        if len(text) > LONGEST:
            raise ValueError(f"'{text[:LONGEST]}...' is too long for times; write them like {EXAMPLES}")
        if text.startswith("cron"):
            return cls(text, cron=_cron(text))
        if (match := EVERY.fullmatch(text)) is not None:
            return cls(text, tuple(range(7)), _parts_of_a_day(text, int(match[1]), match[2]))
        match = AT.fullmatch(text)
        if match is None:
            raise ValueError(f"'{text}' says no times; write them like {EXAMPLES}")
        days, hour, minute = match[1], match[2], match[3] or match[4]
        weekdays, week = _days(text, days)
        if hour is None and days not in MIDNIGHT:
            raise ValueError(f"'{text}' needs a time of day: write '{text} at 22h'")
        return cls(text, weekdays, (_time(text, hour, minute),), week, days == "monthly")

    def starts(self, calendar: Calendar, after: float | None = None) -> Iterator[float]:
        """Every moment later than `after`, without end; from the first moment of the run on when it is None."""
        begin = 0.0 if after is None else after
        found = self._cron_starts(calendar, begin) if self.cron else self._day_starts(calendar, begin)
        return (moment for moment in found if (moment >= 0.0 if after is None else moment > after))

    def within(self, calendar: Calendar, duration: float) -> list[float]:
        """Every moment of a run of so many seconds, its first one included and its end left out."""
        moments: list[float] = []
        for moment in self.starts(calendar):
            if moment >= duration:
                return moments
            moments.append(moment)
        return moments

    def _day_starts(self, calendar: Calendar, begin: float) -> Iterator[float]:
        today = calendar.date(begin).date()
        while True:
            if self._holds(today):
                midnight = calendar.seconds(datetime.combine(today, time()))
                yield from (midnight + seconds for seconds in self.times)
            today += timedelta(days=1)

    def _holds(self, day: date) -> bool:
        if self.monthly:
            return day.day == 1
        if day.weekday() not in self.weekdays or self.week is None:
            return day.weekday() in self.weekdays
        return (day + timedelta(days=7)).month != day.month if self.week < 0 else (day.day - 1) // 7 == self.week

    def _cron_starts(self, calendar: Calendar, begin: float) -> Iterator[float]:
        from croniter import croniter

        dates = croniter(self.cron, calendar.date(begin - 1.0))
        while True:
            yield calendar.seconds(dates.get_next(datetime))


def starts(when: str | Schedule, calendar: Calendar, after: float | None = None) -> Iterator[float]:
    """The moments of a schedule, or of a text that is read as one; ValueError with the cure."""
    schedule = Schedule.parse(when) if isinstance(when, str) else when
    return schedule.starts(calendar, after)


def _days(text: str, days: str) -> tuple[tuple[int, ...], int | None]:
    """Weekdays, and which week of the month."""
    if days in NAMED:
        return tuple(NAMED[days]), None
    words = days.split(" ")
    if len(words) == 2 and words[0] in WEEKS and words[1] in WEEKDAYS:
        return (WEEKDAYS.index(words[1]),), WEEKS[words[0]]
    names = days.split(", ")
    for name in names:
        if name not in WEEKDAYS:
            known = (*NAMED, *WEEKDAYS)
            cure = suggest(name, known) or f"; write times like {EXAMPLES}"
            raise ValueError(f"'{text}': no days are called '{name}'{cure}")
    return tuple(sorted({WEEKDAYS.index(name) for name in names})), None


def _time(text: str, hour: str | None, minute: str | None) -> float:
    """Seconds since midnight; midnight when nothing is said."""
    hours, minutes = int(hour or 0), int(minute or 0)
    if hours > 23 or minutes > 59:
        raise ValueError(f"'{text}' has no time of day: it goes from 0h to 23h59")
    return hours * HOUR + minutes * 60.0


def _parts_of_a_day(text: str, count: int, unit: str) -> tuple[float, ...]:
    length = count * (HOUR if unit == "h" else 60.0)
    if DAY % length:
        raise ValueError(f"'{text}' does not divide a day: write 'every 4 h', 'every 30 min' or a cron expression")
    return tuple(index * length for index in range(round(DAY / length)))


def _cron(text: str) -> str:
    """The expression of `cron ...`; ValueError when it is none, or when no day is ever like that."""
    match = CRON.fullmatch(text)
    if match is None:
        raise ValueError(f"'{text}' is no cron expression: minute hour day month weekday, as in 'cron 0 22 * * 1-5'")
    from croniter import CroniterBadDateError, CroniterError, croniter

    try:
        croniter(match[1], datetime(2000, 1, 1)).get_next(datetime)
    except CroniterBadDateError:
        raise ValueError(f"'{text}' never comes: no date is like that") from None
    except CroniterError as wrong:
        raise ValueError(f"'{text}' is no cron expression: {str(wrong).splitlines()[0]}") from None
    return match[1]
