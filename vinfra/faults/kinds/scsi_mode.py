"""An array is set to another SCSI mode and reports other serial numbers for the LUNs it always had."""

from __future__ import annotations

from typing import ClassVar

from vinfra.faults.fault import Estate, Fault, faults
from vinfra.spec import field


@faults.register("scsi-mode")
class ScsiMode(Fault):
    """The array reports a LUN's identity in another way"""

    named: ClassVar[dict[str, str]] = {"lun": "datastore"}

    lun: str = field(..., "the datastore that lies on it")

    def happen(self, estate: Estate) -> None:
        """For good."""
        estate.change_scsi_mode(self.lun)
