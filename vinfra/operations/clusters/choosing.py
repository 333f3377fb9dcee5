"""Where one VM goes that must go somewhere: the host that is least loaded with it, among those that may take it."""

from __future__ import annotations

import numpy as np

from vinfra.operations.clusters.estate import NOWHERE
from vinfra.operations.clusters.view import View
from vinfra.operations.consolidation.layout import Ints


def least_loaded(view: View, vm: int, hosts: Ints, most: float = np.inf) -> int:
    """The host, by index, whose load (0..1) with the VM is lowest and at most `most`; NOWHERE where there is none. The
    first of those alike."""
    fine = view.takes(vm, hosts)
    after = view.load[hosts] + view.entitled[vm] / view.estate.places.capacity[hosts]
    after[~fine | (after > most)] = np.inf
    if not len(after):
        return NOWHERE
    best = int(after.argmin())
    return int(hosts[best]) if np.isfinite(after[best]) else NOWHERE


def empty(view: View, host: int, others: Ints, most: float = np.inf) -> tuple[list[tuple[int, int]], int]:
    """Where all VMs of a host go, largest first, as (VM, host), put on paper; and the VM that found no host, NOWHERE
    where all did. Nothing is put where one did not."""
    vms = view.members(host)
    order = sorted(vms, key=lambda vm: (-view.entitled[vm], vm))
    goes: list[tuple[int, int]] = []
    for vm in order:
        target = least_loaded(view, vm, others, most)
        if target == NOWHERE:
            for gone, _ in reversed(goes):
                view.put(gone, host)
            return [], vm
        view.put(vm, target)
        goes.append((vm, target))
    return goes, NOWHERE
