"""What faults do to a simulation: the estate they see (faults/fault.py), and their lanes on the timeline."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from vinfra.faults.fault import Fault
from vinfra.scenario import storing
from vinfra.storage import identity as identities
from vinfra.storage.identity import Identity
from vinfra.storage.volumes import Unresolved, mounted

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

    def isolate(self, name: str) -> None:
        """Only hosts under management are isolated; a file that asks for more is refused."""
        raise TypeError(f"{name} is not under management and cannot be isolated")

    def rejoin(self, name: str) -> None:
        """Only hosts under management are."""
        raise TypeError(f"{name} is not under management and was not isolated")

    def fail_site(self, lasts: float | None) -> None:
        """All of it goes down for so many seconds, or for good, and its links to other sites with it."""
        if self.simulation.site is not None:
            self.simulation.site.fail(math.inf if lasts is None else self.clock.now + lasts)
        for host in self.simulation.cluster.hosts.names:
            self.protected.host_down(host)

    def repair_site(self) -> None:
        """It is up again."""
        for host in self.simulation.cluster.hosts.names:
            self.protected.host_up(host)
        if self.simulation.site is not None:
            self.simulation.site.repair()

    def renumber(self, datastore: str, lun_id: int | None) -> None:
        """The array presents the LUN under another number."""
        number = self._free() if lun_id is None else lun_id
        self._becomes(datastore, identities.renumbered(self._seen(datastore), number))

    def exchange(self, datastore: str, other: str | None) -> None:
        """Two LUNs change their numbers; nothing where there is but one."""
        names = sorted(self.protected.site.identities)
        other = names[names.index(datastore) - 1] if other is None else other
        one, two = self._seen(datastore), self._seen(other)
        self._becomes(datastore, identities.renumbered(one, two.lun_id))
        self._becomes(other, identities.renumbered(two, one.lun_id))

    def clone(self, datastore: str) -> None:
        """A copy of the LUN is presented beside it, under the next number; hosts that ignore it still see the LUN."""
        site, copy = self.protected.site, identities.cloned(self._seen(datastore), self._free())
        site.copies[datastore] = mounted(site.known[datastore], copy, self._unresolved(datastore)) or copy

    def replicate(self, datastore: str) -> None:
        """The LUN is replaced by its replica on another array."""
        self._becomes(datastore, identities.replicated(self._seen(datastore)))

    def change_scsi_mode(self, datastore: str) -> None:
        """The array reports the LUN's identity in another way."""
        self._becomes(datastore, identities.scsi_mode_changed(self._seen(datastore)))

    def _seen(self, datastore: str) -> Identity:
        return self.protected.site.identities[datastore]

    def _free(self) -> int:
        """A LUN number that nobody has."""
        site = self.protected.site
        return 1 + max(one.lun_id for one in [*site.identities.values(), *site.copies.values()])

    def _unresolved(self, datastore: str) -> Unresolved:
        return storing.datastores(self.simulation.world.resolved)[datastore].unresolved

    def _becomes(self, datastore: str, now: Identity) -> None:
        """Hosts look at a LUN that is another now."""
        site = self.protected.site
        found = mounted(site.known[datastore], now, self._unresolved(datastore))
        site.identities[datastore] = found or now
        if found is None:
            self.protected.unmount(datastore)

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
