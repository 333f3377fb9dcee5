"""Room kept for hosts that fail: whether a cluster could lose its largest hosts and still run all its VMs.

The rule is that of admission (operations/admission.py), asked of an estate as it is going to be.
"""

from __future__ import annotations

import numpy as np

from vinfra.operations.admission import Pool, survives
from vinfra.operations.clusters.estate import NOWHERE, Estate
from vinfra.operations.layout import Bools, Ints


def safe(estate: Estate, hosts: Bools, failures: int) -> Bools:
    """Which clusters could lose so many of these hosts (bool, shape (hosts,)) and hold all their VMs on the others,
    shape (clusters,)."""
    places, members = estate.places, estate.members
    there = np.flatnonzero(estate.at != NOWHERE)
    cluster = estate.cluster[estate.at[there]]
    pool = Pool(places.capacity, places.memory, estate.cluster, estate.clusters).only(hosts)
    cpu, memory = (
        np.bincount(cluster, need[there], estate.clusters).astype(float, copy=False)
        for need in (members.reservation, members.guests.memory)
    )
    return survives(pool, cpu, memory, failures)


def safe_in(estate: Estate, cluster: int, hosts: Ints, failures: int) -> bool:
    """The same of one cluster, with these hosts of it by index; true where nobody is expected to fail."""
    if not failures:
        return True
    places, members = estate.places, estate.members
    vms = np.flatnonzero((estate.at != NOWHERE) & (estate.cluster[estate.at] == cluster))
    pool = Pool(places.capacity[hosts], places.memory[hosts], np.zeros(len(hosts), dtype=np.int64), 1)
    cpu, memory = members.reservation[vms].sum(), members.guests.memory[vms].sum()
    return bool(survives(pool, np.array([cpu]), np.array([memory]), failures)[0])
