"""A hypervisor product: its techniques and the one it takes for a processor and a guest, its devices, its scheduler,
how large it grows, which kernels its guests boot, what it can do and which of its editions carry that.

Source: facts/products. The first technique in its order of preference is chosen that neither the product nor the
technique refuses.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

from vinfra.errors import Refused
from vinfra.hardware.processor import Feature, Processor
from vinfra.hypervisors.guest import Guest
from vinfra.hypervisors.io_path import IoPath, io_paths
from vinfra.hypervisors.technique import Technique, techniques
from vinfra.spec import Spec, field
from vinfra.units import Bytes

Bits = Literal["32-bit", "64-bit"]
SchedulerName = Literal["esx", "credit", "cfs", "hyper-v", "host"]
Reclaim = Literal["sharing", "balloon", "compression", "swap", "dynamic-memory"]
DiskFormat = Literal["vmdk", "vhd", "vhdx", "qcow2", "raw"]

ProductFeature = Literal[
    "backup-api",  # backup without an agent, through an interface of the product
    "central-management",  # one place to manage all hosts from
    "changed-block-tracking",  # which blocks were written since the last backup
    "cluster-file-system",  # hosts share a LUN: VMFS, CSV, or a pool of volumes
    "consolidated-backup",  # VMware Consolidated Backup: a proxy mounts the disks of VMs
    "cpu-hot-add",
    "distributed-switch",  # one virtual switch over all hosts
    "dpm",  # hosts switched off while there is little to do
    "drs",  # VMs moved to balance the load
    "fault-tolerance",  # a second VM in lockstep
    "ha",  # VMs restarted on another host when theirs fails
    "host-profiles",  # hosts configured alike
    "live-migration",
    "nested-virtualization",
    "network-virtualization",  # networks apart from the physical ones, with a firewall for each VM
    "patch-management",  # hosts and guests patched from one place
    "pause-loop-exiting",  # a spinning vCPU gives up its processor
    "pci-passthrough",
    "quick-migration",  # a VM is saved, and resumed on another host
    "replication",  # to a second site, by the hypervisor
    "snapshots",
    "storage-drs",  # disks moved to balance datastores
    "storage-io-control",  # shares of a datastore over all hosts
    "storage-migration",
    "virtual-san",  # disks of the hosts as one datastore
    "virtual-smp",  # more than one vCPU
]


class Kernel(Spec):
    """What a technique asks of a guest's kernel."""

    modified: bool = field(..., "whether a guest's kernel must be changed")
    one_binary_with_native: bool = field(..., "whether the same binary boots on bare hardware")
    interface: str = field("", "what a changed kernel is made for, with its version; empty for an unchanged one")
    guests: str = field("", "which guests there are with such a kernel")


UNCHANGED = Kernel(modified=False, one_binary_with_native=True)


class EditionSpec(Spec):
    """One edition of a release: what it carries of what the release can do."""

    title: str = field(..., "what it is called")
    features: list[ProductFeature] = field([], "what it carries")


