"""What sharing is about: resources that can do so much per second, and activities that use them until their work is
done.

Either an activity knows what it has left and its rate, or it is a member of its only resource's virtual time (fair.py).
Units: work, work per second, seconds.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

from simpy.events import Event

from vinfra.engine.clock import Clock
from vinfra.engine.fair import Fair

FULL = 1e-9  # of a capacity: a resource with less than this left is full
CRUMB = 1e-12  # of the work: what rounding may leave of work that is done


class Resource:
    """Something that can do so much per second. `tied` are activities that use another resource too, `weightless`
    those that get their floor and no more; where there is either, virtual time is not for it. `most` is the greatest
    capacity it has had. `watch` is told of every span of constant use: (from, to, used per second)."""

    def __init__(self, name: str, capacity: float, watch: Callable[[float, float, float], None] | None = None) -> None:
        self.name = name
        self.used = self.most = 0.0
        self.activities: dict[str, Activity] = {}
        self.tied: set[str] = set()
        self.weightless: set[str] = set()
        self.fair: Fair | None = None
        self.version = 0
        self.full = False
        self.watch = watch
        self._carried = 0.0
        self._since = 0.0
        self.set_capacity(capacity)

    def __repr__(self) -> str:
        return f"<{self.name}: {self.used:g} of {self.capacity:g} per second, {len(self.activities)} activities>"

    def set_capacity(self, capacity: float) -> None:
        """Work per second it can do; ValueError when that is no number from 0."""
        if not 0 <= capacity < math.inf:
            raise ValueError(f"the capacity of {self.name} must be a number from 0, got {capacity}")
        self.capacity = capacity
        self.most = max(self.most, capacity)

    def filled_by(self, used: float) -> bool:
        """Whether so much use fills it, but for rounding."""
        return used >= self.capacity * (1 - FULL)

    def limits(self) -> bool:
        """Whether anybody may have the rate it has because of this resource: it was full, or is now."""
        return self.full or self.fair is not None or self.filled_by(self.used)

    def carried(self, now: float) -> float:
        """Work it has done up to `now`."""
        return self._carried + self.used * (now - self._since)

    def use(self, used: float, now: float) -> None:
        """From now on so much is used per second."""
        if self.watch is not None and now > self._since:
            self.watch(self._since, now, self.used)
        self._carried, self._since, self.used = self.carried(now), now, used

    def welcome(self, activity: Activity) -> None:
        """An activity that begins, or whose weight may be another now."""
        self.forget(activity)
        self.activities[activity.name] = activity
        if len(activity.uses) > 1:
            self.tied.add(activity.name)
        if activity.weight == 0:
            self.weightless.add(activity.name)

    def forget(self, activity: Activity) -> None:
        """An activity that is over, if it ever was here."""
        for members in (self.activities, self.tied, self.weightless):
            if activity.name in members:
                members.pop(activity.name) if isinstance(members, dict) else members.discard(activity.name)

    def could_be_fair(self) -> bool:
        """Whether virtual time would be right for those who are here: nobody's floor or bound counts."""
        if self.tied or self.weightless:
            return False
        weights = math.fsum(activity.weight * activity.uses[0][1] for activity in self.activities.values())
        level = self.capacity / weights if weights else 0.0
        return all(a.floor <= level * a.weight <= a.bound for a in self.activities.values())

    def foretold(self) -> int:
        """Which prediction of its next end counts."""
        return -1 if self.fair is None else self.version

    def finish(self, now: float) -> dict[str, Activity]:
        """Whose work ends now in virtual time."""
        names = [] if self.fair is None else self.fair.finish(now)
        return {name: self.activities[name] for name in names}


