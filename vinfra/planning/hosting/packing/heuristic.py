"""Who places machines by a simple rule: one rule is one file in heuristics/.

All go through the machines from the largest to the smallest and differ in the host they take among those with room.
Unit: hosts, from 0. Source: each rule's.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from vinfra.planning.hosting.packing.loads import NOBODY, Floats, Ints, Sizes
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


heuristics: Registry[Heuristic] = Registry("packing heuristic", "vinfra.planning.hosting.packing.heuristics", Heuristic)


def fill(sizes: Sizes, score: Score | None, hosts: int, grow: bool) -> Ints | None:
    """Place from the largest machine to the smallest on `hosts` hosts that are open from the start, and on new ones
    where `grow`; None when a machine finds no host and none may be added.

    Among hosts with room the one with the highest `score(dot, square)` is taken, the first of equal ones, or simply the
    first where there is no score. With share the parts of a host that the machine takes of each resource, and free
    those that are left of the host: dot = sum of share * free, square = sum of free * free, each of shape (hosts,).
    """
    most = max(sizes.machines if grow else hosts, 1)
    free = np.repeat(sizes.room[:, None], most, axis=1)
    scale = 1.0 / np.maximum(sizes.room, 1)
    part = free * scale[:, None]
    square = (part * part).sum(axis=0)
    groups = int(sizes.group.max(initial=NOBODY)) + 1
    taken = np.zeros((groups, most), dtype=bool)
    at = np.zeros(sizes.machines, dtype=np.int64)
    need, shares, group = sizes.need.T.copy(), (sizes.need * scale[:, None]).T.tolist(), sizes.group.tolist()
    for machine in sizes.decreasing().tolist():
        asks = need[machine]
        host = hosts
        if hosts:
            fits = _room(free[:, :hosts], asks)
            if group[machine] != NOBODY:
                fits &= ~taken[group[machine], :hosts]
            worth = fits if score is None else np.where(fits, _worth(score, shares[machine], part, square, hosts), -1e9)
            host = int(worth.argmax())
            host = host if fits[host] else hosts
        if host == hosts:
            if not grow:
                return None
            hosts += 1
        free[:, host] -= asks
        part[:, host] = free[:, host] * scale
        square[host] = float((part[:, host] * part[:, host]).sum())
        at[machine] = host
        if group[machine] != NOBODY:
            taken[group[machine], host] = True
    return at


def _room(free: Ints, asks: Ints) -> NDArray[np.bool_]:
    """Which hosts have room, shape (hosts,)."""
    fits: NDArray[np.bool_] = free[0] >= asks[0]
    for resource in range(1, len(asks)):
        fits &= free[resource] >= asks[resource]
    return fits


def _worth(score: Score, share: Sequence[float], part: Floats, square: Floats, hosts: int) -> Floats:
    """The score of the open hosts. Sums are written out, as a matrix product rounds differently from machine to
    machine."""
    dot = share[0] * part[0, :hosts]
    for resource in range(1, len(share)):
        dot += share[resource] * part[resource, :hosts]
    return score(dot, square[:hosts])


def dense(at: Ints) -> Ints:
    """Hosts numbered from 0 without holes, in the order of their old numbers."""
    return np.unique(at, return_inverse=True)[1].astype(np.int64)
