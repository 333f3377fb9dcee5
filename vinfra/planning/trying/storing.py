"""The storage of a plan under trial: what guests read and write in the busiest interval, on LUNs they are dealt to.

    I/Os per second of a VM = recorded bytes per second / block

Which machine will lie on which LUN nobody has planned yet: VMs are dealt to alike LUNs in turn, so what comes out is
whether the array can do it at all, not whether somebody puts all databases on one LUN. Units: bytes, seconds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vinfra.planning.assumptions import Assumptions
from vinfra.planning.inventory import Datastore
from vinfra.planning.trying.load import Load
from vinfra.planning.trying.roster import Roster
from vinfra.planning.trying.scene import HOST
from vinfra.planning.utilisation import Utilisation

ARRAY, LUN, SPEED = "array1", "lun", "16 Gbit/s"
ON_A_LUN = 25  # machines, where neither the plan nor the inventory says; a rule of the trade, assumed
NO_RECORDING = "no bytes read and written were recorded, so nobody knows what the disks must do"
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Traffic:
    """The interval in which machines read and write most together, and bytes per second of each in it, shape
    (machines,); `share` is how much of the machines the recording knows."""

    load: Load
    rate: Floats
    share: float


def traffic(load: Load, utilisation: Utilisation | None) -> Traffic | None:
    """The busiest interval for the disks of the machines of a load; None where no recording says."""
    if utilisation is None or utilisation.disk is None or not len(utilisation.disk):
        return None
    index = {name: number for number, name in enumerate(utilisation.names)}
    column = np.array([index.get(name, -1) for name in load.names])
    known = column >= 0
    if not known.any():
        return None
    total = np.array([np.nansum(row[column[known]]) for row in utilisation.disk])
    peak = int(total.argmax())
    rate = np.zeros(len(column))
    rate[known] = np.nan_to_num(utilisation.disk[peak][column[known]])
    begins = load.begins
    if utilisation.begins is not None:
        begins = utilisation.begins + timedelta(seconds=peak * utilisation.interval)
    at = int(np.clip(round((begins - load.begins).total_seconds() / load.interval), 0, len(load.percent) - 1))
    return Traffic(replace(load, percent=load.percent[at : at + 1], begins=begins), rate, float(known.mean()))


def added(
    found: Traffic, listed: Roster, datastores: Sequence[Datastore], assumptions: Assumptions
) -> tuple[dict[str, Any], dict[str, dict[str, Any]]]:
    """What the scenario gets beside the rest, and each group of VMs."""
    storage = assumptions.storage
    sections = {
        "topology": {"san": {"kind": "fibre-channel", "speed": SPEED, "joins": [HOST, ARRAY]}},
        "arrays": {ARRAY: {"ports": storage.ports}},
        "datastores": {
            LUN: {
                "count": storage.luns or len(datastores) or -(-len(listed.names) // ON_A_LUN),
                "array": ARRAY,
                "disks": storage.disks,
                "raid": storage.raid,
            }
        },
    }
    groups: dict[str, dict[str, Any]] = {}
    for name, group in listed.groups.items():
        rate = float(found.rate[list(group.members)].mean()) / storage.block
        io = {"rate": f"{rate:.6g} /s", "block": f"{storage.block:.0f} B"}
        groups[name] = {"datastore": LUN, **({"io": io} if rate > 0 else {})}
    return sections, groups
