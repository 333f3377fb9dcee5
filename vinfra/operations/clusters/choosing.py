"""Where VMs go that must go somewhere: the host that is least loaded with them, among those that may take them.

VMs that rules keep together go together. Rules that are not strict are kept where there is room.
"""

from __future__ import annotations

import numpy as np

from vinfra.operations.clusters.estate import NOWHERE
from vinfra.operations.clusters.view import View
from vinfra.operations.layout import Ints


def least_loaded(view: View, vms: Ints, hosts: Ints, most: float = np.inf) -> int:
    """The host, by index, whose load (0..1) with these VMs is lowest and at most `most`; NOWHERE where there is none.
    The first of those alike."""
    after = view.load[hosts] + view.entitled[vms].sum() / view.estate.places.capacity[hosts]
    after[~view.takes(vms, hosts) | (after > most)] = np.inf
    if view.estate.ruled[vms].any():
        disliked = view.estate.rules.disliked(vms, view.at)[hosts]
        fine = np.isfinite(after)
        after[disliked > disliked[fine].min(initial=len(view.estate.rules.rules))] = np.inf
    if not len(after):
        return NOWHERE
    best = int(after.argmin())
    return int(hosts[best]) if np.isfinite(after[best]) else NOWHERE


def bundles(view: View, vms: list[int]) -> list[Ints]:
    """These VMs as they go: those that rules keep together as one; largest first."""
    if not view.estate.ruled[vms].any():
        found = [np.array([vm]) for vm in vms]
    else:
        rest, found = dict.fromkeys(vms), []
        for vm in vms:
            if vm in rest:
                whole = np.array([one for one in view.estate.rules.bundle(vm).tolist() if one in rest])
                for one in whole.tolist():
                    del rest[one]
                found.append(whole)
    return sorted(found, key=lambda whole: (-float(view.entitled[whole].sum()), int(whole[0])))


def empty(view: View, host: int, others: Ints, most: float = np.inf) -> tuple[list[tuple[int, int]], Ints]:
    """Where all VMs of a host go, as (VM, host), put on paper; and the VMs that found no host, none where all did.
    Nothing is put where some did not."""
    goes: list[tuple[int, int]] = []
    for whole in bundles(view, view.members(host)):
        target = least_loaded(view, whole, others, most)
        if target == NOWHERE:
            for gone, _ in reversed(goes):
                view.put(gone, host)
            return [], whole
        for vm in whole.tolist():
            view.put(vm, target)
            goes.append((vm, target))
    return goes, np.zeros(0, dtype=np.int64)
