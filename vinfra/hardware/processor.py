"""A processor: its clock, what it offers to a hypervisor, and what events were measured to cost on it.

Units: hertz, cycles. Source: facts/processors. What nobody measured is None, and a technique that needs it refuses.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Literal

from vinfra.hardware.events import GuestEvent
from vinfra.spec import Spec, field
from vinfra.units import Cycles, Hertz

Feature = Literal[
    "1-gib-pages",  # pages of 1 GiB in either table
    "64-bit",
    "amd-v",
    "apic-virtualization",  # the guest's own interrupt controller: APICv, AVIC
    "flexpriority",  # the task priority register of a 32-bit guest, shadowed
    "long-mode-segment-limits",  # what binary translation protects its monitor with under a 64-bit guest
    "nested-paging",  # EPT, NPT (RVI)
    "nested-tlb",
    "page-walk-cache",
    "pause-loop-exiting",  # a spinning vCPU is noticed: PLE, pause filter
    "posted-interrupts",  # an interrupt of a device goes to a guest without an exit
    "unrestricted-guest",  # a guest in real mode runs without emulation
    "vmcs-shadowing",  # a hypervisor in a VM reads its guest's control structure without an exit
    "vpid-asid",  # TLB entries carry whose they are, so that an exit flushes nothing
    "vt-x",
]


class Processor(Spec):
    """One processor model (fact kind `processors`)."""

    title: str = field(..., "what it is called")
    vendor: str = field(..., "who makes it")
    microarchitecture: str = field(..., "the generation it belongs to")
    frequency: Hertz = field(..., "nominal clock of one core", gt=0)
    cores: int = field(..., "cores of one processor", ge=1)
    features: list[Feature] = field([], "what it offers to a hypervisor")
    exit_round_trip: Cycles | None = field(None, "from the guest to the hypervisor and back, in hardware alone")
    monitor_ratio: float | None = field(None, "cycles of a trap and of hypervisor code, relative to Prescott", gt=0)
    measured: dict[str, dict[GuestEvent, Cycles]] = field(
        {}, "cycles of one event as measured on it: native, under binary translation, under hardware exits"
    )

    def __str__(self) -> str:
        return self.title

    def without(self, features: Collection[str]) -> Processor:
        """The same with these features switched off."""
        return self.model_copy(update={"features": [one for one in self.features if one not in features]})

    def has(self, feature: str) -> bool:
        """Whether it offers a feature."""
        return feature in self.features
