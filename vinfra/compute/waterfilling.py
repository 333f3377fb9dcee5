"""Who gets how much of a full host: shares, reservations and limits together, all hosts in one numpy pass.

VM i on a host with level L gets clip(L * shares_i, floor_i, want_i), with floor_i = min(reservation_i, want_i); L is
where the grants add up to the capacity. The sum is piecewise linear in L with corners at floor_i/shares_i and
want_i/shares_i: sort the corners of each host, add up slopes, find the piece that holds the capacity. O(m log m) for m
VMs, exact. Everything in hertz. Source: max-min fairness with weights and bounds, Bertsekas and Gallager, Data
Networks, section 6.5.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
RAGGED = 4  # times the corners a table may have, else hosts differ too much in their number of VMs


def fill(host: Ints, want: Floats, shares: Floats, reservation: Floats, capacity: Floats) -> Floats:
    """What each VM is granted; shape (vms,), hertz.

    host: index of each VM's host, shape (vms,); want (bounded by limits already), shares (> 0) and
    reservation of each VM, shape (vms,); capacity of each host, shape (hosts,). A host that is not full grants what is
    wanted. Reservations that do not fit their host are scaled down alike.
    """
    granted, _ = share(host, want, shares, reservation, capacity)
    return granted if granted is not want else want.copy()


def share(host: Ints, want: Floats, shares: Floats, reservation: Floats, capacity: Floats) -> tuple[Floats, Floats]:
    """The same, and what each host gives, shape (hosts,); the very array of what is wanted where no host is full."""
    wanted: Floats = np.bincount(host, weights=want, minlength=len(capacity)).astype(float, copy=False)
    short = wanted > capacity
    full = np.flatnonzero(short)
    if len(full) == 0:
        return want, wanted
    granted = want.copy()
    mine = np.flatnonzero(short[host])
    local = (np.cumsum(short) - 1)[host[mine]]
    # In units of each host's capacity, so that a large host's rounding never reaches a small one.
    scale = np.where(capacity[full] > 0, capacity[full], 1.0)
    mine_scale = scale[local]
    granted[mine] = mine_scale * _fill_full(
        local, want[mine] / mine_scale, shares[mine], reservation[mine] / mine_scale, capacity[full] / scale
    )
    wanted[full] = np.bincount(local, weights=granted[mine], minlength=len(full))
    return granted, wanted


def _fill_full(host: Ints, want: Floats, shares: Floats, reservation: Floats, capacity: Floats) -> Floats:
    """The same for hosts that are all full."""
    hosts = len(capacity)
    floor = np.minimum(reservation, want)
    promised = np.bincount(host, weights=floor, minlength=hosts)
    floor *= np.divide(capacity, promised, out=np.ones(hosts), where=promised > capacity)[host]
    promised = np.bincount(host, weights=floor, minlength=hosts)

    corners = np.concatenate((floor / shares, want / shares))
    slopes = np.concatenate((shares, -shares))
    owner = np.concatenate((host, host))
    order = _by_owner(host, corners, hosts)
    corners, slopes, owner = corners[order], slopes[order], owner[order]

    first = np.searchsorted(owner, np.arange(hosts))
    slope = np.cumsum(slopes)
    slope -= (slope - slopes)[first][owner]
    gap = np.diff(corners, append=corners[-1:])
    last = np.append(first[1:], len(owner)) - 1
    gap[last] = 0.0
    rise = np.cumsum(slope * gap)
    rise -= (rise - slope * gap)[first][owner]

    room = np.maximum(capacity - promised, 0.0)
    below = np.bincount(owner, weights=rise < room[owner], minlength=hosts).astype(np.int64)
    piece = np.minimum(first + below, last)
    base = np.where(piece > first, rise[np.maximum(piece - 1, 0)], 0.0)
    steep = slope[piece]
    step = np.divide(room - base, steep, out=np.zeros(hosts), where=steep > 0)
    level = corners[piece] + np.maximum(step, 0.0)
    granted = np.clip(level[host] * shares, floor, want)
    return _balanced(host, granted, floor, want, capacity)


def _by_owner(host: Ints, corners: Floats, hosts: int) -> Ints:
    """The order of corners (all floors, then all wants) by host and then by size, ties as they come.

    VMs mostly come by their host: then each host is a row of a table and is sorted by itself, which is several times as
    fast as sorting all at once.
    """
    count, size = len(host), np.bincount(host, minlength=hosts)
    width = 2 * int(size.max())
    if (host[1:] < host[:-1]).any() or hosts * width > RAGGED * len(corners):
        return np.lexsort((corners, np.concatenate((host, host))))
    first = np.cumsum(size) - size
    place = np.arange(count) - first[host]
    table = np.full((hosts, width), np.inf)
    table[host, place] = corners[:count]
    table[host, size[host] + place] = corners[count:]
    slot = table.argsort(axis=1, kind="stable")[np.arange(width) < 2 * size[:, None]]
    row = np.repeat(np.arange(hosts), 2 * size)
    order: Ints = slot + np.where(slot < size[row], first[row], count + first[row] - size[row])
    return order


def _balanced(host: Ints, granted: Floats, floor: Floats, want: Floats, capacity: Floats) -> Floats:
    """Take back what rounding granted above the capacity, from those above their floor."""
    hosts = len(capacity)
    excess = np.maximum(np.bincount(host, weights=granted, minlength=hosts) - capacity, 0.0)
    above = granted - floor
    spare = np.bincount(host, weights=above, minlength=hosts)
    share = np.divide(excess, spare, out=np.zeros(hosts), where=spare > 0)
    return np.clip(granted - above * share[host], floor, want)
