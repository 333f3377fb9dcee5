"""What it costs a guest that pages of its memory are gone: faults per second of its progress, and how slow it gets.

A guest touches each page of its working set A once in w seconds at least (that is what the working set is), and a part
d of it is taken over by other pages of its idle memory I in that time: D = d A / w bytes of idle memory are touched
again each second.

Guest (balloon): it gives up what was used longest ago. Of b bytes that are missing the last-used ones come back
rarely: the density of touches falls in a straight line to zero at the oldest page (assumed), so that D (b / I)^2 bytes
per second are missed, and (b - I) / w more once the working set itself no longer fits.

Host (compression, swap): it does not know what the guest needs and takes pages at random. For pages of two kinds,
touched with rates la and li, of which P bytes are there and which are replaced at random at the rate e each,

    A la / (la + e) + I li / (li + e) = P,    faults = P e

What was taken last is in the compression cache, and comes back from there; what stays away longer is swapped.

Source: Gelenbe, A unified approach to the evaluation of a class of replacement algorithms, IEEE ToC 1973 (random
replacement under independent references); Denning, The working set model, CACM 1968. Unit: bytes per second.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from vinfra.compute.memory.machines import Floats
from vinfra.compute.memory.policy import Policy


@dataclass(frozen=True, slots=True)
class Working:
    """What guests touch: bytes of working sets and of idle memory, and bytes of idle memory touched per second."""

    active: Floats
    idle: Floats
    back: Floats


def working(active: Floats, idle: Floats, policy: Policy) -> Working:
    """How guests with these working sets touch their memory."""
    return Working(active, idle, np.minimum(policy.turnover * active, idle) / policy.sample_period)


def usable(configured: Floats, ballooned: Floats, policy: Policy) -> Floats:
    """Memory a guest has for its work: the kernel keeps track of all it was configured with, ballooned or not."""
    return np.maximum((1.0 - policy.metadata) * configured - ballooned, 0.0)


def of_guest(work: Working, missing: Floats, policy: Policy) -> tuple[Floats, Working]:
    """Bytes per second that guests miss which have so much less than they would use, and what they still touch."""
    idle = np.minimum(missing, work.idle)
    part = np.divide(idle, work.idle, out=np.zeros_like(idle), where=work.idle > 0)
    active = np.clip(missing - work.idle, 0.0, work.active)
    missed = work.back * part**2
    return missed + active / policy.sample_period, Working(work.active - active, work.idle - idle, work.back - missed)


def of_host(work: Working, there: Floats, policy: Policy) -> tuple[Floats, Floats]:
    """Bytes per second that guests touch of what the host has taken, where so much is left to them, and bytes of their
    working sets among it."""
    gone = np.maximum(work.active + work.idle - there, 0.0)
    fast, slow = _rates(work, policy)
    # P e^2 + b e - la li gone = 0, solved for P e without taking a small number from a large one
    b = there * (fast + slow) - work.active * fast - work.back
    root = np.sqrt(b * b + 4.0 * there * fast * slow * gone)
    upward = np.divide(2.0 * there * fast * slow * gone, b + root, out=np.zeros_like(gone), where=b + root > 0)
    touched = np.where(b > 0, upward, (root - b) / 2.0)
    lost = np.divide(touched, touched + fast * there, out=np.zeros_like(gone), where=touched > 0) * work.active
    return touched, np.minimum(lost, gone)


def of_cache(work: Working, compressed: Floats, lost: Floats, policy: Policy) -> Floats:
    """Bytes per second that are found in the compression cache: what was taken last and comes back soon is still there,
    so the pages of the working set fill it first."""
    fast, slow = _rates(work, policy)
    return np.minimum(compressed, lost) * fast + np.maximum(compressed - lost, 0.0) * slow


def _rates(work: Working, policy: Policy) -> tuple[float, Floats]:
    """How often a page of the working set, and one of the idle memory of each VM, is touched; per second."""
    slow = np.divide(work.back, work.idle, out=np.zeros_like(work.idle), where=work.idle > 0)
    return 1.0 / policy.sample_period, slow
