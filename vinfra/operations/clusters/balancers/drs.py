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
from vinfra.operations.consolidation.layout import Bools, Floats, Ints
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
        limit, first = self.tolerated(len(hosts)), float(view.load[hosts].std())
        priority = self.priority(first, len(hosts))
        while (spread := float(view.load[hosts].std())) > limit + 1e-9:
            best = self._best(view, hosts, movable, cost, spread)
            if best is None:
                return
            vm, target, after = best
            names = view.estate.places.names
            source = int(view.at[vm])
            gain = f"imbalance {spread:.3f} to {after:.3f}"
            why = f"priority {priority}: {gain}, {names[source]} at {view.load[source]:.0%}"
            view.put(vm, target)
            yield Move(vm, target, why)

    def _best(
        self, view: View, hosts: Ints, movable: Bools, cost: Cost, spread: float
    ) -> tuple[int, int, float] | None:
        """The move off the fullest host that can be relieved that leaves the cluster most even, and how even."""
        capacity, mean = view.estate.places.capacity, float(view.load[hosts].mean())
        for source in hosts[np.argsort(-view.load[hosts], kind="stable")].tolist():
            if view.load[source] <= mean:
                return None
            vms = np.array([vm for vm in view.members(source) if movable[vm]], dtype=np.int64)
            if not len(vms):
                continue
            after = self._spreads(view, vms, source, hosts)
            load = view.load
            gain = load[source] - np.maximum(
                load[source] - view.entitled[vms, None] / capacity[source],
                load[hosts] + view.entitled[vms, None] / capacity[hosts],
            )
            cycles = np.array([cost.cycles(float(memory)) for memory in view.estate.members.guests.memory[vms]])
            worth = (gain * capacity[source] * self.every > cycles[:, None]) & (after < spread - 1e-9)
            after[~worth] = np.inf
            order = np.argsort(after, axis=None, kind="stable")
            for flat in order.tolist():
                row, column = divmod(flat, len(hosts))
                if not np.isfinite(after[row, column]):
                    break
                if view.takes(int(vms[row]), hosts[column : column + 1])[0]:
                    return int(vms[row]), int(hosts[column]), float(after[row, column])
        return None

    def _spreads(self, view: View, vms: Ints, source: int, hosts: Ints) -> Floats:
        """Imbalance after each VM has gone from the source to each host, shape (VMs, hosts); infinite for none."""
        capacity, load, count = view.estate.places.capacity, view.load[hosts], len(hosts)
        off = view.entitled[vms, None] / capacity[source]
        on = view.entitled[vms, None] / capacity[hosts]
        here = float(view.load[source])
        total = load.sum() - off + on
        squares = (load**2).sum() - here**2 + (here - off) ** 2 - load**2 + (load + on) ** 2
        after: Floats = np.sqrt(np.maximum(squares / count - (total / count) ** 2, 0.0))
        after[:, hosts == source] = np.inf
        return after
