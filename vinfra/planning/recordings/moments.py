"""Points in time as exports write them, decided for a whole file at once: `11/27/2026 2:05:00 PM` cannot be read alone.

Seconds: since 1970 where the day is known, else from the first. What has a time zone is turned to UTC; what has none
stays as it is, so that an hour is missing in spring and is there twice in autumn. Source: ISO 8601; short dates of the
cultures of .NET, in which PowerShell writes; perfmon, always month first.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Order = Literal["ymd", "mdy", "dmy"]
MILLISECONDS = 1e11  # a number above this cannot be seconds
KNOWN_DAY = 1e8  # s; below this a number counts from the beginning of the recording
LONGEST = 40  # characters
CLOCK = r"(?:[ T,]+(\d{1,2})[:.](\d{2})(?:[:.](\d{2}))?(?:\.\d+)?\s*([AaPp])?\.?(?:[Mm]\.?)?)?(?:\s*(?:UTC|GMT|Z))?"
ORDERED = re.compile(r"(\d{1,4})[-/.](\d{1,2})[-/.](\d{1,4})" + CLOCK, re.ASCII)
NAMED = re.compile(r"(?:[A-Za-z]{3,9},? )?([A-Za-z]{3,9})\.? (\d{1,2}),? (\d{4})" + CLOCK, re.ASCII)
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


class Unclear(ValueError):
    """A text that is no point in time: its number among those given, and why."""

    def __init__(self, at: int, why: str) -> None:
        super().__init__(why)
        self.at = at


def seconds(texts: Sequence[str], order: Order | None = None) -> tuple[NDArray[np.float64], str]:
    """Seconds of each text, shape (texts,), and a note where something was assumed; Unclear for what cannot be read."""
    plain = [text.strip() for text in texts]
    if not plain:
        return np.zeros(0), ""
    for at, text in enumerate(plain):
        if len(text) > LONGEST:
            raise Unclear(at, "is no point in time")
    if _number(plain[0]) is not None:
        return _numbers(plain), ""
    if _iso(plain[0]) is not None:
        return _every_iso(plain), ""
    return _dates(plain, order)


def _number(text: str) -> float | None:
    try:
        found = float(text)
    except ValueError:
        return None
    return found if 0 <= found < 1e15 else None


def _numbers(texts: Sequence[str]) -> NDArray[np.float64]:
    found = np.empty(len(texts))
    for at, text in enumerate(texts):
        value = _number(text)
        if value is None:
            raise Unclear(at, "is no number of seconds as those before it")
        found[at] = value / 1000 if value > MILLISECONDS else value
    return found


def _iso(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def _every_iso(texts: Sequence[str]) -> NDArray[np.float64]:
    found = np.empty(len(texts))
    zoned = None
    for at, text in enumerate(texts):
        moment = _iso(text)
        if moment is None:
            raise Unclear(at, "is not written as the points in time before it")
        if zoned is None:
            zoned = moment.tzinfo is not None
        if zoned != (moment.tzinfo is not None):
            raise Unclear(at, "has no time zone while others have one, or the other way round")
        found[at] = _stamp(moment if zoned else moment.replace(tzinfo=UTC), at)
    return found


def _dates(texts: Sequence[str], order: Order | None) -> tuple[NDArray[np.float64], str]:
    """Dates with numbers or names of months; which number is the month is decided by all of them."""
    parts: list[tuple[int, int, int, float]] = []
    separators = set()
    for at, text in enumerate(texts):
        if match := ORDERED.fullmatch(text):
            parts.append((int(match[1]), int(match[2]), int(match[3]), _clock(match, 4, at)))
            separators.add("." if "." in text[: match.end(3)] else "/")
        elif (match := NAMED.fullmatch(text)) and match[1][:3].lower() in MONTHS:
            month = MONTHS.index(match[1][:3].lower()) + 1
            parts.append((int(match[3]), month, int(match[2]), _clock(match, 4, at)))
        else:
            raise Unclear(at, "is no point in time; write it as 2026-11-27 14:05:00")
    note = ""
    if order is None:
        order, note = _order(parts, separators)
    places = {"ymd": (0, 1, 2), "mdy": (2, 0, 1), "dmy": (2, 1, 0)}[order]
    found = np.empty(len(parts))
    for at, part in enumerate(parts):
        year, month, day = (int(part[place]) for place in places)
        try:
            moment = datetime(year + 2000 if year < 100 else year, month, day, tzinfo=UTC)
        except ValueError:
            raise Unclear(at, "is no day of the calendar as those before it are written") from None
        found[at] = _stamp(moment, at) + part[3]
    return found, note


def _order(parts: Sequence[tuple[int, int, int, float]], separators: set[str]) -> tuple[Order, str]:
    first, second = max(part[0] for part in parts), max(part[1] for part in parts)
    if first > 31:
        return "ymd", ""
    if first > 12 or separators == {"."}:
        return "dmy", ""
    if second > 12:
        return "mdy", ""
    return "mdy", "no date shows which number is the month: the first was taken; write dates as 2026-11-27 otherwise"


def _clock(match: re.Match[str], group: int, at: int) -> float:
    """Seconds of the day."""
    hour, minute, second = (int(match[group + place] or 0) for place in range(3))
    half = (match[group + 3] or "").lower()
    if half:
        if not 1 <= hour <= 12:
            raise Unclear(at, "has no such hour before or after noon")
        hour = hour % 12 + (12 if half == "p" else 0)
    if hour > 23 or minute > 59 or second > 60:
        raise Unclear(at, "has no such time of day")
    return hour * 3600.0 + minute * 60 + second


def _stamp(moment: datetime, at: int) -> float:
    if not 1980 <= moment.year <= 2200:
        raise Unclear(at, "is a year in which nothing was recorded")
    return moment.timestamp()


def begins(first: float) -> datetime | None:
    """The moment of a number of seconds, where it is one."""
    return datetime.fromtimestamp(first, UTC).replace(tzinfo=None) if KNOWN_DAY <= first < MILLISECONDS else None
