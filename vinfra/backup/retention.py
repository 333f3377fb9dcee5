"""How many restore points are kept: `14 daily`, `4 weekly`, `12 monthly`, `3 yearly`, `30 points`.

Of each of the last n days, weeks, months or years that have a point, the newest one is wanted; of points, the last n.
A point is wanted that any rule wants. Days without a point do not count, so a week of failures makes nothing expire.
Source: rules of this kind are called grandfather-father-son; the counting is that of restic's `forget` (its manual).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from vinfra.backup.chain import Point, living, needed
from vinfra.engine.calendar import DAY, Calendar
from vinfra.errors import suggest

# A night belongs to the day on which it begins: a day of backups goes from noon to noon. Assumed: backups are made at
# night, and the point of a machine whose turn comes after midnight is that evening's.
NOON = DAY / 2
RULE = re.compile(r"([1-9][0-9]{0,4}) ([a-z]+)")
Part = Callable[[datetime], tuple[int, ...]]

PARTS: dict[str, Part] = {
    "daily": lambda date: (date.toordinal(),),
    "weekly": lambda date: tuple(date.isocalendar()[:2]),
    "monthly": lambda date: (date.year, date.month),
    "yearly": lambda date: (date.year,),
}
KINDS = (*PARTS, "points")


@dataclass(frozen=True, slots=True)
class Retention:
    """`rules` are how many of which kind, as they were written."""

    rules: tuple[tuple[int, str], ...]

    @classmethod
    def parse(cls, keep: Sequence[str]) -> Retention:
        """ValueError with the cure for a rule that is not written so, that comes twice, or when there is none."""
        if not keep:
            raise ValueError("keeps nothing: say what is kept, such as '14 daily'")
        rules = tuple(_rule(text) for text in keep)
        kinds = [kind for _, kind in rules]
        twice = [kind for kind in KINDS if kinds.count(kind) > 1]
        if twice:
            raise ValueError(f"says twice how many {twice[0]} are kept: write it once")
        return cls(rules)

    def wanted(self, points: Sequence[Point], calendar: Calendar) -> set[int]:
        """Numbers of the points that a rule wants. Broken ones are not wanted: the next older one that can be restored
        takes their place."""
        alive = living(points)[::-1]
        found: set[int] = set()
        for count, kind in self.rules:
            if kind == "points":
                found |= {point.number for point in alive[:count]}
                continue
            newest: dict[tuple[int, ...], int] = {}
            for point in alive:
                part = PARTS[kind](calendar.date(point.taken - NOON))
                if part not in newest and len(newest) == count:
                    break
                newest.setdefault(part, point.number)
            found |= set(newest.values())
        return found

    def unwanted(self, points: Sequence[Point], now: float, calendar: Calendar) -> list[Point]:
        """The points taken before `now` that no rule wants; what is broken, once a newer point can be restored."""
        wanted = self.wanted(points, calendar)
        newest = max(wanted, default=0)
        return [p for p in points if p.number not in wanted and p.number < newest and p.taken <= now]

    def expired(self, points: Sequence[Point], now: float, calendar: Calendar) -> list[Point]:
        """The unwanted points whose files no other point needs: removing them loses nothing that is kept."""
        unwanted = {point.number for point in self.unwanted(points, now, calendar)}
        by_number = {point.number: point for point in points}
        kept = needed(by_number, [point for point in points if point.number not in unwanted])
        return [point for point in points if point.number not in kept]


def _rule(text: str) -> tuple[int, str]:
    match = RULE.fullmatch(text)
    if match is None:
        raise ValueError(f"'{text[:40]}' is no rule of what is kept; write it like '14 daily' or '30 points'")
    count, kind = int(match[1]), match[2]
    if kind not in KINDS:
        meant = {"day": "daily", "week": "weekly", "month": "monthly", "year": "yearly", "point": "points"}
        cure = meant.get(kind.removesuffix("s"))
        why = f"no '{kind}'{suggest(kind, KINDS)}" if cure is None else f"write '{count} {cure}'"
        raise ValueError(f"'{text[:40]}': {why}")
    return count, kind
