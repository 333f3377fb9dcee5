"""Fluid sharing: activities have work to do and use resources; who uses what decides at which rate each goes on.

Rates are weighted max-min fair with floors and bounds (filling.py) and change only where something changed: all
changes of one instant are settled at its end, once for each connected component and in the order of names, so the
order in which they were made never shows. A resource that is tied to no other and where nobody's floor or bound counts
runs in virtual time (fair.py), and a change costs O(log n). Units: work per second.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from heapq import heapify, heappop, heappush
from itertools import count

from vinfra.engine.activity import Activity, Resource
from vinfra.engine.clock import LATE, Clock
from vinfra.engine.fair import Fair
from vinfra.engine.filling import Claimant, rates

SOURCE = "sharing"
STALE = 16  # predictions kept for each activity before those that no longer count are thrown out


class Sharing:
    """All activities of one site. `recomputed` counts rates that were worked out anew, for those who watch the cost."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.recomputed = 0
        self._live: dict[str, Activity] = {}
        self._touched: dict[str, Resource] = {}
        self._joining: dict[str, Activity] = {}
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
        self._join(activity)
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
        self._join(activity)

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

    def _join(self, activity: Activity) -> None:
        self._joining[activity.name] = activity
        self._touch(resource for resource, _ in activity.uses)

    def _end(self, activity: Activity) -> None:
        del self._live[activity.name]
        activity.leave(self.clock.now)
        activity.go_on(0.0, self.clock.now)
        for resource, _ in activity.uses:
            resource.forget(activity)
        self._touch(resource for resource, _ in activity.uses)

    def _touch(self, resources: Iterable[Resource]) -> None:
        for resource in resources:
            self._touched[resource.name] = resource
        if not self._settling:
            self._settling = True
            self.clock.call_at(self.clock.now, self._settle, source=SOURCE, priority=LATE)

    def _settle(self) -> None:
        """The end of an instant: who came joins, and every component that changed gets its rates."""
        self._settling = False
        touched, self._touched = self._touched, {}
        joining, self._joining = self._joining, {}
        for _, activity in sorted(joining.items()):
            for resource, _ in activity.uses:
                resource.welcome(activity)
        settled: set[str] = set()
        for name, resource in sorted(touched.items()):
            if name not in settled and not self._in_virtual_time(resource, joining):
                settled |= self._solve(resource)
        self._wake_in_time()

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
        for name in sorted(resource.fair.members) if resource.fair is not None else ():
            resource.activities[name].leave(self.clock.now)
        resource.fair = None

    def _solve(self, start: Resource) -> set[str]:
        """Rates for the whole component a resource belongs to; the names of its resources."""
        now = self.clock.now
        resources, activities = self._component(start)
        index = {resource.name: number for number, resource in enumerate(resources)}
        claimants = [
            Claimant(a.weight, a.floor, a.bound, tuple((index[resource.name], amount) for resource, amount in a.uses))
            for a in activities
        ]
        used = [0.0] * len(resources)
        for activity, rate in zip(
            activities, rates(claimants, [resource.capacity for resource in resources]), strict=True
        ):
            activity.go_on(rate, now)
            self._foretell(activity.ends_at(), activity.name, activity.version, activity)
            for resource, amount in activity.uses:
                used[index[resource.name]] += rate * amount
        for resource, amount in zip(resources, used, strict=True):
            resource.use(amount, now)
        self.recomputed += len(activities)
        return set(index)

    def _component(self, start: Resource) -> tuple[list[Resource], list[Activity]]:
        """Everything that is connected to a resource by activities, each kind by name."""
        resources, activities, waiting = {start.name: start}, {}, [start]
        while waiting:
            resource = waiting.pop()
            self._dissolve(resource)
            for name, activity in resource.activities.items():
                if name not in activities:
                    activities[name] = activity
                    for other, _ in activity.uses:
                        if other.name not in resources:
                            resources[other.name] = other
                            waiting.append(other)
        return [resources[name] for name in sorted(resources)], [activities[name] for name in sorted(activities)]

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
