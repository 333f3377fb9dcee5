"""A power cap: hosts are slowed to a common utilisation u, the highest with which they draw what they may together.

    sum over running hosts of P(min(wanted, u)) + what all others draw <= cap

It is found by bisection, as P rises with utilisation: at every epoch, when a host begins or ends to run VMs, and where
a change within an epoch takes the hosts above the cap. What an idle host draws cannot be capped, and none is
slowed below `least`. Units: watts, fractions 0..1. Source: the definition; one level for all hosts is our choice.
"""

from __future__ import annotations

from typing import Literal

import numpy as np

from vinfra.engine.state import Kept
from vinfra.operations.clusters.fleet import Fleet
from vinfra.operations.layout import Floats
from vinfra.spec import Spec, field
from vinfra.units import Fraction, Watts, show

STEPS = 40  # of the bisection: to one part in 10^12 of the utilisation
ROUNDING = 1 + 1e-9


class PowerCap(Spec):
    """Hosts draw no more than this together; they are slowed where they would."""

    watts: Watts = field(..., "what they may draw", gt=0)
    of: Literal["site", "cluster"] = field("site", "who: all hosts of the site, or those of each cluster")
    least: Fraction = field(
        "10 %",
        "part of its cycles that every host keeps, even if the cap is broken by it",
        source="the lowest clock of a processor and some idle time; no measurement at hand",
        tag="assumed",
    )

    @classmethod
    def said(cls, watts: float) -> PowerCap:
        """A cap of which no more is said than its watts."""
        return cls.model_validate({"watts": f"{watts:.6f} W"})


class Capping(Kept):
    """A cap at work on a fleet."""

    KEPT = ("level", "highest", "slowed", "broken", "_since", "_running", "_too_low")

    def __init__(self, fleet: Fleet, cap: PowerCap) -> None:
        self.fleet, self.cap = fleet, cap
        estate = fleet.estate
        self._group = estate.cluster if cap.of == "cluster" else np.zeros_like(estate.cluster)
        self.level: Floats = np.ones(int(self._group.max()) + 1)
        self.highest = self.slowed = self.broken = 0.0
        self._since = 0.0
        self._running = estate.running()
        self._too_low = False
        fleet.watch = self.watch

    def epoch(self, time: float, length: float) -> None:
        """Other demand calls for another level."""
        self.set()

    def host_on(self, host: int) -> None:
        """Seen by `watch`."""

    def host_lost(self, host: int) -> None:
        """Seen by `watch`."""

    def host_isolated(self, host: int) -> None:
        """It goes on drawing."""

    def watch(self) -> None:
        """Something has changed on some hosts."""
        running = self.fleet.estate.running()
        drawn = self._sums(self.fleet.shares.watts())
        if (running != self._running).any() or (drawn > self.cap.watts * ROUNDING).any():
            self.set()
        elif self.fleet.measured:
            self.highest = max(self.highest, float(drawn.sum()))

    def set(self) -> None:
        """Find the level of each group, and slow its hosts to it."""
        fleet, shares = self.fleet, self.fleet.shares
        shares.refresh()
        self._running = running = fleet.estate.running()
        hosts = np.flatnonzero(running)
        group, capacity = self._group[hosts], fleet.estate.places.capacity[hosts]
        want = np.minimum(shares.asked()[hosts] / capacity, 1.0)
        budget = self.cap.watts - self._sums(np.where(running, 0.0, shares.watts()))

        def fits(level: Floats) -> np.ndarray:
            watts = np.zeros(len(running))
            watts[hosts] = shares.draw(hosts, np.minimum(want, level[group]) * capacity)
            return self._sums(watts) <= budget * (1 + 1e-12)

        low, high = np.full(len(self.level), self.cap.least), np.ones(len(self.level))
        free = fits(high)
        for _ in range(0 if free.all() else STEPS):
            middle = (low + high) / 2
            fine = fits(middle)
            low, high = np.where(fine, middle, low), np.where(fine, high, middle)
        self._count()
        self.level = np.where(free, 1.0, low)
        pace = np.ones(len(running))
        pace[hosts] = self.level[group]
        shares.slow(pace, fleet.now)
        drawn = self._sums(shares.watts())
        self._too_low = bool((drawn > self.cap.watts * ROUNDING).any())
        if fleet.measured:
            self.highest = max(self.highest, float(drawn.sum()))

    def totals(self) -> dict[str, float]:
        """What metrics are computed from: the highest draw at any moment, and seconds for which hosts were slowed."""
        self._count()
        return {"power_max_w": self.highest, "capped_s": self.slowed}

    def notes(self) -> list[str]:
        """What a reader must know: hosts that are as slow as they may be and still draw too much."""
        self._count()
        if not self.broken:
            return []
        often = f"for {show(self.broken, 'time')} in all"
        return [f"power_cap of {show(self.cap.watts, 'power')} is less than hosts draw when they are slowest, {often}"]

    def _sums(self, watts: Floats) -> Floats:
        return np.bincount(self._group, watts, len(self.level)).astype(float, copy=False)

    def _count(self) -> None:
        """Add up the time since the level was set."""
        fleet = self.fleet
        span = max(0.0, fleet.now - max(self._since, fleet.warmup))
        self.slowed += span * bool((self.level < 1).any())
        self.broken += span * self._too_low
        self._since = fleet.now
