"""When an incremental job begins anew with a full: `sunday`, `monthly`, `every 7 days`, `never`.

A full is due on the first run since that weekday (or the month) began, so one that failed is made up for by the next
run; or when the newest full is so many days old, where half a day less counts, since nights differ by minutes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated

from pydantic import AfterValidator
from pydantic_core import PydanticCustomError

from vinfra.backup.chain import Chain
from vinfra.engine.calendar import DAY, Calendar
from vinfra.errors import suggest

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
EVERY = re.compile(r"every ([1-9][0-9]{0,3}) days")


@dataclass(frozen=True, slots=True)
class Fulls:
    """On a weekday (0 is Monday), on the first day of a month, when the newest one is `days` old, or never."""

    weekday: int | None = None
    days: int | None = None
    monthly: bool = False

    @classmethod
    def parse(cls, text: str) -> Fulls:
        """ValueError with the cure for what is not written so."""
        if text in WEEKDAYS:
            return cls(weekday=WEEKDAYS.index(text))
        if text == "monthly":
            return cls(monthly=True)
        if text == "never":
            return cls()
        match = EVERY.fullmatch(text)
        if match is None:
            cure = (
                suggest(text, (*WEEKDAYS, "monthly", "never", "every 7 days"))
                or "; write it like 'sunday' or 'every 7 days'"
            )
            raise ValueError(f"'{text[:40]}' is no time for a full backup{cure}")
        return cls(days=int(match[1]))

    def due(self, chain: Chain, now: float, calendar: Calendar) -> bool:
        """Whether a run that starts at `now` begins anew; never when there is no full to count from."""
        newest = max((point.taken for point in chain.points if point.form == "full"), default=now)
        if self.days is not None:
            return now - newest >= (self.days - 0.5) * DAY
        midnight, today = calendar.midnight(calendar.day(now)), calendar.date(now)
        if self.monthly:
            return newest < midnight - (today.day - 1) * DAY
        if self.weekday is None:
            return False
        return newest < midnight - (today.weekday() - self.weekday) % 7 * DAY


def _readable(text: str) -> str:
    try:
        Fulls.parse(text)
    except ValueError as wrong:
        raise PydanticCustomError("fulls", "{why}", {"why": str(wrong)}) from None
    return text


Due = Annotated[str, AfterValidator(_readable)]
