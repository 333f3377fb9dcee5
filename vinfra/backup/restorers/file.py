"""A file: the restore point is opened, and what is wanted is copied out of it.

RTO = wait + open + bytes / rate
"""

from __future__ import annotations

from vinfra.backup.recovery import Recovery
from vinfra.backup.restorer import Restorer, restorers
from vinfra.compute.streams import Phases
from vinfra.spec import field
from vinfra.units import Bytes, Seconds


@restorers.register("file")
class File(Restorer):
    """Some files of a machine"""

    source = "how files are restored: from files as they were copied, or out of a mounted image"
    needs = "file"

    size: Bytes = field("100 MiB", "what is wanted back", gt=0, source="a folder of documents", tag="assumed")
    open: Seconds = field("2 min", "to find and open it", source="no measurement", tag="assumed")

    def bring_back(self, recovery: Recovery) -> Phases:
        """The machine runs all the while."""
        yield recovery.site.clock.timeout(self.open)
        yield from recovery.copy(min(self.size, recovery.machine.used))
