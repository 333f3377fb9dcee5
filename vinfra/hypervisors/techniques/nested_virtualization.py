"""Nested virtualization: a hypervisor in a VM. An exit of the inner guest is handled by the inner hypervisor, which
itself exits for what it does.

    c(exit) = depth * (R + dispatch),   c(register) = depth * R + emulation

A TLB miss walks two tables: the outer hypervisor merges its own and the inner hypervisor's (multi-dimensional paging).
Unit: cycles. Source: P. Bonzini, VMX optimizations, 2019 (exits of a nested guest); Ben-Yehuda et al., OSDI 2010.
"""

from __future__ import annotations

from typing import ClassVar

from vinfra.hardware.processor import Processor
from vinfra.hypervisors.technique import techniques
from vinfra.hypervisors.techniques.nested_paging import NestedPaging
from vinfra.spec import field


@techniques.register("nested-virtualization")
class NestedVirtualization(NestedPaging):
    """A hypervisor with nested paging in a VM of another."""

    source: ClassVar[str] = "P. Bonzini, VMX optimizations, 2019; Ben-Yehuda et al., OSDI 2010"

    depth: float = field(
        7.4,
        "exits of a single level that one exit of the inner guest takes",
        source="cpuid in a nested guest takes 14886 cycles (P. Bonzini, VMX optimizations, 2019), one exit 2000 "
        "(Landau et al., SplitX, WIOV 2011)",
        tag="derived",
        ge=1,
    )

    depth_without_shadowing: float = field(
        22.0,
        "the same where every access of the inner hypervisor to the control structure of its guest exits",
        source="cpuid in a nested guest takes 58600 cycles, in a guest 2600 (Ben-Yehuda et al., Turtles, OSDI 2010, "
        "from "
        "memory)",
        tag="derived",
        ge=1,
    )

    def levels(self, processor: Processor) -> float:
        """Exits of a single level that one exit of the inner guest takes on a processor.

        AMD's control structure is memory like any other: reading it never exits.
        """
        plain = processor.has("vmcs-shadowing") or processor.has("amd-v")
        return self.depth if plain else self.depth_without_shadowing

    def plain_exit(self, processor: Processor) -> float:
        """Cycles of an exit of the inner guest."""
        return self.levels(processor) * super().plain_exit(processor)

    def beyond(self, event: str, processor: Processor) -> float:
        """Cycles of an exit of the inner guest and of what its hypervisor does for it."""
        return super().beyond(event, processor) + (self.levels(processor) - 1) * super().plain_exit(processor)
