"""Where copies of another site's restore points lie: a place at this site, filled over the link.

A copy says what it builds on; its space is held from its first chunk on, and it is a restore point when the last one is
written. The site that sends keeps no books here: what it loses, this place still has. Units: bytes, seconds.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from vinfra.backup.chain import Chain, Step
from vinfra.backup.place import Around, Place, Shelf
from vinfra.compute.streams import Failed, Way
from vinfra.engine.calendar import Calendar
from vinfra.engine.clock import Clock


@dataclass(frozen=True, slots=True)
class Copy:
    """A restore point on its way: whose it is, the job that made it, when it was taken, the bytes that come, and what a
    full of it takes; `full` where it stands alone."""

    vm: str
    job: str
    taken: float
    size: float
    whole: float
    full: bool

    @property
    def writer(self) -> str:
        """What holds its space."""
        return f"{self.vm}/{self.job}"


class Vault:
    """The place and its chains; the sink of copies from one site. `stored` counts the points that came."""

    def __init__(self, clock: Clock, calendar: Calendar, around: Around, shelf: Shelf, sender: str) -> None:
        self.clock = clock
        self.calendar = calendar
        self.place = Place(around, shelf)
        self.sender = sender
        self.stored = 0
        self._steps: dict[str, Step] = {}

    def _writer(self, copy: Copy) -> str:
        return f"{self.sender}/{copy.writer}"

    def chain(self, vm: str, job: str) -> Chain:
        """The points of a machine of the other site that a job there has made."""
        return self.place.chains.setdefault((vm, job), Chain())

    def open(self, sender: str, header: Copy) -> None:
        """Hold space for a copy; Failed where there is none, or where nothing can take it."""
        if self.place.down:
            raise Failed(f"{self.place.host} is down")
        chain = self.chain(header.vm, header.job)
        alone = header.full or chain.newest is None
        step = (chain.full if alone else chain.increment)(header.taken, header.size, header.whole)
        full = self.place.space.reserve(self._writer(header), step.space)
        if full is not None:
            raise Failed(full)
        self._steps[header.writer] = step

    def way(self, sender: str, header: Copy) -> Callable[[], Way]:
        """It is written to the disks of the place."""
        return self.place.write_way

    def close(self, sender: str, header: Copy) -> None:
        """The point is there; what retention no longer wants goes."""
        chain, step = self.chain(header.vm, header.job), self._steps.pop(header.writer)
        if chain.points is not step.before:  # points went meanwhile; it builds on what there is
            alone = step.point.form == "full" or chain.newest is None
            step = (chain.full if alone else chain.increment)(header.taken, header.size, header.whole)
        chain.apply(step)
        self.place.space.commit(self._writer(header), step.growth)
        self.stored += 1
        retention = self.place.shelf.retention
        if retention is None:
            return
        unwanted = retention.unwanted(chain.points, self.clock.now, self.calendar)
        tidying = chain.without({point.number for point in unwanted}, merge=True)
        name = f"vault-retention/{self._writer(header)}"
        if name not in self._steps:
            self.clock.process(self._tidy(name, chain, tidying), source=name)

    def _tidy(self, name: str, chain: Chain, step: Step):  # type: ignore[no-untyped-def]
        self._steps[name] = step
        yield from self.place.tidy(name, chain, step, name)
        del self._steps[name]

    def abort(self, sender: str, header: Copy) -> None:
        """It broke off."""
        if self._steps.pop(header.writer, None) is not None:
            self.place.space.abort(self._writer(header))
