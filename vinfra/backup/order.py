"""An order: one machine to be backed up in one run of a job, from the queue to the catalog, as a process.

    wait for a slot -> quiesce and snapshot -> find the LUN -> mount -> read (to the repository, or onto the holding
    tank and from there) -> unmount -> commit -> repository work -> catalog

Every way it can end is a condition of its result, and leaves nothing that the next run does not know of.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from simpy.exceptions import Interrupt

from vinfra.backup.broken import Broken, broken
from vinfra.backup.estate import Machine, Proxy
from vinfra.backup.job import Job
from vinfra.backup.result import DONE, MISSED, Result
from vinfra.backup.slots import Ticket
from vinfra.backup.writing import Writing
from vinfra.compute.streams import Failed, Phases
from vinfra.engine.clock import Owned

if TYPE_CHECKING:
    from vinfra.backup.server import Server


class Order:
    """A machine's turn in a run of a job; `process` ends when its result has a condition."""

    def __init__(self, server: Server, machine: Machine, job: Job, run: int, attempt: int = 1) -> None:
        self.server = server
        self.site = server.site
        self.machine = machine
        self.job = job
        self.result = Result(machine.name, job.name, run, self.site.clock.now, attempt=attempt)
        self.proxy: Proxy | None = None
        # Asked for here and not by the process: of orders begun in one instant the first one comes first.
        self.ticket: Ticket = server.slots.ask(server.pools(machine, job))
        self.at_work = False
        self.process: Owned = self.site.clock.process(self._work(), source=f"backup/{machine.name}")

    def call_off(self, broken: Broken) -> None:
        """End it where it is; nothing when it is over."""
        if self.process.is_alive:
            self.process.interrupt(broken)

    def enter(self, state: str) -> None:
        """What the timeline shows of the machine from now on."""
        self.site.recorder.enter(self.machine.name, state, self.site.clock.now)

    def _work(self) -> Phases:
        """From the queue to the end; whatever happens, there is a condition."""
        result = self.result
        try:
            yield from self._wait()
            yield from self._protect()
            result.condition = result.condition or DONE
        except Failed as failure:
            result.condition = str(failure)
        except Interrupt as interrupt:
            result.condition = broken(interrupt).condition
        result.ended = self.site.clock.now
        self.server.release(self)
        if not result.done:
            missed = result.condition.startswith(MISSED)
            self.enter(result.condition if missed else f"failed: {result.condition}")
        self.server.ended(self)

    def _wait(self) -> Phases:
        """In the queue, until one of the proxies and all limits have a place."""
        self.enter("waiting for a slot")
        yield self.ticket.granted
        self.proxy = self.server.proxy_of(self.ticket)
        self.result.proxy, self.result.started = self.proxy.name, self.site.clock.now
        self.at_work = True
        self.server.begun(self)

    def _protect(self) -> Phases:
        """What is done once there is a place: the snapshot lasts as long as the disk is read, and no longer."""
        assert self.proxy is not None
        refused = self.server.refusal(self.proxy, self.machine, self.job)
        if refused is not None:
            raise Failed(refused)
        yield from self._repair()
        self.enter("snapshot")
        yield from self.site.snapshots.create(self.machine, self.job.name)
        taken = self.site.clock.now
        writing = Writing(self, self.proxy, taken)
        try:
            yield from writing.read()
        except (Failed, Interrupt) as trouble:
            writing.give_up()
            if not (isinstance(trouble, Interrupt) and broken(trouble).proxy_died):
                yield from self._commit()
            raise
        yield from self._commit()
        try:
            yield from writing.store()
            self.server.release(self)
            self.enter("")
            yield from writing.finish()
        except (Failed, Interrupt):
            writing.give_up()
            raise

    def _repair(self) -> Phases:
        """A snapshot that an earlier job left behind goes first."""
        if self.site.snapshots.left(self.machine.name):
            self.enter("removing an old snapshot")
            yield from self.site.snapshots.remove(self.machine)

    def _commit(self) -> Phases:
        """The snapshot goes back into its disk; one that cannot be removed spoils nothing that was read."""
        self.enter("committing")
        try:
            yield from self.site.snapshots.remove(self.machine)
        except Failed as failure:
            self.result.condition = str(failure)
