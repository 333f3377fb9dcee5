"""Taking memory from VMs and giving it back: balloon, compression and swap, in this order and within their bounds.

A balloon takes what the guest gives up, so much of its memory at most, so fast at most. What a balloon cannot take is
compressed while the VM's cache has room, and swapped otherwise; so is the cache itself when nothing else is left. A
shared page is not taken: that would free nothing. A balloon deflates as soon as there is room; a compressed or swapped
page comes back when the guest touches it. Unit: bytes. Source: Waldspurger, OSDI 2002, sections 3 and 6; VMware,
vSphere 4.1 Resource Management Guide (compression).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy import minimum as least

from vinfra.compute.memory.holdings import Holdings
from vinfra.compute.memory.machines import Bools, Floats, Guests, Ints, Machines
from vinfra.compute.memory.policy import Policy


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much each means may hold of each VM, shape (vms,)."""

    ballooned: Floats
    compressed: Floats
    swapped: Floats


def bounds(guests: Guests, machines: Machines, host: Ints, policy: Policy) -> Bounds:
    """The bounds of VMs on these hosts. Dynamic memory leaves a guest its working set and a buffer."""
    ballooned = np.where(machines.have("balloon")[host], policy.balloon_share * guests.configured, 0.0)
    needed = np.minimum(guests.active * (1.0 + policy.buffer), guests.touched)
    ballooned = np.where(machines.have("dynamic-memory")[host], guests.touched - needed, ballooned)
    cache = policy.compression_cache * guests.configured / policy.compressed_to
    return Bounds(
        ballooned=np.where(guests.driver, ballooned, 0.0),
        compressed=np.where(machines.have("compression")[host], cache, 0.0),
        swapped=np.where(machines.have("swap")[host], np.inf, 0.0),
    )


def take(holdings: Holdings, need: Floats, forced: Bools, limits: Bounds, policy: Policy, seconds: float) -> None:
    """Take so much machine memory from each VM within so many seconds; `forced` are VMs on hosts that do not wait for
    balloons. What no means can give stays where it is."""
    possible = least(np.maximum(limits.ballooned - holdings.ballooned, 0.0), holdings.private)
    balloon = least(least(need, possible), policy.inflate_rate * seconds)
    left = np.where(forced, need - balloon, need - least(need, possible))
    holdings.ballooned = holdings.ballooned + balloon
    gained = 1.0 - policy.compressed_to
    room = np.maximum(limits.compressed - holdings.compressed, 0.0)
    compressed = least(least(left / gained, room), holdings.private)
    holdings.compressed = holdings.compressed + compressed
    left = np.maximum(left - compressed * gained, 0.0)
    swapped = least(least(left, limits.swapped), holdings.private)
    holdings.swapped = holdings.swapped + swapped
    paged_out = least(least((left - swapped) / policy.compressed_to, limits.swapped), holdings.compressed)
    holdings.compressed = holdings.compressed - paged_out
    holdings.swapped = holdings.swapped + paged_out


def give(holdings: Holdings, room: Floats, touched: Floats, policy: Policy, seconds: float) -> None:
    """Give so much machine memory to each VM at most; `touched` is how many bytes of its compressed and swapped pages
    a guest has touched in the time."""
    deflated = least(least(room, holdings.ballooned), policy.deflate_rate * seconds)
    holdings.ballooned = holdings.ballooned - deflated
    paged = holdings.compressed + holdings.swapped
    part = np.divide(least(touched, paged), paged, out=np.zeros_like(paged), where=paged > 0)
    wanted = part * (holdings.compressed * (1.0 - policy.compressed_to) + holdings.swapped)
    left = room - deflated
    part *= np.divide(left, wanted, out=np.ones_like(wanted), where=wanted > left)
    holdings.compressed = holdings.compressed * (1.0 - part)
    holdings.swapped = holdings.swapped * (1.0 - part)
