"""Something else fills a repository or a datastore: another product's backups, a log that nobody rotates."""

from __future__ import annotations

from typing import ClassVar

from vinfra.faults.fault import Estate, Fault, faults
from vinfra.spec import field
from vinfra.units import Fraction


@faults.register("full")
class Full(Fault):
    """Others take up the space of a repository or a datastore"""

    named: ClassVar[dict[str, str]] = {"what": "space"}

    what: str = field(..., "repository, offsite, or a datastore")
    part: Fraction = field("100 %", "how much of what is free they take", gt=0)

    def happen(self, estate: Estate) -> None:
        """At once."""
        estate.fill(self.what, self.part)

    def end(self, estate: Estate) -> None:
        """They give it back."""
        estate.fill(self.what, 0.0)
