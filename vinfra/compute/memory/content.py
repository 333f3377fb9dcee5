"""What the pages of a guest hold: which of them are zero, which it has twice, which other guests have too.

Parts of the memory a guest has touched, as a finished scan finds them; the rest is unique. Source: facts/contents.
"""

from __future__ import annotations

from vinfra.spec import Spec, field
from vinfra.units import Fraction, Seconds


class Content(Spec):
    """One class of guests by what their pages hold (fact kind `contents`)."""

    title: str = field(..., "what it is")
    system: str | None = field(None, "the operating system whose pages are alike in all guests that run it")
    application: str | None = field(None, "the application whose pages are alike in all guests that run it")
    zero: Fraction = field("0 %", "pages of zeros")
    repeated: Fraction = field("0 %", "pages that the guest itself holds twice")
    system_pages: Fraction = field("0 %", "pages of the operating system")
    application_pages: Fraction = field("0 %", "pages of the application")
    lifetime: Seconds = field(
        "24 h",
        "how long a shared page stays as it is, until somebody writes to it and gets a copy",
        gt=0,
        source="no measurement; what is found shared after hours is mostly code and read-only data",
        tag="assumed",
    )

    @property
    def alike(self) -> float:
        """Part of the memory that can be shared with others or within the guest."""
        return self.zero + self.repeated + self.system_pages + self.application_pages
