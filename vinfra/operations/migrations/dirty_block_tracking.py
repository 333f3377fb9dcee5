"""Dirty block tracking: copy the disk while the VM runs, then again and again the blocks written meanwhile, as pre-copy
does with memory; stop the VM for the rest.

    V[0] = disk        V[k+1] = dirty(t[k])        downtime = V[last] / rate + switch-over

Units: bytes, seconds. Source: Mashtizadeh et al., USENIX ATC 2011, section 3.2 (ESX 4.0).
"""

from __future__ import annotations

from typing import ClassVar

from vinfra.operations.disk import ATC11, DiskMigration, GuestWrites
from vinfra.operations.migration import Journey, Phases, migrations
from vinfra.operations.rounds import Rounds
from vinfra.spec import field
from vinfra.units import Bytes, Seconds


@migrations.register("dirty-block-tracking")
class DirtyBlockTracking(Rounds, DiskMigration):
    """The disk is copied in rounds, each the blocks written during the one before (ESX 4.0)."""

    source: ClassVar[str] = ATC11

    stop_at: Bytes = field(
        "16 MiB", "bytes left at which the VM is stopped", source="as for the memory in pre-copy", tag="assumed"
    )
    progress: Bytes = field(
        "1 MiB",
        "what a round must gain on the one before; where it does not, writing outruns the copy",
        source="as for the memory in pre-copy",
        tag="assumed",
    )
    switch: Seconds = field(
        "200 ms",
        "from the last byte until the VM runs again on the new disk",
        source="a fraction of a second: what a VM that stays on its host is suspended and resumed in",
        tag="assumed",
    )

    def move(self, journey: Journey) -> Phases:
        """Rounds while the guest writes."""
        writes = GuestWrites(journey, journey.plan.guest_uses)
        left = yield from self.copy_rounds(journey)
        writes.end()
        yield from self.stop_and_copy(journey, left)

    def outruns(self, dirty: float, before: float, took: float) -> bool:
        """Whether the round gained less than it must."""
        return dirty > before - self.progress
