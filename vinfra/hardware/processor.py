"""A processor: its clock, what it offers to a hypervisor, and what events were measured to cost on it.

Units: hertz, cycles. Source: facts/processors. What nobody measured is None, and a technique that needs it refuses.
"""

from __future__ import annotations

from typing import Literal

from vinfra.hardware.events import GuestEvent
from vinfra.spec import Spec, field
from vinfra.units import Cycles, Hertz

Feature = Literal[
    "64-bit",
    "amd-v",
    "flexpriority",
    "long-mode-segment-limits",
    "nested-paging",
    "nested-tlb",
    "page-walk-cache",
    "vmcs-shadowing",
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

    def has(self, feature: str) -> bool:
        """Whether it offers a feature."""
        return feature in self.features
