"""The state of a host's free memory: high, soft, hard or low; each switches on another means of reclaim.

A state is entered when free memory falls below its own threshold (soft 4 %, hard 2 %, low 1 % of the host's memory),
and left for the one above only when free memory is well above the threshold of that one (high 6 %): hysteresis. In
`high` nothing is taken; in `soft` balloons inflate, and only what no balloon can give is compressed or swapped; in
`hard` and `low` whatever a balloon does not give in time is. ESX blocks VMs above their target in `low` until enough
is paged out; here paging is as fast as it must be, so nobody waits for that. Source: Waldspurger, OSDI 2002, section
6.
"""

from __future__ import annotations

import numpy as np

from vinfra.compute.memory.machines import Floats, Ints
from vinfra.compute.memory.policy import Policy

STATES = ("high", "soft", "hard", "low")
ROUNDING = 1e-9  # of a threshold: reclaim that ends just there has arrived


def following(state: Ints, free: Floats, policy: Policy) -> Ints:
    """The state after `state` (index into STATES) where a part `free` of the memory is free; each of shape (hosts,)."""
    entered = sum((free < threshold).astype(np.int64) for threshold in (policy.soft, policy.hard, policy.low))
    left = sum(
        (free < threshold * (1.0 + policy.margin) * (1.0 - ROUNDING)).astype(np.int64)
        for threshold in (policy.high, policy.soft, policy.hard)
    )
    down = np.maximum(state, entered)
    return np.minimum(down, np.maximum(left, entered)).astype(np.int64)


def goal(policy: Policy) -> float:
    """Part of a host's memory that reclaim wants free: enough to be in `high` again, and what memory is given back down
    to."""
    return policy.high * (1.0 + policy.margin)