class Product(Spec):
    """One release of a hypervisor (fact kind `products`); bare hardware is one too."""

    title: str = field(..., "what it is called")
    vendor: str | None = field(None, "who makes it")
    released: str | None = field(None, "year and month", pattern=r"^\d{4}-\d{2}$")
    hosted: bool = field(False, "whether it runs on top of an operating system as one of its applications")
    techniques: list[str] = field(..., "techniques it has, in order of preference", min_length=1)
    needs: dict[str, list[Feature]] = field({}, "features it wants for a technique, beyond the technique's own")
    guests_bits: dict[str, dict[Bits, list[Feature]]] = field(
        {}, "word sizes of guests that it runs with a technique, and the features it wants for each; all where unsaid"
    )
    settings: dict[str, dict[str, Any]] = field({}, "parameters of a technique as this release has it")
    kernels: dict[str, Kernel] = field({}, "what a technique asks of a guest's kernel; nothing where unsaid")
    io_path: str | None = field("native", "way of disk requests and packets of a guest without drivers made for it")
    drivers_io_path: str | None = field(None, "the same of a guest with drivers made for it")
    host_pages: Bytes = field("4 KiB", "pages it maps a guest's memory with by itself, where tables are nested")
    scheduler: SchedulerName | None = field(None, "CPU scheduler, or the one that stands for it")
    scheduler_settings: dict[str, Any] = field({}, "parameters of the scheduler as this release has it")
    memory_reclaim: list[Reclaim] = field([], "how it takes memory from guests that have more together than there is")
    dirty_maps: dict[DiskFormat, Literal["kept", "until-power-off"]] = field(
        {},
        "formats of disks whose changed blocks it remembers, the usual one first, and for how long; none when unsaid",
    )
    max_vcpus: int | None = field(None, "vCPUs of one VM at most", ge=1)
    max_vm_memory: Bytes | None = field(None, "memory of one VM at most")
    max_host_cpus: int | None = field(None, "hardware threads of a host that it uses at most", ge=1)
    max_host_memory: Bytes | None = field(None, "memory of a host that it uses at most")
    features: list[ProductFeature] = field([], "what the release can do, in its largest edition")
    editions: dict[str, EditionSpec] = field({}, "editions it is sold in, from the smallest; one has all where unsaid")

    def __str__(self) -> str:
        return self.title

    def has(self, feature: str, edition: str | None = None) -> bool:
        """Whether the release has a feature, or one edition of it; KeyError when there is no such edition."""
        return feature in (self.features if edition is None else self.editions[edition].features)

    def kernel(self, technique: str) -> Kernel:
        """What a technique asks of a guest's kernel in this release."""
        return self.kernels.get(technique, UNCHANGED)

    @property
    def modified_guests(self) -> dict[str, str]:
        """Which guests there are with a changed kernel, by the technique that wants one."""
        return {name: kernel.guests for name, kernel in sorted(self.kernels.items()) if kernel.modified}


def choose(product: Product, processor: Processor, guest: Guest, wanted: str | None = None) -> Technique:
    """The technique `product` runs `guest` with, or the `wanted` one; Refused with every reason when there is none."""
    if wanted is not None and wanted not in product.techniques:
        known = "" if wanted in techniques else f" ({techniques.unknown(wanted)})"
        raise Refused(f"{product} has {', '.join(product.techniques)} and not {wanted}{known}")
    reasons: dict[str, str] = {}
    for name in product.techniques if wanted is None else [wanted]:
        technique = techniques[name].model_validate(product.settings.get(name, {}))
        reason = next(_objections(product, name, processor, guest), None) or technique.refuses(processor, guest)
        if reason is None:
            return technique
        reasons[name] = reason
    raise Refused(f"{product} cannot run this guest: " + "; ".join(reasons.values()))


def path(product: Product, drivers: bool) -> IoPath:
    """The way of a guest's disk requests and packets, with or without drivers made for the product; Refused when it has
    none of the kind."""
    if drivers and product.drivers_io_path is None:
        raise Refused(f"{product} has no drivers for guests")
    name = product.drivers_io_path if drivers else product.io_path
    if name is None:
        raise Refused(f"{product} emulates no devices: a guest needs drivers made for it")
    return io_paths[name]()


def _objections(product: Product, name: str, processor: Processor, guest: Guest) -> Iterator[str]:
    """What the product itself has against a technique for this guest on this processor."""
    if missing := [feature for feature in product.needs.get(name, []) if not processor.has(feature)]:
        yield f"its {name} wants {', '.join(missing)}, and {processor} has none"
    sizes = product.guests_bits.get(name)
    if sizes is None:
        return
    wants = next((wants for bits, wants in sizes.items() if bits == f"{guest.bits}-bit"), None)
    if wants is None:
        yield f"its {name} runs no {guest.bits}-bit guests"
    elif missing := [feature for feature in wants if not processor.has(feature)]:
        yield f"its {name} of a {guest.bits}-bit guest wants {', '.join(missing)}, and {processor} has none"
