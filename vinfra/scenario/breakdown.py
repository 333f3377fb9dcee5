"""What faults do to a simulation: the estate they see (faults/fault.py), and their lanes on the timeline."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from vinfra.faults.fault import Fault
from vinfra.storage import identity as identities

if TYPE_CHECKING:
    from vinfra.scenario.protected import Protected


class Breakdown:
    """The estate as faults see it."""

    def __init__(self, protected: Protected) -> None:
        self.protected = protected
        self.simulation = protected.simulation
        self.clock = protected.clock

    def foresee(self) -> None:
        """Have every fault of the scenario happen when its time comes."""
        for name, (fault, at) in sorted(self.simulation.world.resolved.faults.items()):
            self.clock.call_at(at, self.happen, name, fault, source=f"fault/{name}")

    def happen(self, name: str, fault: Fault) -> None:
        """It happens now, and is put right when it has lasted."""
        recorder = self.simulation.recorder
        recorder.enter(f"fault/{name}", fault.name, self.clock.now)
        fault.happen(self)
        if fault.lasts is not None:
            self.clock.call_at(self.clock.now + fault.lasts, self._end, name, fault, source=f"fault/{name}")

    def _end(self, name: str, fault: Fault) -> None:
        self.simulation.recorder.enter(f"fault/{name}", "", self.clock.now)
        fault.end(self)

    def fail(self, name: str) -> None:
        """A host, a link or a repository goes down."""
        if name.startswith("link/"):
            self.simulation.fabric.lose(name.removeprefix("link/"))
        else:
            self.protected.host_down(name)

    def repair(self, name: str) -> None:
        """It is up again."""
        if name.startswith("link/"):
            self.simulation.fabric.restore(name.removeprefix("link/"))
        else:
            self.protected.host_up(name)

    def renumber(self, datastore: str, lun_id: int) -> None:
        """The array presents the LUN under another number."""
        seen = self.protected.site.identities
        seen[datastore] = identities.renumbered(seen[datastore], lun_id)

    def clone(self, datastore: str) -> None:
        """A copy of the LUN is presented beside it, under the next number."""
        site = self.protected.site
        number = 1 + max(one.lun_id for one in [*site.identities.values(), *site.copies.values()])
        site.copies[datastore] = identities.cloned(site.identities[datastore], number)

    def replicate(self, datastore: str) -> None:
        """The LUN is replaced by its replica on another array."""
        seen = self.protected.site.identities
        seen[datastore] = identities.replicated(seen[datastore])

    def change_scsi_mode(self, datastore: str) -> None:
        """The array reports the LUN's identity in another way."""
        seen = self.protected.site.identities
        seen[datastore] = identities.scsi_mode_changed(seen[datastore])

    def power_cycle(self, vms: Sequence[str], off: float) -> None:
        """VMs are switched off, and on again after so many seconds."""
        for name in self.protected.named(vms):
            self.protected.power_off(name)
            self.clock.call_at(self.clock.now + off, self.protected.power_on, name, source=f"vm/{name}")

    def hold_snapshot(self, vms: Sequence[str]) -> None:
        """Snapshots of these VMs cannot be removed."""
        self.protected.snapshots.held |= set(self.protected.named(vms))

    def release_snapshot(self, vms: Sequence[str]) -> None:
        """They can again."""
        self.protected.snapshots.held -= set(self.protected.named(vms))

    def fill(self, name: str, part: float) -> None:
        """Something else takes up part of what is free in a repository or on a datastore."""
        self.protected.fill(name, part)

    def corrupt(self, vms: Sequence[str]) -> None:
        """The newest restore point of these VMs cannot be read any more."""
        for name in self.protected.named(vms):
            self.protected.store.corrupt(name)
