"""Which LUN and which links each VM's transfer uses: routes over the topology, disk I/Os by RAID level and block."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from vinfra import facts
from vinfra.compute.fleet import Hosts, Vms
from vinfra.compute.transfer import Plan
from vinfra.errors import InputError
from vinfra.scenario.load import Resolved
from vinfra.scenario.schema import Transfer
from vinfra.scenario.schema_storage import Datastore
from vinfra.storage.lun import Disk, Raid, capacity, disk_ios_per_byte
from vinfra.topology.graph import Topology, build

Costs = NDArray[np.float64]


def topology(resolved: Resolved, members: Mapping[str, Sequence[str]]) -> Topology:
    """The scenario's networks; `members` maps a host group to its hosts."""
    segments = {name: (segment.speed, segment.joins) for name, segment in resolved.scenario.topology.items()}
    return build(segments, members)


def capacities(resolved: Resolved, networks: Topology) -> dict[str, float]:
    """Capacity per second of every LUN (disk I/Os) and link (bytes), by the name of the resource."""
    found = {}
    for name, datastore in resolved.scenario.datastores.items():
        found[f"lun/{name}"] = capacity(facts.load("disks", datastore.disk, Disk), datastore.disks)
    for link in networks.links():
        found[f"link/{link.name}"] = link.speed
    return found


def plans(
    resolved: Resolved, networks: Topology, vms: Vms, groups: Sequence[str], hosts: Hosts, costs: Mapping[str, Costs]
) -> list[Plan]:
    """One plan for each VM that moves data; `groups` are the VMs' groups, `costs` what an I/O costs them on each host.

    InputError where no way leads to the datastore.
    """
    found = []
    moving = {name for name, group in resolved.scenario.vms.items() if group.transfer is not None}
    for index, name in enumerate(groups) if moving else ():
        group = resolved.scenario.vms[name]
        if group.transfer is None or group.datastore is None:
            continue
        datastore = resolved.scenario.datastores[group.datastore]
        transfer, host = group.transfer, int(vms.host[index])
        uses = {f"lun/{group.datastore}": _disk_ios(transfer, datastore)}
        for link in _way(resolved, networks, name, hosts.names[host], datastore):
            uses[f"link/{link}"] = 1.0
        if costs[name][host] > 0:
            uses[f"cpu/{hosts.names[host]}"] = float(costs[name][host]) / transfer.block
        found.append(Plan(vms.names[index], transfer.start, transfer.size, transfer.block, uses))
    return found


def _disk_ios(transfer: Transfer, datastore: Datastore) -> float:
    """Disk I/Os of one byte."""
    return disk_ios_per_byte(facts.load("raid", datastore.raid, Raid), transfer.block, transfer.direction)


def _way(resolved: Resolved, networks: Topology, name: str, host: str, datastore: Datastore) -> list[str]:
    """Names of the links from the host to the array; none where the scenario has no networks (the array is in the
    host)."""
    if not resolved.scenario.topology:
        return []
    try:
        return [link.name for link in networks.route(host, datastore.array)]
    except KeyError as reason:
        raise InputError.at(resolved.place("vms", name, "datastore"), reason.args[0], f"vms.{name}.datastore") from None
