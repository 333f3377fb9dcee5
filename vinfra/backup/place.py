"""A place where restore points lie: a server with disks, so much space, and a chain for each machine and job.

The rules of chains and of space are pure (chain.py, repository.py); here they happen in simulated time, on disks that
others use too. Units: bytes, seconds.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from vinfra.backup.chain import Chain, Step
from vinfra.backup.estate import Machine
from vinfra.backup.job import Job
from vinfra.backup.reduction import Reduction
from vinfra.backup.repository import Repository
from vinfra.backup.retention import Retention
from vinfra.compute.outages import Outages
from vinfra.compute.streams import Phases, Streams, Way
from vinfra.storage.lun import Lun

BLOCK = 2.0**20  # bytes of one I/O of a repository: the unit in which images come


@dataclass(frozen=True, slots=True)
class Shelf:
    """A place as the scenario describes it: its host, its disks as a LUN, its size, and how long what is kept."""

    name: str
    host: str
    lun: Lun
    size: float
    reduction: Reduction
    retention: Retention | None


class Around(Protocol):
    """What a place needs of the site it is at."""

    @property
    def streams(self) -> Streams:
        """All that moves there."""

    @property
    def outages(self) -> Outages:
        """What is down there."""


class Place:
    """A shelf in use."""

    def __init__(self, site: Around, shelf: Shelf) -> None:
        self.site = site
        self.shelf = shelf
        self.name = shelf.name
        self.host = shelf.host
        self.space = Repository(shelf.size)
        self.chains: dict[tuple[str, str], Chain] = {}
        site.streams.add(self.resource, shelf.lun.capacity)

    @property
    def resource(self) -> str:
        """Its disks, by name."""
        return f"{self.name}/{self.host}"

    @property
    def smaller(self) -> float:
        """Bytes of data for each byte stored."""
        return self.shelf.reduction.ratio

    @property
    def down(self) -> bool:
        """Whether its server is down."""
        return self.host in self.site.outages.down

    def chain(self, machine: Machine, job: Job) -> Chain:
        """The restore points of a machine that a job has made."""
        return self.chains.setdefault((machine.name, job.name), Chain())

    def write_way(self) -> Way:
        """What a byte that is stored uses of its disks."""
        return Way({self.resource: self.shelf.lun.per_byte(BLOCK, "write", True)})

    def read_way(self) -> Way:
        """What a byte that is stored uses of them when it is read: a chain lies here and there."""
        return Way({self.resource: self.shelf.lun.per_byte(BLOCK, "read", False)}, weight=4 * BLOCK)

    def rework(self, name: str, step: Step) -> Phases:
        """What a step of a chain reads and writes by itself, beside what arrives."""
        read, written = step.read, step.written - step.arrives
        if read + written <= 0:
            return
        lun = self.shelf.lun
        seconds = read * lun.per_byte(BLOCK, "read", False) + written * lun.per_byte(BLOCK, "write", False)
        way = Way({self.resource: seconds / (read + written)}, weight=BLOCK)
        yield from self.site.streams.carry(name, read + written, lambda: way)

    def tidy(self, writer: str, chain: Chain, step: Step, name: str) -> Phases:
        """Remove points as a step says; where there is no room to merge in, the old points stay until there is."""
        if (not step.removed and step.growth == 0) or self.space.reserve(writer, step.space) is not None:
            return
        yield from self.rework(name, step)
        if chain.points is not step.before:
            self.space.abort(writer)
            return
        chain.apply(step)
        self.space.commit(writer, step.growth)
