"""Shadow paging with a cache: shadows of page tables outlive an address-space switch, so that they need not be filled.

Every write to a page table that has a shadow is traced: it exits, is emulated, and brings the shadow up to date, so
that a page fault takes two exits. Unit: cycles. Source: Adams and Agesen, ASPLOS 2006; KVM commit 0028425f647b.
"""

from __future__ import annotations

from typing import ClassVar

from vinfra.hypervisors.shadow import ShadowExits
from vinfra.hypervisors.technique import techniques


@techniques.register("shadow-paging")
class ShadowPaging(ShadowExits):
    """Hardware exits with shadow page tables that are kept over address-space switches."""

    source: ClassVar[str] = "Adams and Agesen, ASPLOS 2006; I. Molnar, LKML 2007-01-05; KVM commit 0028425f647b"
