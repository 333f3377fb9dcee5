"""Fluid sharing: activities have work to do and use resources; who uses what decides at which rate each goes on.

Rates are weighted max-min fair with floors and bounds (filling.py) and change only where something changed: all
changes of one instant are settled at its end, together and in the order of names, so the order in which they were made
never shows. A change spreads over resources that are full before or after it and over no others, and who begins in the
place of one that ends changes nobody's rate. A resource that is tied to no other and where nobody's floor or bound
counts runs in virtual time (fair.py), and a change costs O(log n). Units: work per second.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from heapq import heapify, heappop, heappush
from itertools import count

from vinfra.engine.activity import Activity, Resource
from vinfra.engine.clock import LATE, Clock
from vinfra.engine.fair import Fair
from vinfra.engine.filling import Claimant, rates

SOURCE = "sharing"
Place = tuple[tuple[tuple[Resource, float], ...], float, float, float]
STALE = 16  # predictions kept for each activity before those that no longer count are thrown out


class Affected:
    """What a change reaches: `activities` whose rates may change, and the resources they use, of which those in `whole`
    limit them and have all their users among them."""

    def __init__(self, touched: Sequence[Resource], joining: Mapping[str, Activity]) -> None:
        self.resources = {resource.name: resource for resource in touched}
        self.whole: dict[str, Resource] = {}
        self.activities: dict[str, Activity] = {}
        limiting = [resource for resource in touched if resource.limits()]
        for _, activity in sorted(joining.items()):
            if any(resource.name in self.resources for resource, _ in activity.uses):
                limiting += self._take(activity)
        self.spread(limiting)

    def spread(self, resources: Iterable[Resource]) -> bool:
        """Take everybody who uses these resources, and those of others that limit them; False where all are taken."""
        waiting = [resource for resource in resources if resource.name not in self.whole]
        if not waiting:
            return False
        while waiting:
            resource = waiting.pop()
            if resource.name not in self.whole:
                self.whole[resource.name] = resource
                for name, activity in resource.activities.items():
                    if name not in self.activities:
                        waiting += self._take(activity)
        return True

    def _take(self, activity: Activity) -> list[Resource]:
        """Take one activity; the resources it brings along that limit others."""
        self.activities[activity.name] = activity
        brought = []
        for resource, _ in activity.uses:
            if resource.name not in self.resources:
                self.resources[resource.name] = resource
                if resource.limits():
                    brought.append(resource)
        return brought

    def rates(self) -> tuple[list[Activity], list[float]]:
        """The activities by name, and the rates that the resources in `whole` leave them; inf where none of these is in
        their way."""
        index = {name: number for number, name in enumerate(sorted(self.whole))}
        capacities = [self.whole[name].capacity for name in index]
        activities = [activity for _, activity in sorted(self.activities.items())]
        claimants = [
            Claimant(a.weight, a.floor, a.bound, tuple([(index[r.name], use) for r, use in a.uses if r.name in index]))
            for a in activities
        ]
        return activities, rates(claimants, capacities)

    def used(self, activities: Sequence[Activity], found: Sequence[float]) -> dict[str, float]:
        """What is used of each resource when the activities have these rates and all others those they had."""
        used = dict.fromkeys(sorted(self.resources), 0.0)
        for name in used.keys() - self.whole.keys():
            users = self.resources[name].activities
            # A set, in any order: fsum is exact.
            others = users.keys() - self.activities.keys()
            used[name] = math.fsum([users[other].takes(self.resources[name]) for other in others])
        for activity, rate in zip(activities, found, strict=True):
            for resource, amount in activity.uses:
                used[resource.name] += rate * amount
        return used


class Sharing:
    """All activities of one site. `recomputed` counts rates that were worked out anew, for those who watch the cost."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.recomputed = 0
        self._live: dict[str, Activity] = {}
        self._touched: dict[str, Resource] = {}
        self._joining: dict[str, Activity] = {}
        self._leaving: dict[Place, list[float]] = {}
        self._resources: dict[str, Resource] = {}
        self._foretold: list[tuple[float, str, int, int, Activity | Resource]] = []
        self._serial = count()
        self._settling = False
        self._wakes = math.inf

    def start(
        self,
        name: str,
        work: float,
        uses: Mapping[Resource, float],
        weight: float = 1.0,
        floor: float = 0.0,
        bound: float = math.inf,
    ) -> Activity:
        """Begin work that uses so much of each resource per unit; work without end goes on until it is cancelled.

        ValueError when work or a use is no number from 0, when nothing is used, when the work could never go on, or
        when a name is taken: that of another activity under way, or that of another resource.
        """
        activity = Activity(self.clock, name, work, uses)
        activity.limit(weight, floor, bound)
        if name in self._live:
            raise ValueError(f"{name} is under way already")
        for resource, _ in activity.uses:
            self._know(resource)
        self._live[name] = activity
        self._joining[name] = activity
        self._settle_soon()
        return activity

    def change(
        self, activity: Activity, weight: float | None = None, floor: float | None = None, bound: float | None = None
    ) -> None:
        """Change weight, floor or bound of an activity that is under way; ValueError when it is not."""
        self._must_live(activity)
        limits = (
            activity.weight if weight is None else weight,
            activity.floor if floor is None else floor,
            activity.bound if bound is None else bound,
        )
        activity.check(*limits)
        activity.leave(self.clock.now)
        activity.limit(*limits)
        self._joining[activity.name] = activity
        self._touch(resource for resource, _ in activity.uses)

    def cancel(self, activity: Activity) -> float:
        """Stop an activity that is under way and return the work that is left; its event never comes."""
        self._must_live(activity)
        self._end(activity)
        self._joining.pop(activity.name, None)
        return activity.remaining

    def set_capacity(self, resource: Resource, capacity: float) -> None:
        """From now on the resource can do so much per second; at 0 those who use it wait."""
        self._know(resource)
        resource.set_capacity(capacity)
        self._touch([resource])

    def _know(self, resource: Resource) -> None:
        if self._resources.setdefault(resource.name, resource) is not resource:
            raise ValueError(f"two resources are called {resource.name}")

    def _must_live(self, activity: Activity) -> None:
        if self._live.get(activity.name) is not activity:
            raise ValueError(f"{activity.name} is not under way")

    def _end(self, activity: Activity) -> None:
        del self._live[activity.name]
        if activity.fair is None and activity.name not in self._joining:
            self._leaving.setdefault(activity.place(), []).append(activity.rate)
            self._settle_soon()
        else:
            self._touch(resource for resource, _ in activity.uses)
        activity.leave(self.clock.now)
        activity.go_on(0.0, self.clock.now)
        for resource, _ in activity.uses:
            resource.forget(activity)

    def _touch(self, resources: Iterable[Resource]) -> None:
        for resource in resources:
            self._touched[resource.name] = resource
        self._settle_soon()

    def _settle_soon(self) -> None:
        if not self._settling:
            self._settling = True
            self.clock.call_at(self.clock.now, self._settle, source=SOURCE, priority=LATE)

    def _settle(self) -> None:
        """The end of an instant: who came joins, and every component that changed gets its rates."""
        self._settling = False
        joining, self._joining = self._joining, {}
        for _, activity in sorted(joining.items()):
            for resource, _ in activity.uses:
                resource.welcome(activity)
            if not self._succeed(activity):
                self._touched.update((resource.name, resource) for resource, _ in activity.uses)
        for (uses, *_), left in self._leaving.items():
            self._touched.update((resource.name, resource) for resource, _ in uses if left)
        self._leaving.clear()
        touched, self._touched = self._touched, {}
        others = [resource for _, resource in sorted(touched.items()) if not self._in_virtual_time(resource, joining)]
        if others:
            self._solve(others, joining)
        self._wake_in_time()

    def _succeed(self, activity: Activity) -> bool:
        """Give an activity that begins the rate of one that ended in this instant and was like it in all that counts:
        then nobody else's rate changes."""
        left = self._leaving.get(activity.place()) if activity.fair is None and activity.rate == 0 else None
        if not left:
            return False
        activity.go_on(left.pop(), self.clock.now)
        self._foretell(activity.ends_at(), activity.name, activity.version, activity)
        return True

    def _in_virtual_time(self, resource: Resource, joining: Mapping[str, Activity]) -> bool:
        """Settle a resource in virtual time; False, and nothing of it in virtual time, where that would be wrong."""
        now, fair = self.clock.now, resource.fair
        if resource.tied or resource.weightless:
            self._dissolve(resource)
            return False
        if fair is None:
            if not resource.could_be_fair():
                return False
            fair = resource.fair = Fair(resource.capacity, now)
            newcomers = sorted(resource.activities.items())
        else:
            newcomers = [(name, resource.activities[name]) for name in sorted(joining) if name in resource.activities]
            fair.advance(now)
            fair.capacity = resource.capacity
        for _, activity in newcomers:
            if activity.fair is None:
                activity.enter(fair, now)
                self.recomputed += 1
        if not fair.applies():
            self._dissolve(resource)
            return False
        resource.use(resource.capacity if fair.members else 0.0, now)
        resource.version += 1
        self._foretell(fair.next_end(), resource.name, resource.version, resource)
        return True

    def _dissolve(self, resource: Resource) -> None:
        """Out of virtual time: everybody knows again what is left."""
        if resource.fair is not None:
            for name in sorted(resource.fair.members):
                resource.activities[name].leave(self.clock.now)
            resource.fair, resource.full = None, True

    def _solve(self, touched: Sequence[Resource], joining: Mapping[str, Activity]) -> None:
        """Rates for all that a change can reach. Who uses a resource that is full neither before nor after has no rate
        because of it, so the change does not spread over it."""
        affected = Affected(touched, joining)
        while True:
            activities, found = affected.rates()
            used = affected.used(activities, found)
            full = [affected.resources[name] for name in used if affected.resources[name].filled_by(used[name])]
            if not affected.spread(full):
                break
        self._apply(activities, found, joining)
        for name, amount in used.items():
            resource = affected.resources[name]
            resource.full = resource.filled_by(amount)
            resource.use(amount, self.clock.now)

    def _apply(self, activities: Sequence[Activity], found: Sequence[float], joining: Mapping[str, Activity]) -> None:
        """From now on the activities go on at these rates; those that did before need no new prediction."""
        now = self.clock.now
        for activity, rate in zip(activities, found, strict=True):
            if rate != activity.rate or rate == 0 or activity.name in joining:
                activity.go_on(rate, now)
                self._foretell(activity.ends_at(), activity.name, activity.version, activity)
        self.recomputed += len(activities)

    def _foretell(self, time: float, name: str, version: int, who: Activity | Resource) -> None:
        if time < math.inf:
            heappush(self._foretold, (time, name, next(self._serial), version, who))
        if len(self._foretold) > STALE * (len(self._live) + STALE):
            self._foretold = [entry for entry in self._foretold if entry[4].foretold() == entry[3]]
            heapify(self._foretold)

    def _wake_in_time(self) -> None:
        """Have `_wake` called when the next work ends."""
        while self._foretold and self._foretold[0][4].foretold() != self._foretold[0][3]:
            heappop(self._foretold)
        if self._foretold and self._foretold[0][0] < self._wakes:
            self._wakes = max(self._foretold[0][0], self.clock.now)
            self.clock.call_at(self._wakes, self._wake, source=SOURCE)

    def _wake(self) -> None:
        """Whoever's work ends now is done; all of them, in the order of their names."""
        now = self.clock.now
        if now < self._wakes:
            return  # called for an end that has changed since; who ends next has a call of its own
        self._wakes = math.inf
        done: dict[str, Activity] = {}
        while self._foretold and self._foretold[0][0] <= now:
            _, _, _, version, who = heappop(self._foretold)
            if who.foretold() == version:
                done.update(who.finish(now))
        for _, activity in sorted(done.items()):
            self._end(activity)
            activity.complete(now)
            activity.succeed()
        self._wake_in_time()
