"""I/O mirroring: copy the disk once; what the guest writes behind the copy goes to both disks at once, what it writes
ahead of it to the old one alone. Nothing is left at the end, whatever the guest does.

    bytes = disk + written behind the copy        downtime = switch-over

The copy passes the disk at an even pace, so half of the guest's writes fall behind it. Units: bytes, seconds.
Source: Mashtizadeh et al., USENIX ATC 2011, section 3.3 (ESX 5.0).
"""

from __future__ import annotations

from typing import ClassVar

from vinfra.operations.disk import ATC11, DiskMigration, GuestWrites
from vinfra.operations.migration import Journey, Phases, migrations
from vinfra.spec import field
from vinfra.units import Seconds

BEHIND = 0.5  # of the writes, over the whole copy: its place runs evenly from 0 to 1


@migrations.register("mirroring")
class Mirroring(DiskMigration):
    """The disk is copied once and writes behind the copy are mirrored (ESX 5.0)."""

    source: ClassVar[str] = ATC11

    switch: Seconds = field(
        "200 ms",
        "from the last byte until the VM runs again on the new disk",
        source="a fraction of a second: what a VM that stays on its host is suspended and resumed in",
        tag="assumed",
    )

    def move(self, journey: Journey) -> Phases:
        """One pass."""
        plan = journey.plan
        mirrored = dict(plan.guest_uses)
        for name, amount in plan.mirror_uses.items():
            mirrored[name] = mirrored.get(name, 0.0) + BEHIND * amount
        writes = GuestWrites(journey, mirrored)
        journey.rounds = 1
        journey.enter("copies and mirrors")
        yield from journey.send(plan.writes.sizes, plan.writes.sizes)
        journey.sent += BEHIND * writes.end()
        journey.stop()
        yield journey.clock.timeout(self.switch)
        journey.go()
