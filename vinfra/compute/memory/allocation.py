"""How much memory each VM should have: shares, an idle memory tax, reservations and limits, by min-funding revocation.

Memory is taken from the VM that pays least for a page, until it is enough, so that in the end all pay alike:

    rho = S / (P (f + k (1 - f))),    k = 1 / (1 - tax)

for S shares, P bytes of which a part f is active. P (f + k (1 - f)) is A + k (P - A) where the working set A fits and
P where it does not. That is water-filling with two claims for each VM: its working set with shares S, and its idle
memory, which begins to rise when the water is at A, with shares S / k. Unit: bytes. Source: Waldspurger, Memory
Resource Management in VMware ESX Server, OSDI 2002, sections 5.1 to 5.2.
"""

from __future__ import annotations

import numpy as np

from vinfra.compute.memory.machines import Floats, Ints, per_host
from vinfra.compute.waterfilling import fill


def targets(
    host: Ints, want: Floats, floor: Floats, active: Floats, shares: Floats, tax: float, room: Floats
) -> Floats:
    """Bytes for each VM, shape (vms,), between its floor and what it wants; all it wants on a host with room for that.

    host: index of each VM's host, in any order; active: the working set as it is estimated; room: bytes each host has
    for its VMs, shape (hosts,). Floors that do not fit their host are scaled down alike.
    """
    order = np.argsort(host, kind="stable")
    claimed = np.repeat(host[order], 2)
    cost = 1.0 / (1.0 - tax)
    want, floor, shares = want[order], np.minimum(floor, want)[order], shares[order]
    active = np.minimum(active[order], want)
    room = np.maximum(room, 0.0)
    promised = per_host(host[order], floor, len(room))
    floor *= np.divide(room, promised, out=np.ones(len(room)), where=promised > room)[host[order]]
    # The claim of idle memory is raised by A / k, so that it rises in proportion to the water as fill() wants it.
    raised = active / cost
    wants = _pairs(active, want - active + raised)
    floors = _pairs(np.minimum(floor, active), np.maximum(floor - active, 0.0) + raised)
    capacity = room + per_host(host[order], raised, len(room))
    granted = fill(claimed, wants, _pairs(shares, shares / cost), floors, capacity)
    found = np.empty(len(want))
    found[order] = np.clip(granted[0::2] + granted[1::2] - raised, floor, want)
    return found


def _pairs(first: Floats, second: Floats) -> Floats:
    """The claims of all VMs: working set and idle memory in turn."""
    return np.column_stack((first, second)).ravel()
