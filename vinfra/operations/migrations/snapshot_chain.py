"""A chain of snapshots: copy the base disk while the guest writes into a delta disk; then snapshot again, copy that
delta and merge it into the base at the target, and so on until a delta is small; stop the VM for the last one.

    V[0] = disk        V[k+1] = delta grown in t[k] = B (1 - exp(-w t / B)) in steps of 16 MiB
    t[k] = V[k] copied + V[k] read and written once more at the target, for k > 0

Units: bytes, seconds. Source: Mashtizadeh et al., USENIX ATC 2011, section 3.1 (ESX 3.5).
"""

from __future__ import annotations

import math
from typing import ClassVar

from vinfra.operations.disk import ATC11, DiskMigration, GuestWrites
from vinfra.operations.migration import Journey, Phases, migrations
from vinfra.spec import field
from vinfra.units import Bytes, Seconds


@migrations.register("snapshot-chain")
class SnapshotChain(DiskMigration):
    """The base disk is copied first, then delta after delta, each merged at the target (ESX 3.5)."""

    source: ClassVar[str] = ATC11

    grain: Bytes = field(
        "16 MiB",
        "what a delta disk grows by",
        gt=0,
        source="VMware, Understanding virtual machine snapshots, KB 1015180: 16 MB increments",
        tag="specified",
    )
    stop_at: Bytes = field(
        "16 MiB", "size of a delta at which the VM is stopped", source="one grain, the least there is", tag="assumed"
    )
    rounds: int = field(30, "deltas at most", ge=1, source="as for the memory in pre-copy, Xen 3.0", tag="assumed")
    switch: Seconds = field(
        "200 ms",
        "from the last byte until the VM runs again on the new disk",
        source="a fraction of a second: what a VM that stays on its host is suspended and resumed in",
        tag="assumed",
    )

    def move(self, journey: Journey) -> Phases:
        """The base, then deltas that get smaller, then the last one while the VM stands still."""
        writes, uses = journey.plan.writes, journey.plan.guest_uses
        size, guest = writes.size, GuestWrites(journey, uses)
        while True:
            journey.rounds += 1
            journey.enter("copies the base disk" if journey.rounds == 1 else f"copies delta disk {journey.rounds - 1}")
            began, before = journey.clock.now, size
            yield from self._copy(journey, size)
            size = self._grown(math.fsum(writes.dirty(journey.clock.now - began)))
            if size <= self.stop_at or size >= before or journey.rounds >= self.rounds:
                break
        guest.end()
        journey.stop()
        yield from self._copy(journey, size)
        yield journey.clock.timeout(self.switch)
        journey.go()

    def _copy(self, journey: Journey, size: float) -> Phases:
        """Copy so many bytes; what is no base disk is merged too."""
        base = journey.rounds == 1 and journey.sent == 0.0
        sizes = journey.plan.writes.sizes
        whole = math.fsum(sizes)
        yield from journey.send([size * part / whole for part in sizes], sizes)
        if not base:
            yield from journey.carry(size, journey.plan.merge_uses)

    def _grown(self, written: float) -> float:
        """What the delta disk takes."""
        return math.ceil(written / self.grain) * self.grain
