"""Where memory is overcommitted: what hosts and VMs are to the memory model, and what of it is kept for metrics."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from vinfra import facts
from vinfra.compute.fleet import Vms
from vinfra.compute.memory.content import Content
from vinfra.compute.memory.hosts import Memory
from vinfra.compute.memory.machines import Guests, Machines, Plan, per_host
from vinfra.compute.memory.policy import PAGE
from vinfra.compute.memory.stall import Pace
from vinfra.engine.recorder import Recorder
from vinfra.errors import Refused
from vinfra.hypervisors.product import Product, Reclaim
from vinfra.scenario.load import Resolved
from vinfra.scenario.schema import HostGroup, VmGroup
from vinfra.storage.lun import Disk
from vinfra.units import show

if TYPE_CHECKING:
    from vinfra.scenario.population import Estate

SHARES_PER_MIB = 10.0  # ESX's "normal" setting; only ratios matter
SWAP_DISK = "sas-15k"  # assumed: the fast disks of a server of the years in which memory was overcommitted
MIB = 2.0**20
SERIES = (
    "memory_shared",
    "memory_saved",
    "memory_ballooned",
    "memory_compressed",
    "memory_swapped",
    "memory_overhead",
    "memory_free",
    "memory_crowded",
    "memory_state",
    "memory_waiting",
    "memory_faults",
)


def plan(resolved: Resolved, estate: Estate, vms: Vms, groups: Sequence[str]) -> Plan | None:
    """The plan for these hosts and VMs, whose `groups` are given; None where no host says `overcommit`, or no VM found
    a host. Refused where reservations do not fit."""
    if not groups or all(group.overcommit is None for group in resolved.scenario.hosts.values()):
        return None
    settings = [resolved.scenario.hosts[estate.kinds[kind].group] for kind in estate.kind.tolist()]
    disks = [facts.load("disks", group.swap_disk or SWAP_DISK, Disk) for group in settings]
    machines = Machines(
        names=estate.hosts.names,
        memory=estate.hosts.memory,
        cycles=estate.hosts.capacity,
        means=[_means(group) for group in settings],
        disk_ios=np.array([disk.iops for disk in disks]),
        disks=np.array([float(group.swap_disks) for group in settings]),
    )
    names = sorted({group.content for group in resolved.scenario.vms.values() if group.content is not None})
    contents = [facts.load("contents", name, Content) for name in names]
    found = Plan(machines, _guests(resolved, vms, groups, names), contents, resolved.scenario.memory)
    _must_be_guaranteed(found, vms.host)
    return found


def used(resolved: Resolved) -> frozenset[tuple[str, str]]:
    """Facts beside the scenario's own that the plan is made of: kind and name."""
    unsaid = [group for group in resolved.scenario.hosts.values() if group.overcommit and not group.swap_disk]
    return frozenset({("disks", SWAP_DISK)} if unsaid else ())


def _means(group: HostGroup) -> frozenset[Reclaim]:
    if group.reclaim is not None:
        return frozenset(group.reclaim)
    product: Product = facts.load("products", group.hypervisor, Product)
    return frozenset(product.memory_reclaim)


def _guests(resolved: Resolved, vms: Vms, groups: Sequence[str], contents: Sequence[str]) -> Guests:
    """One row for each VM, from the rows of the groups."""
    known = sorted(resolved.scenario.vms)
    rows = np.array([_row(resolved.scenario.vms[name], contents) for name in known])
    index = {name: number for number, name in enumerate(known)}
    configured, touched, active, shares, reservation, limit, vcpus, content, driver, large = rows[
        [index[name] for name in groups]
    ].T.copy()
    return Guests(
        names=vms.names,
        configured=configured,
        touched=touched,
        active=active,
        shares=shares,
        reservation=reservation,
        limit=limit,
        vcpus=vcpus,
        content=content.astype(np.int64),
        driver=driver.astype(bool),
        large=large.astype(bool),
    )


def _row(group: VmGroup, contents: Sequence[str]) -> tuple[float, ...]:
    """What one VM of a group is, in the order of the fields of Guests."""
    touched = group.memory * max(group.touched, group.active)
    backed = group.pages if group.host_pages is None else group.host_pages
    return (
        group.memory,
        touched,
        group.memory * group.active,
        group.memory_shares or SHARES_PER_MIB * group.memory / MIB,
        group.memory_reservation,
        math.inf if group.memory_limit is None else group.memory_limit,
        float(group.vcpus),
        -1.0 if group.content is None else float(contents.index(group.content)),
        float(group.drivers != "emulated"),
        float(backed > PAGE),
    )


def _must_be_guaranteed(made: Plan, host: NDArray[np.int64]) -> None:
    """A VM is not started without the memory that is reserved for it and its overhead."""
    guests, machines = made.guests, made.machines
    kept = np.minimum(guests.reservation, guests.configured) + guests.overhead(made.policy)
    lacking = per_host(host, kept, len(machines.names)) - machines.memory
    worst = int(np.argmax(lacking))
    if lacking[worst] > 0:
        asked = show(float(np.ceil((lacking[worst] + machines.memory[worst]) / MIB)) * MIB, "size")
        there = show(float(machines.memory[worst]), "size")
        raise Refused(f"{machines.names[worst]} would have to guarantee {asked} with overhead, and it has {there}")


def note(
    memory: Memory,
    pace: Pace,
    columns: Mapping[str, NDArray[np.float64]],
    number: int,
    recorder: Recorder,
    time: float,
) -> None:
    """Write down where all memory is in an epoch that begins now, and which hosts have too little."""
    for name, value in memory.totals().items():
        columns[name][number] = value
    vcpus = memory.plan.guests.vcpus
    columns["memory_waiting"][number] = float(pace.waiting @ vcpus) / float(vcpus.sum())
    columns["memory_faults"][number] = float(pace.faults.sum())
    for name, crowded in zip(memory.plan.machines.names, memory.crowded.tolist(), strict=True):
        recorder.enter(f"memory of {name}", "less than VMs want" if crowded else "", time)


def totals(memory: Memory) -> dict[str, float]:
    """Bytes that hosts have and VMs were configured with, and how many hosts there are."""
    machines, guests = memory.plan.machines, memory.plan.guests
    there, configured = float(machines.memory.sum()), float(guests.configured.sum())
    return {"memory_there": there, "memory_configured": configured, "memory_hosts": float(len(machines.names))}
