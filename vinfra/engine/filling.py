"""Weighted max-min fair rates with floors and bounds, over any number of resources: progressive filling.

All demands rise together: rate_i(L) = clip(L * weight_i, floor_i, bound_i) for a rising level L, until a resource is
full; who uses it stops at that rate, the others rise on. The result is max-min fair: nobody could have more without
taking from somebody at a lower level. Units: whatever the work is measured in, per second. Source: Bertsekas and
Gallager, Data Networks, section 6.5; with bounds as in SimGrid's lmm solver (Casanova et al., JPDC 2014).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
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
    rising = {resource for resource, using in enumerate(users) if using}
    while rising:
        levels = {resource: _full_at(fitted, users[resource], found, left[resource]) for resource in sorted(rising)}
        resource = min(levels, key=lambda candidate: (levels[candidate], candidate))
        level = levels[resource]
        if level == math.inf:
            break
        rising.discard(resource)
        for index, _ in users[resource]:
            if found[index] is None:
                rate = found[index] = fitted[index].rate(level)
                for other, amount in fitted[index].uses:
                    left[other] -= rate * amount
    return [_at_most(claimant) if rate is None else rate for claimant, rate in zip(fitted, found, strict=True)]


def _at_most(claimant: Claimant) -> float:
    """What nobody keeps it from: its bound, or its floor where it has no weight to rise with."""
    return claimant.bound if claimant.weight > 0 else claimant.floor


def _fitted(
    claimants: Sequence[Claimant], users: Sequence[Sequence[tuple[int, float]]], capacities: Sequence[float]
) -> list[Claimant]:
    """The claimants with floors that fit every resource and lie below their bounds."""
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
    """The level at which those still rising use up what is left of a resource; inf when their bounds come first."""
    corners: list[tuple[float, float]] = []
    used, slope, level = 0.0, 0.0, 0.0
    for index, amount in using:
        if found[index] is None:
            claimant = claimants[index]
            used += claimant.floor * amount
            if claimant.weight > 0:
                corners.append((claimant.floor / claimant.weight, amount * claimant.weight))
                corners.append((claimant.bound / claimant.weight, -amount * claimant.weight))
    if used >= left:
        # Full at the floors already, whatever the rounding of what others took; nobody rises.
        return 0.0
    for corner, change in sorted(corners):
        if slope > 0 and used + slope * (corner - level) >= left:
            return level + (left - used) / slope
        if corner == math.inf:
            break
        used += slope * (corner - level)
        slope += change
        level = corner
    return math.inf
