"""The catalog: what can be restored, to when, and from where; and how the jobs of each machine ended.

It is a book of its own. It lies on no proxy, so it is there when one dies; and it does not look into repositories, so a
point whose file has rotted is found until somebody notes that it cannot be read. Unit: seconds.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace

from vinfra.units import show

DONE = "done"


@dataclass(frozen=True, slots=True)
class Entry:
    """A restore point of a machine in one place. `number` is that of its chain, `restores` are the ways back it is good
    for, `spoiled` says why it cannot be read, when that was found out."""

    machine: str
    job: str
    number: int
    taken: float
    place: str
    restores: frozenset[str]
    spoiled: str = ""


@dataclass(frozen=True, slots=True)
class Note:
    """How a job ended for a machine."""

    job: str
    at: float
    condition: str


class Catalog:
    """All entries; those of one machine from the oldest to the newest, its copies in the order they were recorded."""

    def __init__(self) -> None:
        self._entries: dict[str, list[Entry]] = {}
        self._notes: dict[str, Note] = {}

    def record(
        self, machine: str, job: str, number: int, taken: float, restores: Collection[str], place: str = "repository"
    ) -> Entry:
        """A point is there, or a copy of it in another place."""
        entry = Entry(machine, job, number, taken, place, frozenset(restores))
        self.forget(machine, job, number, place)
        entries = self._entries.setdefault(machine, [])
        at = len(entries)
        while at > 0 and entries[at - 1].taken > taken:
            at -= 1
        entries.insert(at, entry)
        return entry

    def forget(self, machine: str, job: str, number: int, place: str = "repository") -> None:
        """A point is no longer in a place; nothing when it was not known."""
        known = self._entries.get(machine, [])
        self._entries[machine] = [e for e in known if (e.job, e.number, e.place) != (job, number, place)]

    def spoil(self, machine: str, job: str, number: int, reason: str, place: str = "repository") -> None:
        """It was found out that a point cannot be read in that place."""
        self._entries[machine] = [
            replace(entry, spoiled=reason) if (entry.job, entry.number, entry.place) == (job, number, place) else entry
            for entry in self._entries.get(machine, [])
        ]

    def note(self, machine: str, job: str, at: float, condition: str) -> None:
        """A job ended for a machine; why a restore point is missing can be told from it."""
        self._notes[machine] = Note(job, at, condition)

    def last(self, machine: str) -> Note | None:
        """How the last job of a machine ended."""
        return self._notes.get(machine)

    def entries(self, machine: str, place: str | None = None) -> list[Entry]:
        """What there is of a machine, the oldest first; in one place, or everywhere."""
        return [entry for entry in self._entries.get(machine, []) if place in (None, entry.place)]

    def newest(self, machine: str) -> float | None:
        """When the newest point of a machine was taken that is not known to be spoiled; None where there is none."""
        return next((e.taken for e in reversed(self.entries(machine)) if not e.spoiled), None)

    def __iter__(self) -> Iterator[Entry]:
        """Every entry, machine by machine in the order of their names."""
        return (entry for machine in sorted(self._entries) for entry in self._entries[machine])

    def __len__(self) -> int:
        return sum(map(len, self._entries.values()))

    def find(
        self, machine: str, at: float, age: float = math.inf, needs: str = "image", lost: Collection[str] = ()
    ) -> Entry | str:
        """The newest point that shows the machine as it was at a moment, or at most `age` seconds before, that is good
        for a way back and lies in no place that is `lost`; else the sentence that says why there is none.

        Where one point lies in several places, the one recorded first is taken.
        """
        known = [entry for entry in self._entries.get(machine, []) if entry.taken <= at]
        young = [entry for entry in known if at - entry.taken <= age]
        fit = [entry for entry in young if needs in entry.restores]
        there = [entry for entry in fit if entry.place not in lost]
        fine = [entry for entry in there if not entry.spoiled]
        if fine:
            return next(entry for entry in fine if entry.taken == fine[-1].taken)
        if not known:
            return f"{machine} has no restore point" + self._because(machine, at)
        if not young:
            newest = show(round(at - known[-1].taken), "time")
            wanted = show(age, "time")
            why = self._because(machine, at)
            return f"{machine} has no restore point that is at most {wanted} old, the newest is {newest} old{why}"
        if not fit:
            return f"{machine} has no restore point that a restore of kind {needs} can use"
        if not there:
            places = ", ".join(sorted({entry.place for entry in fit}))
            return f"{machine} has a restore point, but what holds it cannot be reached: {places}"
        return f"{machine} has no restore point that can be read: {there[-1].spoiled}"

    def _because(self, machine: str, at: float) -> str:
        note = self._notes.get(machine)
        if note is None or note.at > at:
            return ": no job of it has ended yet"
        return "" if note.condition == DONE else f": the last job ended '{note.condition}'"
