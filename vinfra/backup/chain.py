"""The restore points of one machine: each is a file in the repository, and most files build on another one.

    full         stands alone
    increment    builds on the point before it: the blocks that changed since
    rollback     builds on the point after it: the blocks as they were before they changed

A restore reads the file of its point and all files down to the full. Whatever changes a chain is a Step: it is prepared
with the bytes it reads and writes, and applied when these have moved, so that work which breaks off leaves the chain as
it was. Unit: bytes as they are stored. Source: the work of each step is what moving its blocks takes, block by block;
the best practice guide of Veeam (facts/published/backup-sizing.yaml) says the same in a table.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

Form = Literal["full", "increment", "rollback"]


@dataclass(frozen=True, slots=True)
class Point:
    """A restore point and its file. `number` counts from 1 and never comes back; `taken` is the second of its snapshot.

    `size` is what its file takes, `whole` what a full of it would take; `base` is the number of the point whose file it
    builds on, None for a full; `broken` says why its file cannot be read.
    """

    number: int
    taken: float
    form: Form
    size: float
    whole: float
    base: int | None = None
    broken: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """One change of a chain, prepared and not yet done.

    Of the bytes `written` in the repository `arrives` come from the disk; the others, and those `read`, are work of the
    repository itself. `space` is the most that it takes above what was stored before, while it goes on.
    """

    before: tuple[Point, ...]
    after: tuple[Point, ...]
    arrives: float = 0.0
    read: float = 0.0
    written: float = 0.0
    space: float = 0.0

    @property
    def point(self) -> Point:
        """The newest point once it is done."""
        return self.after[-1]

    @property
    def growth(self) -> float:
        """Bytes stored more than before, once it is done; below zero where it frees some."""
        return stored(self.after) - stored(self.before)

    @property
    def removed(self) -> list[Point]:
        """Points that are gone once it is done."""
        left = {point.number for point in self.after}
        return [point for point in self.before if point.number not in left]


class Chain:
    """The points of one machine, the oldest first."""

    def __init__(self, points: Iterable[Point] = ()) -> None:
        self._points = tuple(points)
        self._number = self._points[-1].number if self._points else 0

    @property
    def points(self) -> tuple[Point, ...]:
        """All points, broken ones too."""
        return self._points

    @property
    def newest(self) -> Point | None:
        """The youngest point, whole or broken."""
        return self._points[-1] if self._points else None

    @property
    def stored(self) -> float:
        """Bytes that all files take."""
        return stored(self._points)

    def living(self) -> list[Point]:
        """Points that can be restored."""
        return living(self._points)

    def needs(self, point: Point) -> list[Point]:
        """The points whose files a restore of it reads: the full first, its own file last."""
        return lineage(self._by_number(), point)

    def reads(self, point: Point) -> float:
        """Bytes that a restore reads: each block once, from the newest file that has it."""
        return point.whole

    def checks(self, point: Point) -> float:
        """Bytes to read to know that it can be restored: all files it needs."""
        return stored(self.needs(point))

    def trouble(self, point: Point) -> str | None:
        """Why a point cannot be restored; None where it can."""
        for needed in self.needs(point):
            if needed.broken:
                return f"restore point {needed.number}, which it needs, is broken: {needed.broken}"
        return None

    def full(self, taken: float, size: float, whole: float) -> Step:
        """Everything anew: what arrives is written."""
        return self._add(self._new(taken, "full", size, whole), size)

    def increment(self, taken: float, size: float, whole: float) -> Step:
        """The blocks that changed since the newest point: what arrives is written."""
        return self._add(self._new(taken, "increment", size, whole, self._youngest().number), size)

    def reverse_increment(self, taken: float, size: float, whole: float) -> Step:
        """The blocks that changed go into the full, and those they replace are kept beside it.

        For each block that arrives the old one is read, written into a rollback, and overwritten.
        """
        last = self._youngest()
        if last.form != "full":
            raise ValueError(f"restore point {last.number} is no full that could be brought forward")
        new = self._new(taken, "full", max(last.size, whole), whole)
        old = replace(last, form="rollback", size=size, base=new.number)
        after = (*self._points[:-1], old, new)
        return Step(self._points, after, size, size, 2 * size, stored(after) - self.stored)

    def synthetic_full(self, taken: float, size: float, whole: float) -> Step:
        """A full out of what lies there: the changed blocks arrive, then each block of the machine is read once, from
        the newest file that has it, and written."""
        new = self._new(taken, "full", whole, whole)
        return Step(self._points, (*self._points, new), size, whole, size + whole, size + whole)

    def synthetic_full_with_rollbacks(self, taken: float, size: float, whole: float) -> Step:
        """The full is brought forward through all increments, and these become rollbacks.

        For each of their blocks the new one is read and the old one too; the old one is written into a rollback, the
        new one over it. Space is taken by an increment and its rollback together, one after the other.
        """
        arrived = self.increment(taken, size, whole)
        line = Chain(arrived.after).needs(arrived.point)
        first, increments = line[0], line[1:]
        turned = {
            older.number: replace(older, form="rollback", size=newer.size, base=newer.number)
            for older, newer in zip(line, increments, strict=False)
        }
        last = replace(arrived.point, form="full", size=max(first.size, whole), base=None)
        after = (*(turned.get(point.number, point) for point in self._points), last)
        moved = stored(increments)
        grown = last.size - first.size
        space = size + grown + max(point.size for point in increments)
        return Step(self._points, after, size, 2 * moved, size + 2 * moved, space)

    def without(self, unwanted: Collection[int], merge: bool = False) -> Step:
        """Remove the points of these numbers, as far as no other point needs their files.

        With `merge`, an unwanted full at the old end goes on as the full of the next point: the blocks of that
        increment are read and written into it.
        """
        by_number = self._by_number()
        kept = needed(by_number, [point for point in self._points if point.number not in unwanted])
        after = [point for point in self._points if point.number in kept]
        moved = grown = 0.0
        while merge and (joined := _merged(after, unwanted)) is not None:
            moved += after[1].size
            grown += joined.size - after[0].size
            after[:2] = [joined]
        return Step(self._points, tuple(after), read=moved, written=moved, space=grown)

    def apply(self, step: Step) -> Point | None:
        """Do it; the newest point. ValueError when the chain is not what it was when the step was prepared."""
        if step.before is not self._points:
            raise ValueError("the chain changed after this step was prepared")
        self._points = step.after
        self._number = max(self._number, *(point.number for point in step.after), 0)
        return self.newest

    def spoil(self, number: int, reason: str) -> None:
        """The file of a point cannot be read any more; neither can what builds on it."""
        if number not in self._by_number():
            raise KeyError(f"there is no restore point {number}")
        self._points = tuple(
            replace(point, broken=reason) if point.number == number else point for point in self._points
        )

    def _by_number(self) -> dict[int, Point]:
        return {point.number: point for point in self._points}

    def _youngest(self) -> Point:
        if not self._points:
            raise ValueError("there is no restore point to build on")
        return self._points[-1]

    def _new(self, taken: float, form: Form, size: float, whole: float, base: int | None = None) -> Point:
        if self._points and taken <= self._points[-1].taken:
            raise ValueError("a restore point is younger than the one before it")
        return Point(self._number + 1, taken, form, size, whole, base)

    def _add(self, point: Point, size: float) -> Step:
        return Step(self._points, (*self._points, point), size, 0.0, size, size)


def stored(points: Iterable[Point]) -> float:
    """Bytes that their files take."""
    return sum(point.size for point in points)


def lineage(by_number: Mapping[int, Point], point: Point) -> list[Point]:
    """The points whose files are needed for one, the full first."""
    line = [point]
    while line[-1].base is not None:
        line.append(by_number[line[-1].base])
    return line[::-1]


def needed(by_number: Mapping[int, Point], points: Iterable[Point]) -> set[int]:
    """Numbers of all points whose files these need, themselves included."""
    found: set[int] = set()
    for point in points:
        at: Point | None = point
        while at is not None and at.number not in found:
            found.add(at.number)
            at = None if at.base is None else by_number[at.base]
    return found


def living(points: Sequence[Point]) -> list[Point]:
    """Those that can be restored: nothing they need is broken."""
    by_number = {point.number: point for point in points}
    fine: dict[int, bool] = {}
    for point in points:
        line = [point]
        while not line[-1].broken and line[-1].base is not None and line[-1].base not in fine:
            line.append(by_number[line[-1].base])
        last = line[-1]
        good = not last.broken and (last.base is None or fine[last.base])
        fine |= dict.fromkeys((one.number for one in line), good)
    return [point for point in points if fine[point.number]]


def _merged(points: Sequence[Point], unwanted: Collection[int]) -> Point | None:
    """The full that the two oldest points make, when the oldest is an unwanted full on which the next alone builds."""
    if len(points) < 2 or points[0].number not in unwanted or points[0].form != "full":
        return None
    full, increment = points[:2]
    builders = [point.number for point in points if point.base == full.number]
    if builders != [increment.number] or full.broken or increment.broken:
        return None
    return replace(increment, form="full", base=None, size=max(full.size, increment.whole))
