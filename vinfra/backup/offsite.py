"""Copies to a second site: the newest restore point of each machine goes over the link between the two, as soon as
there is one or at set times.

What differs from the newest point there is sent, the first time everything; at the second site it builds on what lies
there, and has a retention of its own. While a copy waits for its turn a newer point takes its place. A link that is
down for too long ends a copy; the next point makes up for it. Units: bytes, seconds.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable
from typing import Any

from simpy.exceptions import Interrupt

from vinfra.backup.broken import broken
from vinfra.backup.place import Place
from vinfra.backup.site import Site
from vinfra.backup.slots import Slots
from vinfra.backup.store import Entry, Store
from vinfra.compute.streams import Failed, Phases, Way

AT_ONCE = 4  # copies under way together; assumed: enough that a thin link never waits for a disk


class Offsite:
    """The second site. `lags` are the ages of points when their copies were there, in the order of arrival."""

    def __init__(self, site: Site, store: Store, there: Place, times: Iterable[float] | None) -> None:
        self.site = site
        self.store = store
        self.there = there
        self.lags: list[float] = []
        self.sent = 0.0
        self.failures: list[tuple[float, str, str]] = []
        self.slots = Slots(site.clock)
        self.slots.limit("copies", AT_ONCE)
        self._waiting: dict[tuple[str, str], Entry] = {}
        self._held = times is not None
        self._due: dict[tuple[str, str], Entry] = {}
        store.stored = self._stored
        if times is not None:
            site.clock.process(self._follow(times), source="offsite")

    @property
    def behind(self) -> int:
        """Copies that are not there yet."""
        return len(self._waiting) + len(self._due)

    def _stored(self, entry: Entry) -> None:
        """There is a new point."""
        if self._held:
            self._due[entry.machine.name, entry.job.name] = entry
        else:
            self._send(entry)

    def _follow(self, times: Iterable[float]) -> Generator[Any, Any, None]:
        for time in times:
            yield self.site.clock.timeout(time - self.site.clock.now)
            due, self._due = self._due, {}
            for key in sorted(due):
                self._send(due[key])

    def _send(self, entry: Entry) -> None:
        key = entry.machine.name, entry.job.name
        waiting, self._waiting[key] = key in self._waiting, entry
        if not waiting:
            self.site.clock.process(self._copy(key), source=f"offsite/{entry.machine.name}")

    def _copy(self, key: tuple[str, str]) -> Generator[Any, Any, None]:
        ticket = self.slots.ask([("copies",)])
        lane = f"offsite/{key[0]}"
        while key in self._waiting:
            if not ticket.granted.processed:
                yield ticket.granted
            entry = self._waiting[key]
            self.site.recorder.enter(lane, "copying", self.site.clock.now)
            try:
                yield from self._move(entry)
            except Failed as failure:
                self.failures.append((self.site.clock.now, key[0], str(failure)))
            except Interrupt as interrupt:
                self.failures.append((self.site.clock.now, key[0], broken(interrupt).condition))
            if self._waiting[key] is entry:
                del self._waiting[key]
        self.site.recorder.enter(lane, "", self.site.clock.now)
        self.slots.leave(ticket)

    def _move(self, entry: Entry) -> Phases:
        machine, job, there = entry.machine, entry.job, self.there
        chain = there.chain(machine, job)
        whole = machine.used / there.smaller
        newest = chain.newest
        if newest is None or chain.trouble(newest) is not None:
            size, step = whole, chain.full(entry.taken, whole, whole)
        else:
            size = min(whole, machine.changed(entry.taken - newest.taken) / there.smaller)
            step = chain.increment(entry.taken, size, whole)
        full = there.space.reserve(entry.writer, step.space)
        if full is not None:
            raise Failed(full)
        try:
            yield from self.site.streams.carry(f"offsite/{entry.writer}", size, self._way)
        except (Failed, Interrupt):
            there.space.abort(entry.writer)
            raise
        self.sent += size
        chain.apply(step)
        there.space.commit(entry.writer, step.growth)
        self.store.remember(entry, there.name, step.point.number)
        self.lags.append(self.site.clock.now - entry.taken)
        if self.store.catalog is not None:
            number = step.point.number
            self.store.catalog.record(machine.name, job.name, number, entry.taken, job.kind.restores, there.name)
        yield from self._tidy(entry)

    def _tidy(self, entry: Entry) -> Phases:
        chain, retention = self.there.chain(entry.machine, entry.job), self.there.shelf.retention
        if retention is None:
            return
        unwanted = retention.unwanted(chain.points, self.site.clock.now, self.site.calendar)
        step = chain.without({point.number for point in unwanted}, merge=True)
        yield from self.there.tidy(entry.writer, chain, step, f"offsite-retention/{entry.writer}")
        if self.store.catalog is not None and chain.points is step.after:
            for point in step.removed:
                self.store.catalog.forget(entry.machine.name, entry.job.name, point.number, self.there.name)

    def _way(self) -> Way:
        here = self.store.place
        return here.read_way().then(self.site.between(here.host, self.there.host)).then(self.there.write_way())
