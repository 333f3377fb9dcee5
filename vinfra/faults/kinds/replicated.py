"""A replica on another array takes a LUN's place, as after a failover of the storage."""

from __future__ import annotations

from typing import ClassVar

from vinfra.faults.fault import Estate, Fault, faults
from vinfra.spec import field


@faults.register("replicated")
class Replicated(Fault):
    """A replica of a LUN takes its place"""

    named: ClassVar[dict[str, str]] = {"lun": "datastore"}

    lun: str = field(..., "the datastore that lies on it")

    def happen(self, estate: Estate) -> None:
        """For good."""
        estate.replicate(self.lun)
