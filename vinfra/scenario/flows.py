"""What each VM's transfer uses: disk-seconds of a LUN by block and direction, links, and cycles of its host."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from vinfra.compute.fleet import Hosts, Vms
from vinfra.compute.transfer import Plan
from vinfra.errors import InputError
from vinfra.scenario.load import Resolved
from vinfra.scenario.storing import group_of
from vinfra.storage.fabric import Fabric, Unreachable
from vinfra.storage.lun import Lun

Costs = NDArray[np.float64]


def capacities(luns: Mapping[str, Lun], fabric: Fabric) -> dict[str, float]:
    """Capacity per second of every LUN (disk-seconds) and link (bytes), by the name of the resource."""
    return {f"lun/{name}": lun.capacity for name, lun in luns.items()} | fabric.capacities()


def plans(
    resolved: Resolved,
    luns: Mapping[str, Lun],
    fabric: Fabric,
    vms: Vms,
    groups: Sequence[str],
    homes: Sequence[str | None],
    hosts: Hosts,
    costs: Mapping[str, Costs],
) -> list[Plan]:
    """One plan for each VM that moves data; `groups` are the VMs' groups, `homes` their datastores, `costs` what an I/O
    costs them on each host.

    InputError where no way leads to the datastore.
    """
    found = []
    moving = {name for name, group in resolved.scenario.vms.items() if group.transfer is not None}
    for index, name in enumerate(groups) if moving else ():
        transfer, home, host = resolved.scenario.vms[name].transfer, homes[index], int(vms.host[index])
        if transfer is None or home is None:
            continue
        way(resolved, fabric, hosts.names[host], home)
        uses = {f"lun/{home}": luns[home].per_byte(transfer.block, transfer.direction, sequential=False)}
        if costs[name][host] > 0:
            uses[f"cpu/{hosts.names[host]}"] = float(costs[name][host]) / transfer.block
        size, block = transfer.size, transfer.block
        found.append(Plan(vms.names[index], hosts.names[host], home, transfer.start, size, block, uses))
    return found


def way(resolved: Resolved, fabric: Fabric, host: str, datastore: str) -> dict[str, float]:
    """What a byte uses between a host and a datastore's LUN; InputError where no way leads there."""
    try:
        return fabric.to_lun(host, datastore)
    except Unreachable as reason:
        group = group_of(resolved, datastore)
        raise InputError.at(resolved.place("datastores", group), str(reason), f"datastores.{group}") from None
