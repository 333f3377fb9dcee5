"""Shadow paging of the first days: the shadow is thrown away at every address-space switch and filled again.

    c(address-space-switch) = R + refill

Unit: cycles. Source: I. Molnar, LKML 2007-01-05; KVM commit 0028425f647b (three exits of a guest page fault).
"""

from __future__ import annotations

from typing import ClassVar

from vinfra.hypervisors.shadow import ShadowExits
from vinfra.hypervisors.technique import techniques
from vinfra.spec import field
from vinfra.units import Cycles, Fraction


@techniques.register("shadow-paging-uncached")
class ShadowPagingUncached(ShadowExits):
    """Hardware exits with shadow page tables that are built anew at every address-space switch."""

    source: ClassVar[str] = "I. Molnar, LKML 2007-01-05; KVM commit 0028425f647b"

    fill: Fraction = field(
        "100 %",
        "share of page faults after which the shadow has to be filled in an exit of its own",
        source="KVM commit 0028425f647b: three exits of a guest page fault before it",
        tag="measured",
    )
    find: Cycles = field(
        "307450 cycles",
        "exits that fill the shadow again after an address-space switch, in cycles of Prescott",
        source="context switch of 53.01 us less native 1.11 us (I. Molnar, LKML 2007-01-05), times 2.4 GHz, less "
        "Merom's "
        "round trip of 1579 cycles, times Prescott's 1 / Merom's 0.40; the processor is not stated, Merom is assumed",
        tag="fitted",
    )
