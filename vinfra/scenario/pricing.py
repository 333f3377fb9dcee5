"""What virtualization costs a group of VMs on a kind of host: product, technique, I/O path and work put together."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from vinfra import facts
from vinfra.engine.names import Labels
from vinfra.errors import Refused
from vinfra.hardware.events import KINDS
from vinfra.hardware.processor import Processor
from vinfra.hypervisors.guest import Guest
from vinfra.hypervisors.measured import REFERENCES, cycles, parts
from vinfra.hypervisors.overhead import overhead
from vinfra.hypervisors.product import Product, choose, path
from vinfra.hypervisors.technique import Technique
from vinfra.scenario.expand import HostKind
from vinfra.scenario.load import Resolved
from vinfra.scenario.schema import HostGroup, VmGroup
from vinfra.units import show
from vinfra.workloads.guest import Workload

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Plugin = tuple[str, str]  # kind and name, as `vinfra list` has them


@dataclass(frozen=True, slots=True)
class Price:
    """What one native cycle takes (`factor`), what is added to one disk I/O (cycles), what each event adds to a native
    cycle, which kernel the guest boots, and which plug-ins say so."""

    factor: float
    io_cycles: float = 0.0
    by_event: Mapping[str, float] = field(default_factory=dict)
    kernel: str = ""
    used: frozenset[Plugin] = frozenset()


Prices = Mapping[str, Sequence[Price | None]]  # of every group on every kind of host; None where it cannot run


def price(resolved: Resolved, group: VmGroup, kind: HostKind) -> Price:
    """The price of a group on a kind of host; Refused with the reason where it cannot run there."""
    settings = resolved.scenario.hosts[kind.group]
    if kind.processor is None:
        return _on_unknown(settings, kind, group)
    product: Product = facts.load("products", settings.hypervisor, Product)
    _fits(product, group)
    guest = Guest(group.bits, group.pages, _host_pages(product, group), group.kernel == "modifiable")
    technique = choose(product, kind.processor, guest, settings.technique)
    paravirtual = product.drivers_io_path is not None if group.drivers is None else group.drivers == "paravirtual"
    way = path(product, paravirtual)
    cost = overhead(technique, kind.processor, event_rates(group, kind.processor), guest, way)
    disk_io = technique.cost("disk-io", kind.processor, guest) + way.cost("disk-io", technique, kind.processor, guest)
    used = _used(group, technique.name, way.name, cost.by_event)
    return Price(cost.factor, max(0.0, disk_io), cost.by_event, _kernel(group, _interface(product, technique)), used)


def _host_pages(product: Product, group: VmGroup) -> float:
    """Bytes of the pages a group's memory is mapped with: as the scenario says, else the larger of the guest's and
    those the product takes by itself."""
    return max(group.pages, product.host_pages) if group.host_pages is None else group.host_pages


def _fits(product: Product, group: VmGroup) -> None:
    """Refused where a VM is larger than any the product runs."""
    if product.max_vcpus is not None and group.vcpus > product.max_vcpus:
        raise Refused(f"{product} gives a VM {product.max_vcpus} vCPUs at most, and this one wants {group.vcpus}")
    if product.max_vm_memory is not None and group.memory > product.max_vm_memory:
        most, wanted = show(product.max_vm_memory, "size"), show(group.memory, "size")
        raise Refused(f"{product} gives a VM {most} of memory at most, and this one wants {wanted}")


def _used(group: VmGroup, technique: str, way: str, by_event: Mapping[str, float]) -> frozenset[Plugin]:
    """Every plug-in and every fact beside the scenario's own that a price was made of."""
    used = {("techniques", technique), ("io-paths", way)}
    if technique != "native":
        used |= {("processors", reference) for reference in REFERENCES}
        used |= {("composites", event) for event in by_event if parts(event)}
    if group.workload is not None and facts.load("workloads", group.workload, Workload).counted_on is not None:
        used.add(("microarchitectures", "work-per-cycle"))
    return frozenset(used)


def totals(prices: Prices, groups: Labels[str], kind: Ints, weight: Floats) -> dict[str, float]:
    """What events of each kind add to the native cycles of all VMs, in percent (`cycles/KIND`), and how many kernel
    binaries the VMs boot (`kernels`); nothing where nothing is said of what any guest does.

    `groups` are the VMs' groups, `kind` the kinds of their hosts and `weight` their part of all native cycles, each
    of shape (VMs,).
    """
    kinds = int(kind.max(initial=0)) + 1
    number = groups.code * np.int64(kinds) + kind
    many = np.bincount(number, minlength=len(groups.values) * kinds)
    pairs = sorted((groups.values[pair // kinds], pair % kinds, pair) for pair in np.flatnonzero(many).tolist())
    found = {f"cycles/{name}": 0.0 for name in KINDS}
    if not any((one := prices[group][host]) is not None and one.by_event for group, host, _ in pairs):
        return {}
    weights = np.bincount(number, weights=weight) / weight.sum()
    booted = set()
    for group, host, pair in pairs:
        if (one := prices[group][host]) is None:
            continue
        booted.add(one.kernel)
        share = 100.0 * float(weights[pair])
        for name, events in KINDS.items():
            found[f"cycles/{name}"] += share * math.fsum(one.by_event.get(event, 0.0) for event in events)
    return found | {"kernels": float(len(booted))}


def event_rates(group: VmGroup, processor: Processor) -> Mapping[str, float]:
    """Guest events per second of native CPU time on a processor; none where nothing is said of the work."""
    if group.workload is None:
        return {}
    work: Workload = facts.load("workloads", group.workload, Workload)
    return work.rates(processor, None if work.loop is None else cycles(work.loop, "native", processor))


def _interface(product: Product, technique: Technique) -> str:
    """What a guest's kernel is made for: a version of the product's interface, or one that bare hardware has too."""
    kernel = product.kernel(technique.name)
    return kernel.interface if kernel.modified and not kernel.one_binary_with_native else technique.interface


def _kernel(group: VmGroup, interface: str) -> str:
    """Which kernel binary a guest boots: one that is as it is on bare hardware, or one made for an interface."""
    return f"{group.bits}-bit {group.kernel} {interface or 'plain'}"


def _on_unknown(settings: HostGroup, kind: HostKind, group: VmGroup) -> Price:
    """A host that names no processor can be bare hardware and nothing else."""
    if settings.hypervisor == "none" and settings.technique in (None, "native"):
        return Price(1.0, kernel=_kernel(group, ""))
    raise Refused(f"{kind.group} names no processor, so what virtualization costs on it is not known")
