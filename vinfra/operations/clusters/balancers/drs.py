"""DRS: the move that evens out load most, again and again, while the cluster is further from even than it tolerates.

Imbalance is the standard deviation over hosts of load (what VMs are entitled to over capacity). A pass has a priority
from 1 (urgent) to 5, 6 - ceil(imbalance / 0.1 * sqrt(hosts)), and is carried out where the threshold allows it. Each
move must be worth its cost: what it takes off the fuller of both hosts until the next pass, in cycles, against the
cycles that both spend on moving. Source: vbrownbag.com 2010-06 and itprotoday.com 2011-03-29 for interval, metric and
formula (their grouping is ambiguous); Gulati et al., VMware Technical Journal 1(1), 2012.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import ClassVar, Literal

import numpy as np

from vinfra.operations.clusters.balancer import Balancer, Cost, Move, balancers
from vinfra.operations.clusters.view import View
from vinfra.operations.layout import Bools, Floats, Ints
from vinfra.spec import field

LEAST, URGENT = 6, 2  # the formula counts down from 6; priority 1 is for what must be, such as emptying a host
STEP = 0.1  # of the formula


@balancers.register("drs")
class Drs(Balancer):
    """The best move of all, while load is uneven and the move is worth its cost (VMware DRS)."""

    source: ClassVar[str] = "VMware DRS: vbrownbag.com 2010-06, itprotoday.com 2011-03-29; Gulati et al., VMTJ 1(1)"

    threshold: int = field(
        3,
        "migration threshold, 1 (conservative) to 5 (aggressive): passes of this priority and more urgent ones are "
        "carried out",
        ge=1,
        le=5,
        source="the middle of the slider",
        tag="assumed",
    )
    grouping: Literal["multiplied", "divided"] = field(
        "multiplied",
        "how the formula is read: imbalance / 0.1 times the root of the hosts, or imbalance over (0.1 times the root)",
        source="both readings of 6 - ceil(imbalance / 0.1 * sqrt(hosts)); sources leave it open",
        tag="assumed",
    )

    def priority(self, imbalance: float, hosts: int) -> int:
        """Priority of a pass, 2 (urgent) to 6 (nothing to do)."""
        return max(URGENT, LEAST - math.ceil(self._scaled(imbalance, hosts) - 1e-9))

    def _scaled(self, imbalance: float, hosts: int) -> float:
        root = math.sqrt(hosts)
        return imbalance / STEP * root if self.grouping == "multiplied" else imbalance / (STEP * root)

    def tolerated(self, hosts: int) -> float:
        """The imbalance up to which nothing is done."""
        steps = LEAST - 1 - self.threshold
        return steps * STEP / math.sqrt(hosts) if self.grouping == "multiplied" else steps * STEP * math.sqrt(hosts)

    def uneven(self, view: View) -> Ints:
        """Clusters further from even than tolerated."""
        if self.threshold == 1:
            return np.zeros(0, dtype=np.int64)
        _, spread = view.spread()
        count = np.bincount(view.cluster[view.open], minlength=view.estate.clusters)
        limits = np.array([self.tolerated(max(1, number)) for number in range(int(count.max()) + 1)])
        found: Ints = np.flatnonzero((count > 1) & (spread > limits[count] + 1e-9))
        return found

    def moves(self, view: View, hosts: Ints, movable: Bools, cost: Cost) -> Iterator[Move]:
        """One move after the other until the cluster is even enough or no move is worth it."""
        limit, names = self.tolerated(len(hosts)), view.estate.places.names
        candidates: dict[int, Ints] = {}
        spread = float(view.load[hosts].std())
        priority = self.priority(spread, len(hosts))
        while spread > limit + 1e-9:
            best = self._best(view, hosts, candidates, movable, cost, spread)
            if best is None:
                return
            source, vm, target, after = best
            gain = f"imbalance {spread:.3f} to {after:.3f}"
            why = f"priority {priority}: {gain}, {names[source]} at {view.load[source]:.0%}"
            view.put(vm, target)
            # Who has moved does not move again, so hosts only lose candidates.
            candidates[source] = candidates[source][candidates[source] != vm]
            spread = after
            yield Move(vm, target, why)

    def _best(
        self, view: View, hosts: Ints, candidates: dict[int, Ints], movable: Bools, cost: Cost, spread: float
    ) -> tuple[int, int, int, float] | None:
        """The move off the fullest host that can be relieved which leaves the cluster most even, and how even: source,
        VM, target, imbalance."""
        load = view.load[hosts]
        mean = float(load.mean())
        for at in (-load).argsort(kind="stable").tolist():
            if load[at] <= mean:
                return None
            source = int(hosts[at])
            if source not in candidates:
                candidates[source] = np.array([vm for vm in view.members(source) if movable[vm]], dtype=np.int64)
            vms = candidates[source]
            if len(vms):
                after = self._spreads(view, vms, at, hosts, load, cost)
                after[~view.fits(vms, hosts)] = np.inf
                row, column = divmod(int(after.argmin()), len(hosts))
                if after[row, column] < spread - 1e-9:
                    return source, int(vms[row]), int(hosts[column]), float(after[row, column])
        return None

    def _spreads(self, view: View, vms: Ints, at: int, hosts: Ints, load: Floats, cost: Cost) -> Floats:
        """Imbalance after each VM has gone from one host (at that place among the hosts) to each, shape (VMs, hosts);
        infinite where the move is not worth its cost."""
        capacity, count, here = view.estate.places.capacity[hosts], len(hosts), float(load[at])
        entitled = view.entitled[vms][:, None]
        off, on = entitled / capacity[at], entitled / capacity
        there = load + on
        squares = float((load * load).sum()) - here * here + (here - off) ** 2 - load * load + there * there
        variance = squares / count - ((float(load.sum()) - off + on) / count) ** 2
        after: Floats = np.sqrt(np.maximum(variance, 0.0))
        gain = (here - np.maximum(here - off, there)) * (capacity[at] * self.every)
        after[gain <= cost.cycles(view.estate.members.guests.memory[vms])[:, None]] = np.inf
        after[:, at] = np.inf
        return after