class Activity(Event):
    """Work under way; an event that succeeds when it is done."""

    def __init__(self, clock: Clock, name: str, work: float, uses: Mapping[Resource, float]) -> None:
        if not work >= 0:
            raise ValueError(f"{name}: work must be a number from 0, got {work}")
        for resource in uses:
            if not isinstance(resource, Resource):
                raise ValueError(f"{name}: uses {resource!r}, which is no resource")
        if not uses or any(not 0 < amount < math.inf for amount in uses.values()):
            raise ValueError(f"{name}: must use at least one resource, each by an amount above 0")
        super().__init__(clock)
        self.clock = clock
        self.name = name
        self.work = work
        self.uses = tuple(sorted(uses.items(), key=lambda pair: pair[0].name))
        self.weight, self.floor, self.bound = 1.0, 0.0, math.inf
        self.fair: Fair | None = None
        self.version = 0
        self._left, self._served, self._rate, self._since = work, 0.0, 0.0, clock.now

    def __repr__(self) -> str:
        return f"<{self.name}: {self.remaining:g} of {self.work:g} left at {self.rate:g} per second>"

    def limit(self, weight: float, floor: float, bound: float) -> None:
        """Set weight, floor and bound; ValueError when they are no numbers from 0, or let nothing happen ever."""
        self.check(weight, floor, bound)
        self.weight, self.floor, self.bound = weight, floor, bound

    def check(self, weight: float, floor: float, bound: float) -> None:
        """ValueError when limits are no numbers from 0, or let nothing happen ever."""
        if not (0 <= weight < math.inf and 0 <= floor < math.inf and bound >= 0):
            raise ValueError(f"{self.name}: weight, floor and bound must be numbers from 0")
        if weight == 0 and floor == 0 and self.work > 0:
            raise ValueError(f"{self.name}: without weight and floor it would never go on")

    def takes(self, resource: Resource) -> float:
        """What it takes of a resource per second now."""
        for used, amount in self.uses:
            if used is resource:
                return self.rate * amount
        return 0.0

    def place(self) -> tuple[tuple[tuple[Resource, float], ...], float, float, float]:
        """All that its rate depends on: who ends and who begins in the same place move nobody else."""
        return self.uses, self.weight, self.floor, self.bound

    @property
    def rate(self) -> float:
        """Work per second now."""
        return self._rate if self.fair is None else self.fair.level * self.weight

    @property
    def remaining(self) -> float:
        """Work that is left now."""
        if self.fair is not None:
            return self.fair.left(self.name, self.clock.now)
        return max(0.0, self._left - self._rate * (self.clock.now - self._since))

    @property
    def served(self) -> float:
        """Work done up to now."""
        if self.fair is not None:
            return self._served + self.fair.served(self.name, self.clock.now)
        return self._served + self._rate * (self.clock.now - self._since)

    def enter(self, fair: Fair, now: float) -> None:
        """Become a member of the only resource's virtual time."""
        self.go_on(0.0, now)
        fair.add(self.name, self._left, self.uses[0][1], self.weight, self.floor, self.bound)
        self.fair = fair

    def leave(self, now: float) -> None:
        """Know again what is left, at rate 0 until rates are settled; what was foretold no longer counts."""
        if self.fair is None:
            self.go_on(self._rate, now)
            return
        left, served = self.remaining, self.served
        self.fair.advance(now)
        self.fair.remove(self.name)
        self.fair = None
        self.uses[0][0].version += 1
        self._left, self._served, self._rate, self._since = left, served, 0.0, now

    def go_on(self, rate: float, now: float) -> None:
        """From now on at this rate."""
        self._left, self._served = self.remaining, self.served
        self._rate, self._since = rate, now
        self.version += 1

    def ends_at(self) -> float:
        """When it is done at its rate."""
        if self._left <= CRUMB * self.work < math.inf:
            return self._since
        return self._since + self._left / self._rate if self._rate > 0 else math.inf

    def foretold(self) -> int:
        """Which prediction of its end counts."""
        return self.version

    def finish(self, now: float) -> dict[str, Activity]:
        """Itself: its work ends now."""
        return {self.name: self}

    def complete(self, now: float) -> None:
        """Nothing is left, to the last bit: what rounding left or took is put right."""
        self._left, self._served, self._rate, self._since = 0.0, self.work, 0.0, now
