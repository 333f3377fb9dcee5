"""Room kept for hosts that fail: what every cluster must be able to lose and still run all its VMs.

By aggregate: memory of all VMs, and CPU that is guaranteed to them, fit the open hosts without the `failures` largest.
Source: admission control by failures to tolerate, VMware Availability guide. Units: bytes, hertz.
"""

from __future__ import annotations

import numpy as np

from vinfra.operations.clusters.estate import NOWHERE, SLACK, Estate
from vinfra.operations.consolidation.layout import Bools, Floats, Ints


def spare(estate: Estate, hosts: Bools, failures: int) -> tuple[Floats, Floats]:
    """Memory and hertz left on these hosts (bool, shape (hosts,)) after the largest `failures` of each cluster are gone
    and all VMs of the cluster run on the others, shape (clusters,) each; below zero where they do not fit."""
    members, places = estate.members, estate.places
    there = estate.at != NOWHERE
    cluster = estate.cluster[estate.at[there]]
    found = []
    for have, need in ((places.memory, members.guests.memory), (places.capacity, members.reservation)):
        left = _without_largest(have, hosts, estate.cluster, estate.clusters, failures)
        found.append(left - np.bincount(cluster, need[there], estate.clusters))
    return found[0], found[1]


def survives(estate: Estate, cluster: int, hosts: Ints, failures: int) -> bool:
    """Whether these hosts of a cluster could lose the largest few and hold all its VMs on the others."""
    if not failures:
        return True
    members, places = estate.members, estate.places
    vms = np.flatnonzero((estate.at != NOWHERE) & (estate.cluster[estate.at] == cluster))
    for have, need in ((places.memory, members.guests.memory), (places.capacity, members.reservation)):
        left = np.sort(have[hosts])[: max(0, len(hosts) - failures)].sum()
        if need[vms].sum() > left * (1 + SLACK):
            return False
    return True


def _without_largest(have: Floats, hosts: Bools, cluster: Ints, clusters: int, failures: int) -> Floats:
    """What the hosts of each cluster have together without the largest few, shape (clusters,)."""
    rows = np.flatnonzero(hosts)
    order = rows[np.lexsort((-have[rows], cluster[rows]))]
    first = np.searchsorted(cluster[order], np.arange(clusters))
    rank = np.arange(len(order)) - first[cluster[order]]
    kept = order[rank >= failures]
    return np.bincount(cluster[kept], have[kept], clusters).astype(float, copy=False)
