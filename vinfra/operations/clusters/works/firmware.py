"""Firmware: the host is off while its baseboard controller writes new firmware, and trains its memory anew after.

Unit: seconds.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from vinfra.operations.clusters.terms import Terms
from vinfra.operations.clusters.work import OFF, Step, Work, boot, stop, works
from vinfra.spec import field
from vinfra.units import Seconds


@works.register("firmware")
class Firmware(Work):
    """Power off, update the firmware, power on."""

    source: ClassVar[str] = "DMTF Redfish, UpdateService: firmware is staged and applied by the baseboard controller"

    update: Seconds = field(
        "15 min", "time to write the firmware of board and adapters", source="no measurement at hand", tag="assumed"
    )
    post: Seconds = field(
        "4 min",
        "the longer first POST, in which memory is trained anew",
        source="no measurement at hand",
        tag="assumed",
    )

    def steps(self, terms: Terms, asleep: bool) -> Sequence[Step]:
        """One on standby is off already."""
        first = [] if asleep else [stop(terms)]
        after = Step("POST after new firmware", self.post, terms.boot_load)
        return [*first, Step("writes firmware", self.update, OFF), after, boot(terms)]
