"""What machines ask of a host of a target, and what such a host gives.

    hertz there = hertz here * work per cycle here / work per cycle there        (where both generations are known)
    CPU to give = cores * clock * fill / (1 + growth)
    memory to give = (memory * (1 - overhead)) * fill * overcommit / (1 + growth)
    vCPUs to give = vCPUs on one core * cores / (1 + growth)

A machine asks for its percentile of CPU (for its mean or its reservation if one is more), for all its memory and what
the hypervisor takes for it, and for its vCPUs. A host thus promises the sum of its machines' percentiles: their peaks
seldom coincide, so what was recorded together mostly stays below it; placing.py looks, and says where it does not.
What virtualization adds to the cycles of a physical server is left to the trial, which knows technique and work.
Units: hertz, bytes, vCPUs. Source: facts/microarchitectures, facts/generations; memory for each
VM from compute/memory/policy.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from vinfra import facts
from vinfra.compute.memory.policy import Policy
from vinfra.errors import Refused
from vinfra.hardware.power import PowerCurve
from vinfra.hardware.processor import Processor
from vinfra.hardware.server import Server
from vinfra.hypervisors.product import Product
from vinfra.planning.assumptions import Assumptions
from vinfra.planning.hosting.generations import generation, work_of
from vinfra.planning.hosting.packing.loads import Capacity, Floats
from vinfra.planning.inventory import Inventory, Machine
from vinfra.planning.plan import Suggestion
from vinfra.planning.target import Target


@dataclass(frozen=True, slots=True, eq=False)
class HostKind:
    """The hosts of a target: what one is, what it may give out, and what it draws."""

    server: Server
    processor: Processor
    product: Product
    sockets: int
    memory: float
    capacity: Capacity
    curve: PowerCurve
    notes: tuple[str, ...] = ()

    @property
    def cores(self) -> int:
        """Cores of one host."""
        return self.sockets * self.processor.cores

    @property
    def hertz(self) -> float:
        """All cycles of one host."""
        return self.cores * self.processor.frequency


def host_kind(target: Target, assumptions: Assumptions) -> HostKind:
    """A host of the target; Refused where its server's power was never measured, or the product cannot use it."""
    rules = assumptions.hosts
    server = facts.load("servers", rules.server or target.server, Server)
    processor = facts.load("processors", server.processor, Processor)
    product = facts.load("products", target.hypervisor, Product)
    if server.power is None:
        raise Refused(f"what {server.title} draws was never measured: name another server in hosts.server")
    sockets, notes, watts = rules.sockets or server.sockets, [], np.array(server.power, dtype=np.float64)
    if sockets != server.sockets:
        watts = watts * sockets / server.sockets
        notes.append(f"power of {sockets} sockets is that of {server.sockets}, in proportion: nobody measured it")
    memory = rules.memory or target.memory
    if product.max_host_memory is not None and memory > product.max_host_memory:
        raise Refused(f"{product} uses {product.max_host_memory / 2**30:g} GiB of a host at most: set hosts.memory")
    cores = sockets * processor.cores
    if product.max_host_cpus is not None and cores > product.max_host_cpus:
        raise Refused(
            f"{product} uses {product.max_host_cpus} cores of a host at most: set hosts.sockets or hosts.server"
        )
    if rules.overcommit > 1 and not product.memory_reclaim:
        raise Refused(f"{product} takes no memory back from machines: leave hosts.overcommit out")
    more = 1.0 + rules.growth
    capacity = Capacity(
        cores * processor.frequency * rules.cpu_fill / more,
        memory * (1 - target.overhead) * rules.memory_fill * rules.overcommit / more,
        (rules.vcpus_per_core or target.vcpus_per_core) * cores / more,
    )
    return HostKind(server, processor, product, sockets, memory, capacity, PowerCurve(watts.tolist()), tuple(notes))


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """What each machine that runs asks of a host of one kind, each of shape (machines,); `factor` is hertz there
    for one hertz here."""

    names: Sequence[str]
    cpu: Floats
    memory: Floats
    vcpus: Floats
    factor: Floats
    notes: Sequence[str]
    configured: Floats  # memory without what the hypervisor takes for it


def asked(
    running: Sequence[Machine],
    suggested: Mapping[str, Suggestion],
    inventory: Inventory,
    kind: HostKind,
    assumptions: Assumptions,
) -> Asked:
    """Loads of machines on a kind of host; as suggested, or as they are configured where the plan says so."""
    apply, extra = assumptions.sizing.apply, Policy()
    of = [suggested[machine.name] for machine in running]
    factor, notes = factors(running, inventory, kind.processor)
    cpu = np.array([max(one.cpu, one.mean, machine.cpu_reservation) for one, machine in zip(of, running, strict=True)])
    memory = np.array([one.memory if apply else one.memory_now for one in of], dtype=np.float64)
    vcpus = np.array([one.vcpus if apply else one.vcpus_now for one in of], dtype=np.float64)
    whole = memory * (1 + extra.overhead_share) + extra.overhead
    names = [machine.name for machine in running]
    return Asked(names, cpu.astype(np.float64) * factor, whole, vcpus, factor, notes, memory)


def factors(running: Sequence[Machine], inventory: Inventory, there: Processor) -> tuple[Floats, list[str]]:
    """Hertz there for one hertz here, shape (machines,), and a sentence on where that is a guess."""
    names, here = worths(running, inventory)
    worth = work_of(there.microarchitecture)
    known = ~np.isnan(here) if worth is not None else np.zeros(len(here), dtype=bool)
    found = np.where(known, here / (worth or 1.0), 1.0)
    unknown = Counter(
        name or "a processor that the record does not name"
        for name, said in zip(names, known.tolist(), strict=True)
        if not said
    )
    if not unknown:
        return found, []
    what = ", ".join(name for name, _ in sorted(unknown.items(), key=lambda one: (-one[1], one[0]))[:3])
    many = sum(unknown.values())
    return found, [f"{many} machines run on {what}: a cycle there is taken to do the work of one of {there.title}"]


def worths(running: Sequence[Machine], inventory: Inventory) -> tuple[list[str], Floats]:
    """What the record calls the processor of each machine, and the work of one of its cycles relative to K8, NaN where
    that is not known, shape (machines,)."""
    models = {host.name: host.processor for host in inventory.hosts}
    names = [models.get(machine.host or machine.name, "") for machine in running]
    found = (work_of(generation(name) or "") for name in names)
    return names, np.array([np.nan if one is None else one for one in found], dtype=np.float64)
