"""Weighted max-min fair rates with floors and bounds, over any number of resources: progressive filling.

All demands rise together: rate_i(L) = clip(L * weight_i, floor_i, bound_i) for a rising level L, until a resource is
full; who uses it stops at that rate, the others rise on. The result is max-min fair: nobody could have more without
taking from somebody at a lower level. Units: whatever the work is measured in, per second. Source: Bertsekas and
Gallager, Data Networks, section 6.5; with bounds as in SimGrid's lmm solver (Casanova et al., JPDC 2014).
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from heapq import heapify, heappop, heappush


@dataclass(slots=True)
class Claimant:
    """Who wants to be served: `uses` holds (index of a resource, how much of it one unit of work takes)."""

    weight: float
    floor: float
    bound: float
    uses: tuple[tuple[int, float], ...]

    def rate(self, level: float) -> float:
        """What it gets at a level."""
        return min(max(level * self.weight, self.floor), self.bound)


def rates(claimants: Sequence[Claimant], capacities: Sequence[float]) -> list[float]:
    """The rate of every claimant. Floors that do not fit a resource are scaled down alike; inf where nothing limits."""
    users: list[list[tuple[int, float]]] = [[] for _ in capacities]
    for index, claimant in enumerate(claimants):
        for resource, amount in claimant.uses:
            users[resource].append((index, amount))
    fitted = _fitted(claimants, users, capacities)
    found: list[float | None] = [None] * len(claimants)
    left = list(capacities)
    filling = [(_full_at(fitted, using, found, left[number]), number) for number, using in enumerate(users) if using]
    heapify(filling)
    rising = len(claimants)
    # Users of these have stopped since their level was worked out. It can only have risen, so it waits for its turn.
    fewer: set[int] = set()
    while filling and rising:
        level, resource = heappop(filling)
        if resource in fewer:
            fewer.discard(resource)
            heappush(filling, (_full_at(fitted, users[resource], found, left[resource]), resource))
            continue
        if level == math.inf:
            break
        for index, _ in users[resource]:
            if found[index] is None:
                rising -= 1
                rate = found[index] = fitted[index].rate(level)
                for other, amount in fitted[index].uses:
                    left[other] -= rate * amount
                    fewer.add(other)
    return [_at_most(claimant) if rate is None else rate for claimant, rate in zip(fitted, found, strict=True)]


def _at_most(claimant: Claimant) -> float:
    """What nobody keeps it from: its bound, or its floor where it has no weight to rise with."""
    return claimant.bound if claimant.weight > 0 else claimant.floor


def _fitted(
    claimants: Sequence[Claimant], users: Sequence[Sequence[tuple[int, float]]], capacities: Sequence[float]
) -> list[Claimant]:
    """The claimants with floors that fit every resource and lie below their bounds."""
    if not any(claimant.floor for claimant in claimants):
        return list(claimants)
    floors = [min(claimant.floor, claimant.bound) for claimant in claimants]
    scale = [1.0] * len(claimants)
    for using, capacity in zip(users, capacities, strict=True):
        promised = math.fsum(floors[index] * amount for index, amount in using)
        if promised > capacity:
            for index, _ in using:
                scale[index] = min(scale[index], capacity / promised)
    return [
        Claimant(claimant.weight, floor * by, claimant.bound, claimant.uses)
        for claimant, floor, by in zip(claimants, floors, scale, strict=True)
    ]


def _full_at(
    claimants: Sequence[Claimant], using: Sequence[tuple[int, float]], found: Sequence[float | None], left: float
) -> float:
    """The level at which those still rising use up what is left of a resource; inf when their bounds come first.

    What is used at a level is added up anew at each that is looked at: a running sum would lose the small weights
    beside a large one.
    """
    rising: list[tuple[float, float, float, float, float]] = []
    for index, amount in using:
        if found[index] is None:
            weight, floor, bound = claimants[index].weight, claimants[index].floor, claimants[index].bound
            begins, stops = (floor / weight, bound / weight) if weight > 0 else (math.inf, math.inf)
            rising.append((begins, stops, weight * amount, floor * amount, bound * amount))
    if rising and left > 0:
        # Where nobody's floor or bound counts, everybody has the same level.
        slope = math.fsum([entry[2] for entry in rising])
        if slope > 0 and max(rising)[0] <= left / slope < min([entry[1] for entry in rising]):
            return left / slope

    def used(level: float) -> float:
        return math.fsum(
            [
                low if level <= begins else high if level >= stops else level * slope
                for begins, stops, slope, low, high in rising
            ]
        )

    if used(0.0) >= left:
        # Full at the floors already, whatever the rounding of what others took; nobody rises.
        return 0.0
    corners = sorted({corner for begins, stops, *_ in rising for corner in (begins, stops) if corner < math.inf})
    above = bisect_left(corners, left, key=used)
    below = corners[above - 1] if above else 0.0
    slope = math.fsum(slope for begins, stops, slope, *_ in rising if begins <= below < stops)
    if slope > 0:
        return below + (left - used(below)) / slope
    return corners[above] if above < len(corners) else math.inf
