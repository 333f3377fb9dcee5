"""A LUN comes back under another number, as after a change of the array's storage groups."""

from __future__ import annotations

from typing import ClassVar

from vinfra.faults.fault import Estate, Fault, faults
from vinfra.spec import field


@faults.register("renumbered")
class Renumbered(Fault):
    """A LUN is presented under another number"""

    named: ClassVar[dict[str, str]] = {"lun": "datastore"}

    lun: str = field(..., "the datastore that lies on it")
    new_id: int | None = field(None, "its new number; the next that is free when unsaid", ge=0, le=16383)

    def happen(self, estate: Estate) -> None:
        """For good: nobody renumbers it back."""
        estate.renumber(self.lun, self.new_id)
