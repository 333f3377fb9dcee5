"""Who places machines by a simple rule: one rule is one file in heuristics/.

All go through the machines from the largest to the smallest and differ in the host they take among those with room.
Unit: hosts, from 0. Source: each rule's.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

import numpy as np

from vinfra.planning.packing.loads import NOBODY, Floats, Ints, Sizes
from vinfra.registry import Registry
from vinfra.spec import Spec

Score = Callable[[Floats, Floats], Floats]


class Heuristic(Spec):
    """One rule."""

    name: ClassVar[str]
    source: ClassVar[str]

    def place(self, sizes: Sizes, fewest: int) -> Ints:
        """A host for each machine, shape (machines,), numbered from 0 without holes; `fewest` is a lower bound."""
        raise TypeError(f"{type(self).__name__} does not say where machines go")


heuristics: Registry[Heuristic] = Registry("packing heuristic", "vinfra.planning.packing.heuristics", Heuristic)


def fill(sizes: Sizes, score: Score | None, hosts: int, grow: bool) -> Ints | None:
    """Place from the largest machine to the smallest on `hosts` hosts that are open from the start, and on new ones
    where `grow`; None when a machine finds no host and none may be added.

    `score(share, free)` has the machine's parts of a host (resources,) and the free parts of the hosts with room
    (resources, hosts); the host with the highest is taken, the first of equal ones, or simply the first where None.
    """
    whole = sizes.room.astype(np.float64)
    scale = 1.0 / np.maximum(whole, 1.0)
    most = sizes.machines if grow else hosts
    free = np.repeat(sizes.room[:, None], max(most, 1), axis=1)
    taken = np.zeros((int(sizes.group.max(initial=NOBODY)) + 1, max(most, 1)), dtype=bool)
    at = np.zeros(sizes.machines, dtype=np.int64)
    need = np.ascontiguousarray(sizes.need.T)
    groups = sizes.group.tolist()
    for machine in sizes.decreasing().tolist():
        asks = need[machine]
        fits = (free[:, :hosts] >= asks[:, None]).all(axis=0)
        if groups[machine] != NOBODY:
            fits &= ~taken[groups[machine], :hosts]
        host = _chosen(fits, score, asks * scale, free, scale)
        if host is None:
            if not grow:
                return None
            host, hosts = hosts, hosts + 1
        free[:, host] -= asks
        at[machine] = host
        if groups[machine] != NOBODY:
            taken[groups[machine], host] = True
    return at


def _chosen(fits: np.ndarray, score: Score | None, share: Floats, free: Ints, scale: Floats) -> int | None:
    """The host that is taken; None when none has room."""
    if score is None:
        first = int(fits.argmax()) if len(fits) else 0
        return first if len(fits) and fits[first] else None
    open_hosts = np.flatnonzero(fits)
    if not len(open_hosts):
        return None
    return int(open_hosts[score(share, free[:, open_hosts] * scale[:, None]).argmax()])


def dense(at: Ints) -> Ints:
    """Hosts numbered from 0 without holes, in the order of their old numbers."""
    return np.unique(at, return_inverse=True)[1].astype(np.int64)
