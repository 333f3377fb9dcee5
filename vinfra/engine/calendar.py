"""The calendar of a run: which date and time of day a moment of simulated time is, and moments as people say them.

    `day 3 at 10h`       the third day of the run at ten; `day 3 at 10:30` works where it is quoted
    `22h to 6h`          hours of every day, over midnight where the end comes first

Local time without daylight saving: every day has 24 hours. Unit: seconds since the start of the run.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

DAY = 86400.0
HOUR = 3600.0
CLOCK = r"(\d{1,2})(?:h(\d{2})?|:(\d{2}))"
MOMENT = re.compile(rf"day ([1-9]\d{{0,4}}) at {CLOCK}")
SPAN = re.compile(rf"{CLOCK} to {CLOCK}")


@dataclass(frozen=True, slots=True)
class Calendar:
    """Simulated time 0 is `start`."""

    start: datetime

    def date(self, seconds: float) -> datetime:
        """Date and time of day of a moment."""
        return self.start + timedelta(seconds=seconds)

    def seconds(self, date: datetime) -> float:
        """The moment of a date; negative before the start."""
        return (date - self.start).total_seconds()

    def time_of_day(self, seconds: float) -> float:
        """Seconds since midnight, 0 to 86,400."""
        midnight = self.start.replace(hour=0, minute=0, second=0, microsecond=0)
        return (self.seconds(midnight) * -1 + seconds) % DAY

    def day(self, seconds: float) -> int:
        """The day of the run: 1 is the date of the start."""
        return (self.date(seconds).date() - self.start.date()).days + 1

    def midnight(self, day: int) -> float:
        """When a day of the run begins; the first one may have begun before the run."""
        return self.seconds(datetime.combine(self.start.date(), datetime.min.time())) + (day - 1) * DAY

    def moment(self, text: str) -> float:
        """`day 3 at 10h` in simulated seconds; ValueError with the cure for what is not written so, or lies before the
        start."""
        match = MOMENT.fullmatch(text)
        if match is None:
            raise ValueError(f"'{text}' is no moment of the run; write it like 'day 3 at 10h' or 'day 3 at 10h30'")
        moment = self.midnight(int(match[1])) + _clock(text, match[2], match[3] or match[4])
        if moment < 0:
            raise ValueError(f"'{text}' is before the run starts at {self.start:%Y-%m-%d %H:%M}")
        return moment


@dataclass(frozen=True, slots=True)
class Hours:
    """Hours of every day, in seconds since midnight; from `start` up to but without `end`."""

    start: float
    end: float

    @classmethod
    def parse(cls, text: str) -> Hours:
        """`22h to 6h`; ValueError with the cure."""
        match = SPAN.fullmatch(text)
        if match is None:
            raise ValueError(f"'{text}' are no hours of the day; write them like '22h to 6h'")
        start = _clock(text, match[1], match[2] or match[3])
        end = _clock(text, match[4], match[5] or match[6])
        if start == end:
            raise ValueError(f"'{text}' are no hours at all; '0h to 24h' is the whole day")
        return cls(start, end)

    def hold(self, time_of_day: float) -> bool:
        """Whether a time of day (seconds since midnight) lies in them."""
        if self.start < self.end:
            return self.start <= time_of_day < self.end
        return time_of_day >= self.start or time_of_day < self.end


def _clock(text: str, hours: str, minutes: str | None) -> float:
    """Seconds since midnight."""
    hour, minute = int(hours), int(minutes or 0)
    if minute > 59 or hour * 60 + minute > 24 * 60:
        raise ValueError(f"'{text}' has no time of day; it goes from 0h to 24h")
    return hour * HOUR + minute * 60.0
