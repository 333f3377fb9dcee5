"""The hosts of a target: machines placed, hosts kept for failures, racks.

Hosts are alike, so one that is kept can take all that one which fails was promised: with `spare` hosts of each cluster
down every machine still fits, on whichever hosts they are. Hosts that carry machines are dealt to as few clusters as
there must be, each with spare ones of its own. Machines that the product or no host takes are named with the reason.
Units: hertz, bytes, vCPUs. Source: demand.py (what is asked and given), packing/ (how it is placed).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from vinfra.errors import Refused
from vinfra.planning.assumptions import Assumptions
from vinfra.planning.hosting.demand import Asked, HostKind, asked, host_kind
from vinfra.planning.hosting.packing.loads import RESOURCES, Floats, Ints, Loads, too_large
from vinfra.planning.hosting.packing.pack import pack
from vinfra.planning.hosting.racks import racked
from vinfra.planning.inventory import Inventory, Machine
from vinfra.planning.plan import Fleet, Packing, Suggestion
from vinfra.planning.recordings.hours import hours_of
from vinfra.planning.sizing.seen import columns, recorded_hertz
from vinfra.planning.target import Target
from vinfra.planning.utilisation import Utilisation
from vinfra.units import show


def fleet(
    suggestions: Sequence[Suggestion],
    inventory: Inventory,
    utilisation: Utilisation | None,
    target: Target,
    assumptions: Assumptions,
) -> Fleet:
    """Hosts of one target for all machines that run; Refused where there can be no such host (demand.host_kind).

    Its `machines` are those that are placed, in the order of the inventory.
    """
    kind = host_kind(target, assumptions)
    running = list(inventory.running())
    suggested = {one.machine: one for one in suggestions}
    wanted = asked(running, suggested, inventory, kind, assumptions)
    unplaced = _unplaced(wanted, kind)
    stays = np.array([name not in unplaced for name in wanted.names], dtype=bool)
    loads = Loads(wanted.cpu[stays], wanted.memory[stays], wanted.vcpus[stays])
    placed = [machine for machine, kept in zip(running, stays.tolist(), strict=True) if kept]
    heuristic, chosen = _packed(loads, _order(loads, placed, suggested), kind, assumptions.optimise)
    clusters = _clusters(chosen.hosts, assumptions.hosts.cluster, assumptions.hosts.spare)
    spare = clusters * assumptions.hosts.spare
    fills = _fills(loads, kind, chosen)
    hertz = recorded_hertz(placed, inventory, utilisation, assumptions) * wanted.factor[stays]
    return Fleet(
        machines=[machine.name for machine in placed],
        heuristic=heuristic,
        chosen=chosen,
        spare=spare,
        clusters=clusters,
        racks=racked(chosen.hosts + spare, float(kind.curve.points.max()), assumptions.racks),
        cpu_fill=fills.cpu,
        memory_fill=fills.memory,
        vcpus_per_core=fills.vcpus,
        needed_by=fills.scarce if chosen.hosts else "nothing",
        unplaced=unplaced,
        sockets=kind.sockets,
        cores_per_socket=kind.processor.cores,
        memory=kind.memory,
        notes=[*kind.notes, *wanted.notes, *_together(utilisation, placed, hertz, kind, chosen, assumptions)],
    )


def _clusters(carrying: int, most: int, spare: int) -> int:
    """Clusters of at most so many hosts, each with its spare ones; Refused where none would be left for machines."""
    if spare >= most:
        raise Refused(f"a cluster of {most} hosts with {spare} to spare carries nothing: hosts.cluster must be larger")
    return -(-carrying // (most - spare))


def _packed(loads: Loads, order: Ints, kind: HostKind, effort: float) -> tuple[Packing, Packing]:
    """By heuristics and by the optimiser, which take machines in this order."""
    ordered = Loads(loads.cpu[order], loads.memory[order], loads.vcpus[order])
    found = []
    for packing in pack(ordered, kind.capacity, effort):
        at = np.empty_like(packing.at)
        at[order] = packing.at
        found.append(replace(packing, at=at))
    return found[0], found[1]


def _order(loads: Loads, placed: Sequence[Machine], suggested: Mapping[str, Suggestion]) -> Ints:
    """Machines by what they ask for, draw and are licensed for, then by name: neither the order of a record nor other
    names for the same machines change how many hosts there are or what they cost."""
    cpu, memory, vcpus = loads.table().tolist()
    key = [
        (*asks, suggested[machine.name].mean, machine.family, machine.name)
        for *asks, machine in zip(cpu, memory, vcpus, placed, strict=True)
    ]
    return np.array(sorted(range(len(key)), key=key.__getitem__), dtype=np.int64)


def _unplaced(wanted: Asked, kind: HostKind) -> dict[str, str]:
    """Why a machine has no host, by name; continues `<machine> ...`."""
    found: dict[str, str] = {}
    product, most = kind.product, kind.product.max_vm_memory
    large = too_large(Loads(wanted.cpu, wanted.memory, wanted.vcpus), kind.capacity)
    for number in np.flatnonzero(large.any(axis=0)).tolist():
        found[wanted.names[number]] = _why(int(large[:, number].argmax()), number, wanted, kind)
    for number, name in enumerate(wanted.names):
        if product.max_vcpus is not None and wanted.vcpus[number] > product.max_vcpus:
            found[name] = f"has {wanted.vcpus[number]:g} vCPUs, and {product} gives a VM {product.max_vcpus} at most"
        elif wanted.vcpus[number] > kind.cores:  # which no hypervisor starts, and the trial would not either
            found[name] = f"has {wanted.vcpus[number]:g} vCPUs, and a host has {kind.cores} cores"
        elif most is not None and wanted.configured[number] > most:
            found[name] = f"has more memory than the {_size(most)} that {product} gives a VM at most"
    return dict(sorted(found.items()))


def _why(resource: int, number: int, wanted: Asked, kind: HostKind) -> str:
    given = kind.capacity
    if RESOURCES[resource] == "CPU":
        asks, has = show(round(float(wanted.cpu[number]), -7), "frequency"), show(round(given.cpu, -7), "frequency")
        return f"wants {asks} of CPU, and a host may give out {has}"
    if RESOURCES[resource] == "memory":
        return f"takes {_size(float(wanted.memory[number]))} of memory, and a host may give out {_size(given.memory)}"
    return f"has {wanted.vcpus[number]:g} vCPUs, and a host may carry {given.vcpus:g}"


def _size(size: float) -> str:
    gib = size / 2**30
    return f"{gib:,.0f} GiB" if gib >= 1000 else f"{gib:.4g} GiB"


@dataclass(frozen=True, slots=True)
class _Fills:
    """Means over hosts that carry machines, and what there is least of."""

    cpu: float
    memory: float
    vcpus: float
    scarce: str


def _fills(loads: Loads, kind: HostKind, chosen: Packing) -> _Fills:
    """How full hosts are, as parts of all they have; the scarce resource is that of which most may be given out is."""
    sums, hosts = loads.table().sum(axis=1), max(chosen.hosts, 1)
    scarce = RESOURCES[int((sums / kind.capacity.table()).argmax())] if chosen.hosts else "nothing"
    return _Fills(
        float(sums[0] / hosts / kind.hertz),
        float(sums[1] / hosts / kind.memory),
        float(sums[2] / hosts / kind.cores),
        scarce,
    )


def _together(
    utilisation: Utilisation | None,
    placed: Sequence[Machine],
    hertz: Floats,
    kind: HostKind,
    chosen: Packing,
    rules: Assumptions,
) -> list[str]:
    """What the machines of one host wanted together in the recording, beside the sum of percentiles it promises;
    `hertz` is what 100 % of each machine's vCPUs are on the new host."""
    hours = None if utilisation is None else hours_of(utilisation)
    column = columns(placed, utilisation)
    if hours is None or not chosen.hosts or not (column >= 0).any():
        return []
    load = hours.loads(column, hertz, np.zeros(len(placed)), chosen.at, chosen.hosts) / kind.hertz
    part = rules.sizing.cpu_percentile
    often = np.percentile(load, part, axis=0, method="higher")
    worst = int(often.argmax())
    said = [
        f"in the recording the machines of one host together took at most {often[worst] * 100:.0f} % of its CPU in "
        f"{part:g} % of the hours and {load.max() * 100:.0f} % in the busiest; hosts are planned for "
        f"{rules.hosts.cpu_fill * 100:.0f} %"
    ]
    over = int((often > rules.hosts.cpu_fill).sum())
    if over:
        said.append(f"{over} hosts would be above that more often than planned, as their machines are busy together")
    return said
