"""The whole machine: its disk is written again, and it boots.

RTO = wait + bytes / rate + boot
"""

from __future__ import annotations

from vinfra.backup.recovery import Recovery
from vinfra.backup.restorer import Restorer, restorers
from vinfra.compute.streams import Phases
from vinfra.spec import field
from vinfra.units import Seconds


@restorers.register("image")
class Image(Restorer):
    """The whole disk, and the machine boots from it"""

    source = "how any image is restored: read, write, boot"
    needs = "image"

    boot: Seconds = field(
        "2 min", "until the guest serves again", source="a server that checks its disks; no measurement", tag="assumed"
    )

    def bring_back(self, recovery: Recovery) -> Phases:
        """All that is used of the disk."""
        yield from recovery.copy(recovery.machine.used)
        yield from recovery.boot(self.boot)
