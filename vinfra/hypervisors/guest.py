"""The guest as a technique sees it: word size and page size decide how its page tables look."""

from __future__ import annotations

from dataclasses import dataclass

from vinfra.errors import Refused
from vinfra.units import show

LEVELS = {64: 4, 32: 3}  # of a page table with 4 KiB pages: long mode, and PAE
LARGER_PAGES = {4096.0: 0, 2.0**21: 1, 2.0**30: 2}  # levels that a larger page leaves out


@dataclass(frozen=True, slots=True)
class Guest:
    """A guest operating system; `pages` in bytes. Refused when no processor has such a guest."""

    bits: int = 64
    pages: float = 4096.0

    def __post_init__(self) -> None:
        if self.bits not in LEVELS:
            raise Refused(f"a guest of {self.bits} bits: there are guests of 32 and 64")
        if self.pages not in LARGER_PAGES or self.levels < 2:
            raise Refused(f"a {self.bits}-bit guest has no pages of {show(self.pages, 'size')}: write 4 KiB or 2 MiB")

    @property
    def levels(self) -> int:
        """Levels of its page table."""
        return LEVELS[self.bits] - LARGER_PAGES[self.pages]

    @property
    def levels_left_out(self) -> int:
        """Levels its large pages save in any page table that maps them."""
        return LARGER_PAGES[self.pages]
