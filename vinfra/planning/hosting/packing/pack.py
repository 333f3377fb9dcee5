"""Machines on as few hosts as can be found: the best of the heuristics, then the optimiser where they leave a gap.

    chosen.hosts <= heuristic.hosts, and >= bound; equal to the bound: proven to be the fewest

Where the heuristics meet the lower bound no effort is spent. Else hosts are emptied one by one, and where it is small
one model of all machines is tried with what effort is left: its proof that fewer hosts cannot do raises the bound.
Unit: hosts; effort in deterministic seconds, so that the answer does not depend on the machine's speed.
"""

from __future__ import annotations

import numpy as np

from vinfra.planning.hosting.packing import exact, neighbourhood
from vinfra.planning.hosting.packing.bound import lower_bound
from vinfra.planning.hosting.packing.heuristic import dense, heuristics
from vinfra.planning.hosting.packing.loads import Capacity, Ints, Loads, Sizes, sizes
from vinfra.planning.plan import Packing

WHOLE = 3_000  # machines times hosts up to which one model of all is tried in the end
PART = 0.7  # part of the effort that is left to the neighbourhoods where that is so


def pack(loads: Loads, capacity: Capacity, effort: float) -> tuple[Packing, Packing]:
    """The best of the heuristics, and what the optimiser made of it with `effort` deterministic seconds.

    ValueError when a machine fits on no host (loads.too_large); InputError when the optimiser is needed and its library
    is not installed.
    """
    asked = sizes(loads, capacity)
    fewest, why = lower_bound(asked)
    if not asked.machines:
        empty = Packing("nothing to place", 0, np.zeros(0, dtype=np.int64), 0, why)
        return empty, empty
    placed = {name: dense(heuristics[name]().place(asked, fewest)) for name in heuristics.names()}
    best = min(placed, key=lambda name: (int(placed[name].max()), _uneven(asked, placed[name])))
    heuristic = _packing(best, placed[best], fewest, why)
    if heuristic.hosts == fewest or effort <= 0:
        return heuristic, heuristic
    chosen = _optimised(asked, heuristic, effort)
    return _packing(best, placed[best], chosen.bound, chosen.bound_why), chosen


def _optimised(asked: Sizes, begun: Packing, effort: float) -> Packing:
    """Fewer hosts, or the proof that there are none, or the same."""
    small = asked.machines * begun.hosts <= WHOLE
    at, spent = neighbourhood.emptier(asked, begun.at, begun.bound, effort * PART if small else effort)
    fewest, why = begun.bound, begun.bound_why
    while small and (hosts := int(at.max()) + 1) > fewest and spent < effort:
        found = exact.fits(asked, hosts - 1, effort - spent)
        spent += found.spent
        if found.at is not None:
            at = dense(found.at)
        elif found.proven:
            fewest, why = hosts, f"proof that {hosts - 1} cannot carry them"
    if int(at.max()) + 1 == begun.hosts:  # hosts are as even as the heuristic made them
        return _packing(begun.method, begun.at, fewest, why)
    return _packing("CP-SAT", at, fewest, why)


def _uneven(asked: Sizes, at: Ints) -> float:
    """The less, the more alike hosts are filled: of placements on as many hosts the most even one is taken."""
    used = asked.used(at, int(at.max()) + 1) / np.maximum(asked.room, 1)[:, None]
    return float((used * used).sum())


def _packing(method: str, at: Ints, bound: int, why: str) -> Packing:
    return Packing(method, int(at.max()) + 1, at, bound, why)
