"""Hosts and VMs as the memory model sees them: one row for each. Units: bytes, hertz, seconds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vinfra.compute.memory.content import Content
from vinfra.compute.memory.policy import Policy
from vinfra.hypervisors.product import Reclaim

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Machines:
    """Hosts, arrays of shape (hosts,): memory, cycles per second, which means of reclaim they have, and the disks they
    swap to (I/Os per second of one, and how many)."""

    names: Sequence[str]
    memory: Floats
    cycles: Floats
    means: Sequence[frozenset[Reclaim]]
    disk_ios: Floats
    disks: Floats

    def have(self, means: Reclaim) -> Bools:
        """Which hosts have it, shape (hosts,)."""
        return np.array([means in each for each in self.means], dtype=bool)


@dataclass(frozen=True, slots=True)
class Guests:
    """VMs, arrays of shape (vms,). `active` is the working set, a part of what was `touched`; `limit` infinity where
    there is none; `content` an index into the contents, -1 where all pages are unique; `driver` says whether there is
    a balloon in the guest, `large` whether the host backs it with large pages."""

    names: Sequence[str]
    configured: Floats
    touched: Floats
    active: Floats
    shares: Floats
    reservation: Floats
    limit: Floats
    vcpus: Floats
    content: Ints
    driver: Bools
    large: Bools

    def overhead(self, policy: Policy) -> Floats:
        """What each VM takes beside its memory."""
        return policy.overhead + policy.overhead_share * self.configured


@dataclass(frozen=True, slots=True)
class Plan:
    """What there is and by which rules."""

    machines: Machines
    guests: Guests
    contents: Sequence[Content]
    policy: Policy


def per_host(host: Ints, values: Floats, hosts: int) -> Floats:
    """Sums of the VMs' values over their hosts, shape (hosts,)."""
    return np.bincount(host, weights=values, minlength=hosts).astype(float, copy=False)
