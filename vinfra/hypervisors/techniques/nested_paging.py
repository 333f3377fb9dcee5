"""Nested paging: a processor that walks the guest's and the host's page table in one walk, so that neither page faults
nor page-table updates nor address-space switches need an exit.

A walk of n guest and m host levels reads n*m + n + m entries (24 instead of 4). The entries that lead to the page
itself are cold, for there are as many as pages; all others are hot. Upper levels of either table are in a page-walk
cache where there is one, and a nested TLB knows where the guest's page tables lie:

    c(tlb-miss) = hot reads that no cache answers * hot_read + cold nested reads * cold_read

Exits on the first touch of a host page (violations) pass, and are left out. Unit: cycles.
Source: Bhargava et al., ASPLOS 2008 (n*m + n + m, the caches).
"""

from __future__ import annotations

from typing import ClassVar

from vinfra.hardware.processor import Processor
from vinfra.hypervisors.exits import HardwareExits
from vinfra.hypervisors.guest import Guest
from vinfra.hypervisors.technique import techniques
from vinfra.spec import field
from vinfra.units import Cycles, Fraction

SMALL = 4096.0


def reads(guest_levels: int, host_levels: int) -> int:
    """Page-table entries a walk reads that goes through both tables."""
    return guest_levels * host_levels + guest_levels + host_levels


@techniques.register("nested-paging")
class NestedPaging(HardwareExits):
    """Hardware exits with nested page tables (EPT, NPT)."""

    source: ClassVar[str] = "Bhargava et al., ASPLOS 2008; Agesen et al., USENIX ATC 2012; Landau et al., WIOV 2011"

    hot_read: Cycles = field(
        "12 cycles",
        "reading a page-table entry that was used just before",
        source="a hit in the second-level cache of K10 (AMD, Software Optimization Guide for Family 10h), from memory",
        tag="specified",
    )
    cold_read: Cycles = field(
        "60 cycles",
        "reading the entry of the page itself",
        source="entries of 1 GiB fill 2 MiB: nine in ten from the third-level cache (45 cycles), one from memory (200)",
        tag="assumed",
    )
    nested_tlb: Fraction = field(
        "75 %",
        "share of the guest's page tables whose place a nested TLB knows",
        source="it covers all but the lowest level of the guest's table in large working sets: three of four",
        tag="assumed",
    )
    large_pages_cached: Fraction = field(
        "75 %",
        "share of the entries of large host pages that caches hold",
        source="entries of 1 GiB in pages of 2 MiB fill 4 KiB; the page-walk cache holds some, the first-level cache "
        "all",
        tag="assumed",
    )

    def refuses(self, processor: Processor, guest: Guest) -> str | None:
        """Processors without nested page tables, or whose exits nobody measured."""
        if not processor.has("nested-paging"):
            return f"{processor} has no nested page tables"
        return super().refuses(processor, guest)

    def cost(self, event: str, processor: Processor, guest: Guest) -> float:
        """Cycles above native; 0 for what needs no exit."""
        if event == "tlb-miss":
            return self._longer_walk(processor, guest)
        return super().cost(event, processor, guest)

    def _longer_walk(self, processor: Processor, guest: Guest) -> float:
        """Cycles of a walk through both tables beyond those of the guest's own table.

        Every processor caches the upper levels of the one table it walks on bare hardware, and reads its lowest.
        """
        cold = self.cold_read
        if guest.host_pages_or_own > SMALL:
            cold = (1 - self.large_pages_cached) * self.hot_read
        tables = guest.levels  # nested walks to the guest's page tables; the last walk, to the page, is the cold one
        if not processor.has("page-walk-cache"):
            return (reads(guest.levels, guest.host_levels) - 2) * self.hot_read + cold
        unknown = 1 - self.nested_tlb if processor.has("nested-tlb") else 1.0
        return tables * unknown * self.hot_read + cold
