"""The guest as a technique sees it: word size and page size decide how its page tables look."""

from __future__ import annotations

from dataclasses import dataclass

from vinfra.errors import Refused
from vinfra.units import show

LEVELS = {64: 4, 32: 3}  # of a page table with 4 KiB pages: long mode, and PAE
LARGER_PAGES = {4096.0: 0, 2.0**21: 1, 2.0**30: 2}  # levels that a larger page leaves out


@dataclass(frozen=True, slots=True)
class Guest:
    """A guest operating system. `pages` are its own and `host_pages` those its hypervisor maps it with (the same when
    None), in bytes; `modifiable` says whether its kernel can be changed. Refused when no processor has such a guest."""

    bits: int = 64
    pages: float = 4096.0
    host_pages: float | None = None
    modifiable: bool = True

    def __post_init__(self) -> None:
        if self.bits not in LEVELS:
            raise Refused(f"a guest of {self.bits} bits: there are guests of 32 and 64")
        if self.pages not in LARGER_PAGES or self.levels < 2:
            raise Refused(f"a {self.bits}-bit guest has no pages of {show(self.pages, 'size')}: write 4 KiB or 2 MiB")
        if self.host_pages is not None and self.host_pages not in LARGER_PAGES:
            raise Refused(f"no hypervisor has pages of {show(self.host_pages, 'size')}: write 4 KiB, 2 MiB or 1 GiB")

    @property
    def levels(self) -> int:
        """Levels of its page table."""
        return LEVELS[self.bits] - LARGER_PAGES[self.pages]

    @property
    def host_pages_or_own(self) -> float:
        """Bytes of a page of the hypervisor's table for it."""
        return self.pages if self.host_pages is None else self.host_pages

    @property
    def host_levels(self) -> int:
        """Levels of the hypervisor's page table for it."""
        return LEVELS[64] - LARGER_PAGES[self.host_pages_or_own]
