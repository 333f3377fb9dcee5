"""What each host carries: machines, vCPUs and memory, by where the chosen placement puts them.

Arrays of shape (hosts that carry machines,), from host 0; memory in bytes, as it is placed (as suggested or as it is
configured, with the growth that the plan assumes).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vinfra.planning.plan import Plan, Suggestion, TargetPlan


@dataclass(frozen=True, slots=True, eq=False)
class Loads:
    """`memory_of` is what one host has, `limit` the part of it that may be given out."""

    machines: NDArray[np.int64]
    vcpus: NDArray[np.float64]
    memory: NDArray[np.float64]
    memory_of: float
    limit: float

    @property
    def fill(self) -> NDArray[np.float64]:
        """Part of each host's memory that is given out, the fullest first."""
        return np.sort(self.memory / self.memory_of)[::-1]


def by_name(plan: Plan) -> dict[str, Suggestion]:
    """Suggestions by machine."""
    return {one.machine: one for one in plan.suggestions}


def loads(plan: Plan, one: TargetPlan, suggested: Mapping[str, Suggestion]) -> Loads:
    """Of one target; a machine that no suggestion is known of counts as a machine and no more."""
    at, apply = one.fleet.chosen.at, plan.assumptions.sizing.apply
    found = [suggested.get(name) for name in one.fleet.machines]
    vcpus = np.array([0 if of is None else of.vcpus if apply else of.vcpus_now for of in found], dtype=float)
    memory = np.array([0.0 if of is None else of.memory if apply else of.memory_now for of in found], dtype=float)
    placed, more = at >= 0, 1.0 + plan.assumptions.hosts.growth
    hosts = max(one.fleet.chosen.hosts, int(at.max(initial=-1)) + 1)
    return Loads(
        np.bincount(at[placed], minlength=hosts),
        _sums(at[placed], vcpus[placed] * more, hosts),
        _sums(at[placed], memory[placed] * more, hosts),
        one.fleet.memory or plan.assumptions.hosts.memory or one.target.memory,
        plan.assumptions.hosts.memory_fill,
    )


def _sums(at: NDArray[np.int64], of: NDArray[np.float64], hosts: int) -> NDArray[np.float64]:
    return np.bincount(at, of, hosts).astype(np.float64)
