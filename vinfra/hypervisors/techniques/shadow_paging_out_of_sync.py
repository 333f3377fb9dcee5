"""Shadow paging out of sync: a page table that is written is left untraced until its next address-space switch or
flush.

A fault on a page that is not present goes to the guest without an exit, and one exit fills the shadow afterwards.
Unit: cycles. Source: KVM commit c7addb902054; the share of writes that still exit is assumed.
"""

from __future__ import annotations

from typing import ClassVar

from vinfra.hypervisors.shadow import ShadowExits
from vinfra.hypervisors.technique import techniques
from vinfra.spec import field
from vinfra.units import Fraction


@techniques.register("shadow-paging-out-of-sync")
class ShadowPagingOutOfSync(ShadowExits):
    """Hardware exits with shadow page tables that may lag behind the guest's until it flushes."""

    source: ClassVar[str] = "KVM commit c7addb902054; KVM and Xen of 2008 for page tables out of sync"

    deliver: Fraction = field(
        "0 %",
        "share of the guest's own faults that exit before the guest sees them",
        source="KVM commit c7addb902054: a fault on a page that is not present no longer exits",
        tag="measured",
    )
    fill: Fraction = field(
        "100 %",
        "share of page faults after which the shadow has to be filled in an exit of its own",
        source="the write went untraced, so that the shadow learns of it when the page is touched",
        tag="assumed",
    )
    traced: Fraction = field(
        "10 %",
        "share of page-table writes that exit",
        source="of about ten entries a process changes in one page table between two switches, the first exits",
        tag="assumed",
    )
