"""Limits on how much goes on at once: mounts of a proxy, connections of a host, open snapshots of a datastore, LUNs.

Who asks names pools: of each it takes one place, all of them together or none. A pool is one limit or several of which
any will do (the proxies); the least used one is taken, by name where equal. Who came first goes first wherever it can.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from heapq import heappop, heappush
from itertools import count

from simpy.events import Event

from vinfra.engine.clock import Clock

Pool = tuple[str, ...]


@dataclass(slots=True)
class Ticket:
    """A place in the queue: one of each pool is wanted; `taken` are the limits it holds once `granted` came."""

    number: int
    pools: Sequence[Pool]
    granted: Event
    taken: list[str] = field(default_factory=list)
    given_up: bool = False


class Slots:
    """All limits by name; a limit nobody defined does not limit."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.limits: dict[str, int] = {}
        self.used: dict[str, int] = {}
        self._number = count()
        self._waiting: dict[Pool, list[tuple[int, Ticket]]] = {}
        self._pools_of: dict[str, dict[Pool, None]] = {}

    def limit(self, name: str, places: int) -> None:
        """From now on the limit has so many places; 0 closes it to newcomers."""
        self.limits[name] = places
        self.used.setdefault(name, 0)
        self._let_in(name)

    def ask(self, pools: Iterable[Pool]) -> Ticket:
        """Join the queue; the ticket's event `granted` comes when one place of each pool is taken."""
        wanted = [pool for pool in pools if all(name in self.limits for name in pool)]
        ticket = Ticket(next(self._number), wanted, Event(self.clock))
        self._try(ticket)
        return ticket

    def leave(self, ticket: Ticket) -> None:
        """Give back what a ticket holds, or leave the queue."""
        ticket.given_up = True
        taken, ticket.taken = ticket.taken, []
        for name in taken:
            self.used[name] -= 1
        for name in taken:
            self._let_in(name)

    def free(self, name: str) -> bool:
        """Whether there is a place left."""
        return self.used[name] < self.limits[name]

    def _try(self, ticket: Ticket) -> bool:
        """Take all places, or wait at the first pool that has none."""
        chosen = []
        for pool in ticket.pools:
            free = [name for name in pool if self.free(name)]
            if not free:
                self._wait(ticket, pool)
                return False
            chosen.append(min(free, key=lambda name: (self.used[name] / self.limits[name], name)))
        for name in chosen:
            self.used[name] += 1
        ticket.taken = chosen
        ticket.granted.succeed()
        return True

    def _wait(self, ticket: Ticket, pool: Pool) -> None:
        heappush(self._waiting.setdefault(pool, []), (ticket.number, ticket))
        for name in pool:
            self._pools_of.setdefault(name, {})[pool] = None

    def _let_in(self, name: str) -> None:
        """Who waits for this limit tries again, in the order of arrival, while there are places."""
        for pool in self._pools_of.get(name, {}):
            queue = self._waiting[pool]
            while queue and self.free(name):
                _, ticket = heappop(queue)
                if not ticket.given_up:
                    self._try(ticket)
