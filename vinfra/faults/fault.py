"""A fault: something that happens to the estate at a moment, and is put right after a while or never.

A fault knows the estate by what everybody shares of it (hosts, links, LUNs, disks) and nothing of who works on it: what
a job does when its proxy dies is the job's matter. A kind of fault is one file in kinds/.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Protocol

from vinfra.engine.calendar import Calendar
from vinfra.engine.streams import Streams
from vinfra.errors import Place
from vinfra.registry import Registry
from vinfra.spec import Spec, field
from vinfra.units import Seconds


class Hosts(Protocol):
    """The part of an estate that has names and stands or falls."""

    def fail(self, name: str) -> None:
        """A host, a link or a repository goes down."""

    def repair(self, name: str) -> None:
        """It is up again."""

    def isolate(self, name: str) -> None:
        """Nobody reaches a host any more, and its VMs run on."""

    def rejoin(self, name: str) -> None:
        """It can be reached again."""


class Estate(Hosts, Protocol):
    """What faults can happen to."""

    def fail_site(self, lasts: float | None) -> None:
        """All of it goes down for so many seconds, or for good, and its links to other sites with it."""

    def repair_site(self) -> None:
        """It is up again."""

    def renumber(self, datastore: str, lun_id: int | None) -> None:
        """The array presents the LUN under another number, the next that is free where None."""

    def exchange(self, datastore: str, other: str | None) -> None:
        """Two LUNs change their numbers; the one before it by name where None."""

    def clone(self, datastore: str) -> None:
        """A copy of the LUN, with all that is on it, is presented beside it."""

    def replicate(self, datastore: str) -> None:
        """The LUN is replaced by its replica on another array."""

    def change_scsi_mode(self, datastore: str) -> None:
        """The array reports the LUN's identity in another way."""

    def power_cycle(self, vms: Sequence[str], off: float) -> None:
        """VMs are switched off, and on again after so many seconds."""

    def hold_snapshot(self, vms: Sequence[str]) -> None:
        """Snapshots of these VMs cannot be removed."""

    def release_snapshot(self, vms: Sequence[str]) -> None:
        """They can again."""

    def fill(self, name: str, part: float) -> None:
        """Something else takes up `part` (0..1) of what is free in a repository or on a datastore."""

    def corrupt(self, vms: Sequence[str]) -> None:
        """The newest restore point of these VMs cannot be read any more."""


@dataclass(frozen=True, slots=True)
class Strike:
    """A host (by index) fails at a moment, for so many seconds."""

    host: int
    at: float
    lasts: float


class Fault(Spec):
    """One kind of fault."""

    name: ClassVar[str]
    source: ClassVar[str] = "a what-if of the scenario"
    named: ClassVar[dict[str, str]] = {}  # parameter -> what it names: host, vm, datastore, link

    at: str = field(..., "when it happens: day 5 at 12h")
    lasts: Seconds | None = field(None, "how long it lasts; to the end when unsaid", gt=0)

    def happen(self, estate: Estate) -> None:
        """It happens."""
        raise TypeError(f"{type(self).__name__} does not say what happens")

    def end(self, estate: Estate) -> None:
        """It is put right; nothing where it cannot be."""


class HostFault(Fault):
    """A kind that happens to hosts alone, and so to hosts under management too."""

    only_managed: ClassVar[bool] = False  # whether it says nothing of hosts that nobody manages

    def happen(self, estate: Hosts) -> None:
        """It happens."""
        raise TypeError(f"{type(self).__name__} does not say what happens")

    def end(self, estate: Hosts) -> None:
        """It is put right; nothing where it cannot be."""

    def open(self, folder: Path, calendar: Calendar) -> None:
        """Read the file it names, a path from that folder on; InputError for what is wrong with it."""

    def contents(self) -> Mapping[str, str]:
        """Path of each file it reads, as written -> digest of its content."""
        return {}

    def hosts(self) -> Iterable[tuple[str, Place]]:
        """Hosts and host groups its file names, and where."""
        return ()

    def strikes(self, hosts: Sequence[str], streams: Streams, begin: float, end: float) -> Sequence[Strike]:
        """All failures it draws among these hosts from `begin` to the end of the run; none where it draws none."""
        return ()


faults: Registry[Fault] = Registry("fault", "vinfra.faults.kinds", Fault)
