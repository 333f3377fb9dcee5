"""How much slower VMs get that wait for pages: faults take time, and the disks they come from do only so many.

A VM whose vCPUs compute d of their time and wait s of it for pages, per second of progress it would like to make,
makes

    p = min(1, 1 / (d + s))

of that progress: an idle VM waits in time it has, a busy one loses throughput. Faults of one vCPU follow each other,
those of several go side by side. Where faults are more than the disks of a host can serve, each takes so much longer
that they are as many as can be served (the asymptotic bound of a closed system). Decompression is time a vCPU waits;
it takes no cycles of the host from others. Units: seconds, faults per second. Source: Denning and Buzen, The
operational analysis of queueing network models, ACM Computing Surveys 1978.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from vinfra.compute.memory.machines import Floats, Ints, Machines, per_host

STEPS = 60  # halvings; what is left of the interval is below rounding
SLOWEST = 2.0**40  # times a disk's own service time


@dataclass(frozen=True, slots=True)
class Faults:
    """Faults per second of full progress that disks and the compression cache serve, shape (vms,)."""

    disk: Floats
    cache: Floats


@dataclass(frozen=True, slots=True)
class Pace:
    """What VMs make of the progress they would like (0..1), the part of their vCPUs' time they wait for pages, and
    faults per second as they happen; each of shape (vms,)."""

    progress: Floats
    waiting: Floats
    faults: Floats


def pace(
    host: Ints, faults: Faults, computing: Floats, vcpus: Floats, machines: Machines, decompression: float
) -> Pace:
    """How fast VMs are which compute so much of their time (0..1) when nothing holds them up, shape (vms,)."""
    disk = faults.disk / machines.disk_ios[host] / vcpus
    cache = faults.cache * decompression / vcpus
    queueing = _queueing(host, faults.disk, disk, computing + cache, machines)[host]
    waiting = disk * queueing + cache
    progress = 1.0 / np.maximum(computing + waiting, 1.0)
    return Pace(progress, progress * waiting, progress * (faults.disk + faults.cache))


def _queueing(host: Ints, faults: Floats, disk: Floats, besides: Floats, machines: Machines) -> Floats:
    """How many times its own service time a fault takes at the disks of each host, shape (hosts,), 1 or more."""
    hosts = len(machines.names)
    most = machines.disk_ios * machines.disks
    found = np.ones(hosts)

    def served(times: Floats) -> Floats:
        return per_host(at, faults[mine] / np.maximum(besides[mine] + disk[mine] * times[at], 1.0), hosts)

    mine = np.flatnonzero(faults > 0)
    at = host[mine]
    full = served(found) > most
    if not full.any():
        return found
    mine = mine[full[at]]
    at = host[mine]
    low, high = np.zeros(hosts), np.full(hosts, np.log2(SLOWEST))
    for _ in range(STEPS):
        middle = (low + high) / 2
        over = served(np.exp2(middle)) > most
        low, high = np.where(over, middle, low), np.where(over, high, middle)
    return np.where(full, np.exp2(high), found)
