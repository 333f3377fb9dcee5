"""A SCSI-2 reservation: the whole LUN belongs to one host while it changes a few sectors.

busy = rate * hold;  wait = rate * hold^2 / 2;  fails = busy ^ tries
"""

from __future__ import annotations

from vinfra.spec import field
from vinfra.storage.lock import Lock, locks
from vinfra.units import Seconds

MOST = 0.95  # of the time; hosts wait for each other before more of it is gone; assumed


@locks.register("scsi-reservation")
class ScsiReservation(Lock):
    """The whole LUN, by a SCSI-2 reservation"""

    source = "VMware, Scalable Storage Performance (2008); KB 1005009: growing a snapshot file takes a reservation"

    hold: Seconds = field(
        "10 ms",
        "how long an operation reserves the LUN: reserve, read, write, release, each a round trip",
        gt=0,
        source="four I/Os of a disk or its cache; no measurement",
        tag="assumed",
    )
    tries: int = field(
        80,
        "how often an I/O is tried that meets a reservation",
        ge=1,
        source="KB 1005009: counts from 64 on were seen, 80 at the start is recalled",
        tag="specified",
    )

    def busy(self, rate: float) -> float:
        """All of the holds."""
        return min(rate * self.hold, MOST)

    def wait(self, rate: float) -> float:
        """Half of a hold for those that come within one."""
        return self.busy(rate) * self.hold / 2

    def fails(self, rate: float) -> float:
        """Those that met a reservation every time."""
        return float(self.busy(rate) ** self.tries)
