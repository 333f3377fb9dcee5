"""A LUN is cloned by its array and the clone is presented to the same hosts: two LUNs with one signature."""

from __future__ import annotations

from typing import ClassVar

from vinfra.faults.fault import Estate, Fault, faults
from vinfra.spec import field


@faults.register("cloned")
class Cloned(Fault):
    """A copy of a LUN is presented beside it"""

    named: ClassVar[dict[str, str]] = {"lun": "datastore"}

    lun: str = field(..., "the datastore that lies on it")

    def happen(self, estate: Estate) -> None:
        """For good."""
        estate.clone(self.lun)
