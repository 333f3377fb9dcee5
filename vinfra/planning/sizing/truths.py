"""Three truths about a machine's disks, and which is planned with where the chosen one is not known.

guest-used (what its file systems hold) <= in-use (what it takes on datastores) <= provisioned (what it may grow to):
where one is unknown the next larger one that is known is taken, so that plans err on the safe side; where none of those
is, the largest of the smaller ones. Unit: bytes. Source: RVTools, vInfo, vDisk and vPartition.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from vinfra.planning.assumptions import Assumptions, Truth
from vinfra.planning.inventory import Machine

TRUTHS: tuple[Truth, ...] = ("guest-used", "in-use", "provisioned")


def truth_of(machine: Machine, wanted: Truth) -> tuple[float, Truth] | None:
    """Bytes, and which truth they are; None where nothing is known of its disks."""
    known = {
        "guest-used": _guest_used(machine),
        "in-use": machine.in_use,
        "provisioned": machine.provisioned if machine.provisioned is not None else (machine.disk or None),
    }
    at = TRUTHS.index(wanted)
    for truth in (*TRUTHS[at:], *reversed(TRUTHS[:at])):
        found = known[truth]
        if found is not None:
            return found, truth
    return None


def bytes_of(machines: Sequence[Machine], wanted: Truth) -> NDArray[np.float64]:
    """Bytes of each machine by that truth, NaN where nothing is known of its disks, shape (machines,)."""
    found = (truth_of(machine, wanted) for machine in machines)
    return np.array([np.nan if one is None else one[0] for one in found], dtype=np.float64)


def _guest_used(machine: Machine) -> float | None:
    """Of the machine, or of its disks where all of them say it."""
    if machine.guest_used is not None or not machine.disks:
        return machine.guest_used
    used = [disk.used for disk in machine.disks]
    return None if any(one is None for one in used) else sum(one for one in used if one is not None)


def disk_for(machine: Machine, assumptions: Assumptions) -> tuple[float, str]:
    """Disk to plan with for a machine, and a sentence on how: the chosen truth and its headroom. In use never grows
    beyond what is provisioned; file systems that are fuller than their headroom allows do."""
    found = truth_of(machine, assumptions.storage.truth)
    if found is None:
        return 0.0, "nothing is known of its disks"
    held, truth = found
    most = machine.provisioned if machine.provisioned is not None else machine.disk
    if truth == "provisioned":
        return held, "disks as they are provisioned"
    room = assumptions.sizing.disk_headroom if truth == "guest-used" else assumptions.storage.headroom
    wanted = held * (1 + room)
    if truth == "in-use" and most:
        wanted = max(held, min(wanted, most))
    what = "used in the guest" if truth == "guest-used" else "in use"
    return wanted, f"disks by what is {what}, and {room * 100:.0f} % more"
