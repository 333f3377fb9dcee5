"""One run of a job: the machines whose turn it is, the window they may begin in, retries, and how it all ended."""

from __future__ import annotations

from dataclasses import dataclass, field

from simpy.events import Event

from vinfra.backup.job import Job
from vinfra.backup.order import Order
from vinfra.backup.result import Result


@dataclass(slots=True)
class Run:
    """The `number`-th run of a job, from 1; `closes` is the end of its window. Times are seconds.

    `live` are orders under way by machine, `pending` counts retries that are still to come.
    """

    job: Job
    number: int
    opened: float
    closes: float
    over: Event
    live: dict[str, Order] = field(default_factory=dict)
    pending: int = 0
    results: list[Result] = field(default_factory=list)
    ended: float | None = None

    @property
    def last(self) -> dict[str, Result]:
        """How it ended for each machine: the result of its last attempt."""
        return {result.machine: result for result in self.results}

    @property
    def lasted(self) -> float | None:
        """Seconds from its start to the end of its last backup; None while it runs."""
        return None if self.ended is None else self.ended - self.opened
