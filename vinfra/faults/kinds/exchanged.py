"""Two LUNs change their numbers with each other, as when an array is presented to its hosts anew in another order.

Whoever knows LUNs by their number goes on without a complaint, and reads the other disk.
"""

from __future__ import annotations

from typing import ClassVar

from vinfra.faults.fault import Estate, Fault, faults
from vinfra.spec import field


@faults.register("exchanged")
class Exchanged(Fault):
    """Two LUNs change their numbers with each other"""

    named: ClassVar[dict[str, str]] = {"lun": "datastore", "other": "datastore"}

    lun: str = field(..., "the datastore that lies on one of them")
    other: str | None = field(None, "the datastore on the other; the one before it by name when unsaid")

    def happen(self, estate: Estate) -> None:
        """For good."""
        estate.exchange(self.lun, self.other)
