"""Nights on a calendar: weeks as rows, days as columns; and racks that are alike as one drawing.

A week is from Monday. What is left out is counted, so that the page can say so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from vinfra.planning.plan import Fleet, Migration, Night, Rack
from vinfra.report.planning.words import many, size

WEEKS = 26  # on the page
RACKS = 12  # drawings of racks that differ


@dataclass(frozen=True, slots=True)
class Cell:
    """One day: what happens in its night, in short and in words; `mark` is its class on the page."""

    on: date
    short: str = ""
    words: str = ""
    mark: str = ""


@dataclass(frozen=True, slots=True)
class Calendar:
    """Weeks of seven cells, and how many more weeks there are."""

    weeks: Sequence[Sequence[Cell]]
    more: int


@dataclass(frozen=True, slots=True)
class Drawn:
    """Racks that are alike: how many, and one of them; `slots` is its height in hosts, `load` peak over limit."""

    count: int
    rack: Rack
    slots: int

    @property
    def load(self) -> float:
        """Part of what it may draw."""
        return self.rack.peak / self.rack.limit if self.rack.limit else 0.0


def calendar(migration: Migration) -> Calendar:
    """The nights of a migration."""
    nights: dict[date, list[Night]] = {}
    for night in migration.nights:
        nights.setdefault(night.on, []).append(night)
    if not nights:
        return Calendar([], 0)
    first, last = min(nights), max(nights)
    monday = first - timedelta(days=first.weekday())
    weeks = (last - monday).days // 7 + 1
    shown = [
        [_cell(monday + timedelta(days=7 * week + day), nights) for day in range(7)]
        for week in range(min(weeks, WEEKS))
    ]
    return Calendar(shown, max(0, weeks - WEEKS))


def _cell(on: date, nights: Mapping[date, Sequence[Night]]) -> Cell:
    found = nights.get(on, ())
    if not found:
        return Cell(on)
    words = "; ".join(_words(night) for night in found)
    machines = f"{sum(len(night.moves) for night in found):,}"
    if not all(night.fits for night in found):
        return Cell(on, f"{machines}!", words, "late")
    return Cell(on, machines, words, "wave" if any(night.kind == "wave" for night in found) else "rehearsal")


def _words(night: Night) -> str:
    copied = size(sum(move.moved for move in night.moves))
    late = "" if night.fits else ", longer than the window"
    return f"{night.kind} {night.number}, {many(len(night.moves), 'machine')}, {copied}{late}"


def drawn(fleet: Fleet, room: int) -> tuple[list[Drawn], int]:
    """Racks that are alike together, in their order, and how many are in none of the drawings; `room` is how many hosts
    a rack has place for."""
    counts: dict[Rack, int] = {}
    for rack in fleet.racks:
        counts[rack] = counts.get(rack, 0) + 1
    slots = max(room, *(rack.hosts for rack in counts)) if counts else room
    found = [Drawn(count, rack, slots) for rack, count in counts.items()]
    return found[:RACKS], sum(one.count for one in found[RACKS:])
