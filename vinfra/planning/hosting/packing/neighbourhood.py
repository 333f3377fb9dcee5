"""Fewer hosts step by step: the emptiest host and a few others are placed anew by an exact model that leaves as little
as possible on the emptiest; when nothing is left there, a host is saved.

    others are drawn with a probability in proportion to their free room (large-neighbourhood search)

Never worse than what it begins with, and the same for the same loads: draws come from a fixed seed, effort is the
solver's deterministic time. Unit: deterministic seconds. Source: Shaw, Using Constraint Programming and Local Search
Methods to Solve Vehicle Routing Problems, CP 1998.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from vinfra.engine.streams import Streams
from vinfra.planning.hosting.packing import exact
from vinfra.planning.hosting.packing.heuristic import dense
from vinfra.planning.hosting.packing.loads import Floats, Ints, Sizes

HOSTS = 5  # placed anew together; 8 reach less in the same time, of 30 to 1,000 drawn machines
LARGEST = 400  # machines in one model: more take longer to write down than they are worth
EACH = 0.3  # deterministic seconds of one model at most
FINE = 1000.0  # parts of a host that weights are counted in
MANY = 100  # machines in one model from which on it takes all of its time
ROUNDS = 4  # before a pace is judged
STILL = 60  # rounds that move nothing, after which nothing is taken to move any more
LEAST = 0.02  # part of what is left that a round is taken to move, as one that moves nothing may be followed by luck
SLACK = 0.02  # free room that a full host counts as, so that it is drawn too


def emptier(sizes: Sizes, at: Ints, fewest: int, effort: float) -> tuple[Ints, float]:
    """Hosts of the machines and deterministic seconds spent, at most about `effort`; ends early at `fewest` hosts, and
    where at the pace so far the next host would not be empty in three times the effort that is left."""
    draw = Streams(exact.SEED).generator("packing", "neighbourhood")
    shares = sizes.shares()
    spent, pace = 0.0, _Pace(0.0)
    while spent < effort and (hosts := int(at.max()) + 1) > max(fewest, 1):
        used = sizes.used(at, hosts) / np.maximum(sizes.room, 1)[:, None]
        scarce = int(used.sum(axis=1).argmax())
        chosen = _drawn(draw, used, scarce, np.bincount(at, minlength=hosts))
        if len(chosen) < 2:
            return at, spent
        machines = np.flatnonzero(np.isin(at, chosen))
        order = np.argsort(chosen)
        place = order[np.searchsorted(chosen, at[machines], sorter=order)]
        weight = np.maximum(1, np.round(shares[scarce, machines] * FINE)).astype(np.int64)
        if len(machines) >= MANY and _too_far(used[scarce, chosen], effort - spent):
            return at, spent
        found = exact.emptied(sizes.part(machines), place, len(chosen), weight, min(EACH, effort - spent))
        spent += found.spent
        left = before = int(weight[place == 0].sum())
        if found.at is not None and weight[found.at == 0].sum() <= before:
            left = int(weight[found.at == 0].sum())
            at = at.copy()
            at[machines] = chosen[found.at]
            at = dense(at)
        if left == 0:
            pace = _Pace(spent)
        elif pace.hopeless(before - left, left, spent, effort):
            return at, spent
    return at, spent


def _too_far(used: Floats, left: float) -> bool:
    """Whether emptying the first of these hosts would take too long even if every round filled the others up."""
    free = float((1.0 - used[1:]).sum())
    return float(used[0]) * EACH > 3 * left * free


@dataclass(slots=True)
class _Pace:
    """How fast the emptiest host becomes empty, since `began` (deterministic seconds)."""

    began: float
    rounds: int = 0
    gone: float = 0.0
    still: int = 0

    def hopeless(self, gone: float, left: float, spent: float, effort: float) -> bool:
        """Whether it would not be empty in three times what is left of the effort, or nothing moves any more."""
        self.rounds += 1
        self.gone += gone
        self.still = 0 if gone else self.still + 1
        if self.still >= STILL:
            return True
        if self.rounds < ROUNDS:
            return False
        rounds = left / max(self.gone / self.rounds, LEAST * left)
        return rounds * (spent - self.began) / self.rounds > 3 * (effort - spent)


def _drawn(draw: np.random.Generator, used: Floats, scarce: int, machines: Ints) -> Ints:
    """The emptiest host first, and others with much free room; fewer where their machines would be too many."""
    emptiest = int(used[scarce].argmin())
    chance = np.maximum(1.0 - used, 0.0).sum(axis=0) + SLACK
    chance[emptiest] = 0.0
    count = min(HOSTS - 1, len(chance) - 1)
    others = draw.choice(len(chance), count, replace=False, p=chance / chance.sum()) if count else np.array([], int)
    chosen = np.concatenate([[emptiest], others]).astype(np.int64)
    kept = np.cumsum(machines[chosen]) <= LARGEST
    kept[:2] = True
    return chosen[kept]
