"""Sharing one resource in virtual time: what a change costs grows with log n, not with n.

With nobody at a floor or bound, everybody gets level * weight, level = capacity / sum of (weight * amount). Virtual
time V grows by level * dt, so work w that starts at V ends at V + w / weight, whatever happens to the level meanwhile:
a change of the level moves no one. Source: Parekh and Gallager, IEEE/ACM ToN 1(3), 1993 (virtual time of weighted fair
queueing).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from heapq import heapify, heappop, heappush

CRUMB = 1e-12  # of the work: what rounding may leave of work that is done
STALE = 16  # entries kept for each member before those of members that are gone are thrown out


@dataclass(slots=True)
class Member:
    """Somebody who is served: `ends` and `began` in virtual time, `amount` of the resource per unit of work."""

    began: float
    ends: float
    weight: float
    amount: float
    serial: int


class Fair:
    """The members of one resource by name, in virtual time."""

    def __init__(self, capacity: float, now: float) -> None:
        self.capacity = capacity
        self.members: dict[str, Member] = {}
        self._virtual = 0.0
        self._now = now
        self._sum = self._lost = 0.0
        self._serial = 0
        self._ends: list[tuple[float, str, int]] = []
        self._bounds: list[tuple[float, str, int]] = []
        self._floors: list[tuple[float, str, int]] = []

    @property
    def level(self) -> float:
        """Rate for a weight of 1."""
        return self.capacity / (self._sum + self._lost) if self.members else 0.0

    def virtual(self, now: float) -> float:
        """Virtual time at `now`."""
        return self._virtual + self.level * (now - self._now)

    def advance(self, now: float) -> None:
        """Bring virtual time up to `now`; done before anything changes."""
        self._virtual, self._now = self.virtual(now), now

    def add(self, name: str, work: float, amount: float, weight: float, floor: float, bound: float) -> None:
        """A new member with so much work; weight above 0."""
        self._serial += 1
        self.members[name] = Member(self._virtual, self._virtual + work / weight, weight, amount, self._serial)
        self._push(self._ends, self.members[name].ends, name)
        if bound < math.inf:
            self._push(self._bounds, bound / weight, name)
        if floor > 0:
            self._push(self._floors, -floor / weight, name)
        self._weigh(weight * amount)

    def remove(self, name: str) -> None:
        """A member goes."""
        gone = self.members.pop(name)
        self._weigh(-gone.weight * gone.amount)

    def _weigh(self, change: float) -> None:
        """Keep the sum of weights with what rounding lost of it (Neumaier), so that it does not drift."""
        total = self._sum + change
        larger, smaller = (self._sum, change) if abs(self._sum) >= abs(change) else (change, self._sum)
        self._lost += (larger - total) + smaller
        self._sum = total
        if not self.members:
            self._sum = self._lost = 0.0

    def left(self, name: str, now: float) -> float:
        """Work a member has left at `now`."""
        member = self.members[name]
        return max(0.0, (member.ends - self.virtual(now)) * member.weight)

    def served(self, name: str, now: float) -> float:
        """Work a member was given up to `now`."""
        member = self.members[name]
        return (self.virtual(now) - member.began) * member.weight

    def applies(self) -> bool:
        """Whether nobody's floor or bound counts, so that virtual time is right."""
        bound, floor = self._top(self._bounds), self._top(self._floors)
        level = self.level
        return (bound is None or level <= bound) and (floor is None or level >= -floor)

    def next_end(self) -> float:
        """When the next member is done; inf when nobody ever is."""
        ends = self._top(self._ends)
        if ends is None or ends == math.inf:
            return math.inf
        began = self.members[self._ends[0][1]].began
        if ends - self._virtual <= CRUMB * (ends - began):
            return self._now
        return self._now + (ends - self._virtual) / self.level if self.level > 0 else math.inf

    def finish(self, now: float) -> list[str]:
        """Names of the members whose work ends now, when `now` was foretold by next_end."""
        ends = self._top(self._ends)
        if ends is None:
            return []
        self._virtual, self._now = max(ends, self._virtual), now
        done = []
        while (top := self._top(self._ends)) is not None and top <= self._virtual:
            name = heappop(self._ends)[1]
            done.append(name)
            self.members[name].serial = -1
        return done

    def _push(self, heap: list[tuple[float, str, int]], value: float, name: str) -> None:
        heappush(heap, (value, name, self._serial))
        if len(heap) > STALE * (len(self.members) + STALE):
            heap[:] = [entry for entry in heap if self._counts(entry)]
            heapify(heap)

    def _counts(self, entry: tuple[float, str, int]) -> bool:
        member = self.members.get(entry[1])
        return member is not None and member.serial == entry[2]

    def _top(self, heap: list[tuple[float, str, int]]) -> float | None:
        """The smallest value of those still there."""
        while heap and not self._counts(heap[0]):
            heappop(heap)
        return heap[0][0] if heap else None
