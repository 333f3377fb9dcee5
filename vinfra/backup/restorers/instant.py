"""Instant run: the machine boots from the repository at once, and its disk goes home while it runs.

RTO = wait + publish + boot;  the bytes follow
"""

from __future__ import annotations

from vinfra.backup.recovery import Recovery
from vinfra.backup.restorer import Restorer, restorers
from vinfra.compute.streams import Phases
from vinfra.spec import field
from vinfra.units import Seconds


@restorers.register("instant")
class Instant(Restorer):
    """The machine runs from the repository, and its disk is copied behind it"""

    source = "how instant recovery works: the repository is presented to the host as a datastore"
    needs = "image"

    publish: Seconds = field(
        "1 min", "to present the restore point to the host", source="no measurement", tag="assumed"
    )
    boot: Seconds = field(
        "4 min", "until the guest serves again", source="twice a boot from its own LUN; no measurement", tag="assumed"
    )

    def bring_back(self, recovery: Recovery) -> Phases:
        """It is there before its bytes are."""
        yield recovery.site.clock.timeout(self.publish)
        yield from recovery.boot(self.boot)
        recovery.here()
        yield from recovery.copy(recovery.machine.used)
