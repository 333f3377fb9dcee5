"""Copies to another site: the newest restore point of each machine goes over the link, to a vault there (vault.py).

A copy job looks for new points every so often, or at set times; what differs from the newest point there is sent, the
first time everything. While a copy waits for its turn a newer point takes its place. Units: bytes, seconds.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from typing import Any

from simpy.exceptions import Interrupt

from vinfra.backup.broken import broken
from vinfra.backup.estate import Machine
from vinfra.backup.job import Job
from vinfra.backup.offsite import AT_ONCE
from vinfra.backup.site import Site
from vinfra.backup.slots import Slots
from vinfra.backup.store import Entry, Store
from vinfra.backup.vault import Copy
from vinfra.compute.streams import Failed, Phases
from vinfra.compute.transit import Transit

LOOK = 60.0  # seconds from one look for new points to the next; assumed: copy jobs poll, and minutes do not matter


class Remote:
    """The copies of a site's restore points at another. `lags` are the ages of points when their copies were there, in
    the order of arrival."""

    def __init__(
        self, site: Site, store: Store, transit: Transit, target: str, smaller: float, times: Iterator[float]
    ) -> None:
        self.site = site
        self.store = store
        self.transit = transit
        self.target = target
        self.smaller = smaller
        self.lags: list[float] = []
        self.sent = 0.0
        self.failures: list[tuple[float, str, str]] = []
        self.slots = Slots(site.clock)
        self.slots.limit("copies", AT_ONCE)
        self._due: dict[tuple[str, str], Entry] = {}
        self._waiting: dict[tuple[str, str], Entry] = {}
        self._there: dict[tuple[str, str], float] = {}
        self._next = 0.0
        store.stored = self._stored
        transit.gate.promises["copies"] = lambda: self._next
        site.clock.process(self._follow(times), source="offsite")

    @property
    def behind(self) -> int:
        """Copies that are not there yet."""
        return len(self._waiting) + len(self._due)

    def seed(self, machine: Machine, job: Job) -> None:
        """A copy is there when the run begins: disks were sent by post."""
        self._there[machine.name, job.name] = self.site.clock.now
        whole = machine.used / self.smaller
        copy = Copy(
            machine.name, job.name, self.site.clock.now, job.kind.whole(machine).data / self.smaller, whole, True
        )
        self.site.clock.process(self._post(copy), source=f"offsite/{machine.name}")

    def _post(self, copy: Copy) -> Phases:
        try:
            yield from self.transit.carry(f"post/{copy.writer}", self.target, 0.0, None, "copy", copy)
        except Failed as failure:
            self.failures.append((self.site.clock.now, copy.vm, str(failure)))
            del self._there[copy.vm, copy.job]

    def _stored(self, entry: Entry) -> None:
        self._due[entry.machine.name, entry.job.name] = entry

    def _follow(self, times: Iterator[float]) -> Generator[Any, Any, None]:
        for time in times:
            self._next = time
            yield self.site.clock.timeout(time - self.site.clock.now)
            due, self._due = self._due, {}
            for key in sorted(due):
                known, self._waiting[key] = key in self._waiting, due[key]
                if not known:
                    self.site.clock.process(self._copy(key), source=f"offsite/{key[0]}")
        self._next = float("inf")

    def _copy(self, key: tuple[str, str]) -> Generator[Any, Any, None]:
        ticket = self.slots.ask([("copies",)])
        lane = f"offsite/{key[0]}"
        while key in self._waiting:
            if not ticket.granted.processed:
                yield ticket.granted
            entry = self._waiting[key]
            self.site.recorder.enter(lane, f"copying to {self.target}", self.site.clock.now)
            try:
                yield from self._move(key, entry)
            except Failed as failure:
                self.failures.append((self.site.clock.now, key[0], str(failure)))
            except Interrupt as interrupt:
                self.failures.append((self.site.clock.now, key[0], broken(interrupt).condition))
            if self._waiting[key] is entry:
                del self._waiting[key]
        self.site.recorder.enter(lane, "", self.site.clock.now)
        self.slots.leave(ticket)

    def _move(self, key: tuple[str, str], entry: Entry) -> Phases:
        machine = entry.machine
        whole = machine.used / self.smaller
        since = self._there.get(key)
        size = whole if since is None else min(whole, machine.changed(entry.taken - since) / self.smaller)
        copy = Copy(machine.name, entry.job.name, entry.taken, size, whole, since is None)
        name = f"offsite/{entry.writer}"
        yield from self.transit.carry(name, self.target, size, self.store.place.read_way, "copy", copy)
        self.sent += size
        self._there[key] = entry.taken
        self.lags.append(self.site.clock.now - entry.taken)


def looks(until: float) -> Iterator[float]:
    """The moments at which a copy job that sends at once looks for new points."""
    return (LOOK * number for number in range(1, int(until / LOOK) + 1))
