"""What backups leave behind: restore points in the repository, the catalog of what there is, and why there is none.

What is read and built on is planned by the job's method (method.py), from the chain that lies in the repository and
from what the platform knows of changed blocks. Units: bytes, seconds.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from vinfra.backup.catalog import Catalog
from vinfra.backup.chain import Chain, Point, Step
from vinfra.backup.estate import Machine
from vinfra.backup.job import Job
from vinfra.backup.kind import Reading
from vinfra.backup.method import Plan
from vinfra.backup.place import Place, Shelf
from vinfra.backup.result import Result
from vinfra.backup.site import Site
from vinfra.compute.streams import Failed, Phases

REPOSITORY = "repository"
OFFSITE = "offsite"
SEND = 8.0  # cycles to send a byte: one hertz for each bit per second, Foong et al., ISPASS 2003


@dataclass(slots=True)
class Entry:
    """A restore point in writing: what has been read is kept in `data` bytes and stored in `stored`; `wrong` says that
    it was read of another disk than was meant, which only who restores it will see."""

    machine: Machine
    job: Job
    taken: float
    plan: Plan
    step: Step
    data: float
    stored: float
    number: int = 0
    wrong: bool = False

    @property
    def writer(self) -> str:
        """What holds its space in the repository."""
        return f"{self.machine.name}/{self.job.name}"

    @property
    def whole(self) -> bool:
        """Whether the whole disk was read."""
        return self.plan.read == "whole"


@dataclass(frozen=True, slots=True)
class Stored:
    """A restore point that can be asked for, and the place it lies in; `wrong` where it is of another disk."""

    machine: Machine
    point: Point
    place: Place
    wrong: bool = False

    @property
    def taken(self) -> float:
        """The moment it holds."""
        return self.point.taken


class Store:
    """The repository, the catalog, and a second site where there is one."""

    def __init__(self, site: Site, shelf: Shelf, catalog: bool, offsite: Shelf | None = None) -> None:
        self.site = site
        self.place = Place(site, shelf)
        self.offsite = None if offsite is None else Place(site, offsite)
        self.catalog = Catalog() if catalog else None
        self.jobs: dict[str, dict[str, Job]] = {}
        self.lost_maps: dict[str, float] = {}
        self.wrong: set[tuple[str, str, str, int]] = set()
        self.stored: Callable[[Entry], None] = lambda entry: None

    @property
    def host(self) -> str:
        """The server the repository hangs on."""
        return self.place.host

    def cycles_per_byte(self) -> float:
        """Cycles of a proxy for each byte it keeps: reduction, and sending what is left."""
        return self.place.shelf.reduction.cycles_per_byte + SEND / self.place.smaller

    def prepare(self, machine: Machine, job: Job, taken: float) -> tuple[Entry, Reading]:
        """What is to be read now; Failed where the repository has no room for it."""
        chain = self.place.chain(machine, job)
        self.jobs.setdefault(machine.name, {})[job.name] = job
        newest = chain.newest
        since = -math.inf if newest is None else newest.taken
        tracked = job.kind.knows_changes or self._tracked(machine, since)
        plan = job.method.plan(chain, taken, self.site.calendar, tracked)
        if plan.kept == "whole":
            reading = job.kind.whole(machine)
        else:
            reading = job.kind.changed(machine, machine.changed(taken - since), plan.read == "changed")
        stored = reading.data / self.place.smaller
        step = plan.step(chain, taken, stored, machine.used / self.place.smaller)
        entry = Entry(machine, job, taken, plan, step, reading.data, stored)
        full = self.place.space.reserve(entry.writer, step.space)
        if full is not None:
            raise Failed(full)
        return entry, reading

    def _tracked(self, machine: Machine, since: float) -> bool:
        """Whether the platform still knows what changed since then."""
        if machine.tracking == "none":
            return False
        return machine.tracking == "kept" or self.lost_maps.get(machine.name, -math.inf) < since

    def finish(self, entry: Entry, name: str) -> Phases:
        """The data has come: work on the chain, and then the point is there; what need not be kept goes."""
        place, step = self.place, entry.step
        chain = place.chain(entry.machine, entry.job)
        yield from place.rework(f"chain/{name}", step)
        if chain.points is not step.before:  # a file went bad meanwhile; the next run will see it and begin anew
            step = entry.plan.step(chain, entry.taken, entry.stored, entry.machine.used / place.smaller)
        chain.apply(step)
        entry.number = step.point.number
        self.remember(entry, place.name, entry.number)
        place.space.commit(entry.writer, step.growth)
        if self.catalog is not None:
            self.catalog.record(
                entry.machine.name, entry.job.name, entry.number, entry.taken, entry.job.kind.restores, place.name
            )
        self.stored(entry)
        yield from self._tidy(entry, chain, name)

    def _tidy(self, entry: Entry, chain: Chain, name: str) -> Phases:
        """Points that no rule wants go, as far as nothing else needs them."""
        retention = self.place.shelf.retention
        if retention is None:
            return
        unwanted = retention.unwanted(chain.points, self.site.clock.now, self.site.calendar)
        step = entry.job.method.tidy(chain, {point.number for point in unwanted})
        yield from self.place.tidy(entry.writer, chain, step, f"retention/{name}")
        if self.catalog is not None and chain.points is step.after:
            for point in step.removed:
                self.catalog.forget(entry.machine.name, entry.job.name, point.number, self.place.name)

    def begin_with(self, machine: Machine, job: Job) -> None:
        """A full of a machine is there when the run begins, and a copy of it at the second site (disks that were sent
        by post); ValueError where it does not fit."""
        self.jobs.setdefault(machine.name, {})[job.name] = job
        for place in (self.place, self.offsite):
            if place is not None:
                self._lay_down(machine, job, place)

    def _lay_down(self, machine: Machine, job: Job, place: Place) -> None:
        size, whole = job.kind.whole(machine).data / place.smaller, machine.used / place.smaller
        chain = place.chain(machine, job)
        step = chain.full(self.site.clock.now, size, whole)
        full = place.space.reserve(machine.name, step.space)
        if full is not None:
            raise ValueError(f"{machine.name} cannot have a restore point to begin with: {full}")
        chain.apply(step)
        place.space.commit(machine.name, step.growth)
        if self.catalog is not None:
            point = step.point
            self.catalog.record(machine.name, job.name, point.number, point.taken, job.kind.restores, place.name)

    def abort(self, entry: Entry) -> None:
        """It broke off: what was written of it goes."""
        self.place.space.abort(entry.writer)

    def chains(self, vm: str) -> list[tuple[Job, Chain]]:
        """The chains of a machine in the repository, by job."""
        jobs = self.jobs.get(vm, {})
        return [(jobs[name], self.place.chains[vm, name]) for name in sorted(jobs) if (vm, name) in self.place.chains]

    def newest(self, vm: str) -> float | None:
        """When the newest point of a machine that can be restored was taken; None where there is none."""
        alive = [chain.living() for _, chain in self.chains(vm)]
        return max((points[-1].taken for points in alive if points), default=None)

    def note(self, result: Result) -> None:
        """How an order ended, so that reasons can be told."""
        if self.catalog is not None:
            self.catalog.note(result.machine, result.job, self.site.clock.now, result.condition)

    def find(self, machine: Machine, needs: str, age: float) -> Stored:
        """The newest point that is good for what is wanted and can be read; Failed with the reason why there is none.
        A file that has gone bad is found out when it is opened, and the next older point is taken."""
        if self.catalog is None:
            raise Failed("there is no catalog: nobody knows where a restore point of it would be")
        places = {place.name: place for place in (self.place, self.offsite) if place is not None}
        lost = {name for name, place in places.items() if place.down}
        while True:
            entry = self.catalog.find(machine.name, self.site.clock.now, age, needs, lost)
            if isinstance(entry, str):
                raise Failed(entry)
            chain = places[entry.place].chains[entry.machine, entry.job]
            point = next(point for point in chain.points if point.number == entry.number)
            trouble = chain.trouble(point)
            if trouble is None:
                lies = entry.place, entry.machine, entry.job
                wrong = any((*lies, one.number) in self.wrong for one in chain.needs(point))
                return Stored(machine, point, places[entry.place], wrong)
            self.catalog.spoil(entry.machine, entry.job, entry.number, trouble, entry.place)

    def remember(self, entry: Entry, place: str, number: int) -> None:
        """A point that was read of the wrong disk stays so wherever it is copied."""
        if entry.wrong:
            self.wrong.add((place, entry.machine.name, entry.job.name, number))

    def corrupt(self, vm: str) -> None:
        """The newest point of a machine in the repository cannot be read any more."""
        for _, chain in self.chains(vm):
            if chain.newest is not None:
                chain.spoil(chain.newest.number, "its file cannot be read")
