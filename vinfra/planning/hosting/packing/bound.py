"""The fewest hosts that any placement could do with.

Of each resource at least ceil(sum of needs / room). Machines of more than half a host share with no other such, so for
each threshold a <= room / 2, with L the machines of more than room - a, M those of more than room / 2 up to there, S
those from a to room / 2 (Martello and Toth's L2):

    hosts >= |L| + |M| + max(0, ceil((sum S - (|M| room - sum M)) / room))

A host that has room for room / t pieces of size t has room for no part of one more, so for each size t

    hosts >= ceil(sum of floor(need / t) / floor(room / t))

which counts machines where all are of one size. Unit: hosts. Source: Martello and Toth, Knapsack Problems, 1990,
chapter 8; Fekete and Schepers, New classes of fast lower bounds for bin packing problems, Math. Programming 91, 2001.
"""

from __future__ import annotations

import numpy as np

from vinfra.planning.hosting.packing.loads import NOBODY, RESOURCES, Ints, Sizes

SIZES, PARTS = 200, 40  # sizes of pieces that are tried: of machines, and parts of a host


def lower_bound(sizes: Sizes) -> tuple[int, str]:
    """The bound and the resource that gives it; what most machines must be kept apart for is named so."""
    if not sizes.machines:
        return 0, "nothing to place"
    found = [
        (max(_l2(need, int(room)), _pieces(need, int(room))), name)
        for need, room, name in zip(sizes.need, sizes.room, RESOURCES, strict=True)
    ]
    groups = sizes.group[sizes.group != NOBODY]
    if len(groups):
        found.append((int(np.bincount(groups).max()), "machines that are kept apart"))
    most = max(hosts for hosts, _ in found)
    # Equal bounds: named after the resource of which most is needed.
    total = dict(zip(RESOURCES, sizes.need.sum(axis=1) / np.maximum(sizes.room, 1), strict=True))
    return max(1, most), max((name for hosts, name in found if hosts == most), key=lambda name: total.get(name, 0.0))


def _l2(need: Ints, room: int) -> int:
    """Martello and Toth's bound for one resource, over all thresholds at which it can change."""
    if not need.any():
        return 0
    ordered = np.sort(need)
    sums = np.concatenate([[0], np.cumsum(ordered)])
    thresholds = np.unique(np.concatenate([[0], ordered[ordered * 2 <= room]]))
    above_half = int(np.searchsorted(ordered * 2, room, side="right"))  # first machine of more than half a host
    large = np.searchsorted(ordered, room - thresholds, side="right")  # first machine of more than room - a
    large = np.maximum(large, above_half)
    small = np.searchsorted(ordered, thresholds, side="left")
    middle = large - above_half
    left = middle * room - (sums[large] - sums[above_half])
    extra = np.maximum(0, -((left - (sums[above_half] - sums[np.minimum(small, above_half)])) // room))
    return int((len(ordered) - above_half + extra).max())


def _pieces(need: Ints, room: int) -> int:
    """The bound by whole pieces, over sizes of machines and of even parts of a host."""
    values, counts = np.unique(need[need > 0], return_counts=True)
    if not len(values):
        return 0
    some = values[np.unique(np.linspace(0, len(values) - 1, SIZES).astype(np.int64))]
    # A piece a hair larger than an even part of the host is one that fits once less.
    even = np.array([room // parts + 1 for parts in range(2, PARTS)], dtype=np.int64)
    found = 0
    for piece in np.unique(np.concatenate([some, even[even > 0]])).tolist():
        if piece <= room:
            whole = int((values // piece * counts).sum())
            found = max(found, -(-whole // (room // piece)))
    return found
