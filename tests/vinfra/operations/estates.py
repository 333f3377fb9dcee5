"""Small estates for tests of what decides about them: hosts of 100 Hz and 100 bytes, VMs with a want each."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from vinfra.hardware.power import PowerCurve
from vinfra.operations.clusters.estate import Estate, Members
from vinfra.operations.clusters.view import View
from vinfra.operations.consolidation.layout import Guests, Places
from vinfra.operations.rules import Rules


def estate(
    hosts: int,
    at: Sequence[int],
    memory: Sequence[float] | None = None,
    cluster: Sequence[int] | None = None,
) -> Estate:
    """Hosts h0, h1 ... and VMs v0, v1 ... on them; a VM has a byte of memory when unsaid."""
    count = len(at)
    places = Places(
        names=[f"h{number}" for number in range(hosts)],
        capacity=np.full(hosts, 100.0),
        core=np.full(hosts, 100.0),
        memory=np.full(hosts, 100.0),
        kind=np.zeros(hosts, dtype=np.int64),
        curve=np.zeros(hosts, dtype=np.int64),
        curves=[PowerCurve([100.0, 200.0])],
    )
    guests = Guests(
        names=[f"v{number}" for number in range(count)],
        memory=np.array(memory if memory is not None else [1.0] * count),
        speed=np.zeros(count),
        movable=np.ones(count, dtype=bool),
        full=np.full((count, 1), 100.0),
        factor=np.ones((count, 1)),
        ceiling=np.full((count, 1), 100.0),
        possible=np.ones((count, 1), dtype=bool),
    )
    members = Members(
        guests=guests,
        shares=np.ones(count),
        reservation=np.zeros(count),
        active=np.zeros(count),
        restart=np.zeros(count, dtype=np.int64),
    )
    which = np.zeros(hosts, dtype=np.int64) if cluster is None else np.array(cluster)
    return Estate(places, members, which, np.array(at), Rules([], guests.names, places.names))


def view(hosts: int, at: Sequence[int], want: Sequence[float], memory: Sequence[float] | None = None) -> View:
    """One cluster of them on paper."""
    return View(estate(hosts, at, memory), np.array(want))
