"""Backup from Python, inside a simulation: start, follow and restore.

A policy (policy.py) is given a Desk and is a process of the simulation, so it yields what it waits for:

    def run(self, desk):
        while True:
            yield desk.wait_until("daily at 22h")
            orders = [desk.start(vm) for vm in sorted(desk.vms, key=desk.age, reverse=True)]
            yield desk.finished(orders)

From outside, `simulation.protected.desk` is one. Times are simulated seconds, sizes bytes; an unknown VM, job or way
back is a KeyError that suggests the right one.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from simpy.events import AllOf, AnyOf, Event

from vinfra.backup.broken import Broken
from vinfra.backup.estate import Machine
from vinfra.backup.job import Job
from vinfra.backup.order import Order
from vinfra.backup.recovery import Recovery, Target
from vinfra.backup.result import Result
from vinfra.backup.schedule import starts
from vinfra.errors import suggest

if TYPE_CHECKING:
    from vinfra.backup.restoring import Restoring
    from vinfra.backup.server import Server

__all__ = ["Desk", "Order", "Recovery", "Result"]


class Desk:
    """What a policy, or whoever writes Python, can do with the backup of one simulation."""

    def __init__(self, server: Server, restoring: Restoring) -> None:
        self._server = server
        self._restoring = restoring
        self._machines = {machine.name: machine for job in server.jobs.values() for machine in job.machines}
        self._job_of = {m.name: job for job in reversed(list(server.jobs.values())) for m in job.machines}

    @property
    def now(self) -> float:
        """Seconds since the start of the run."""
        return self._server.site.clock.now

    @property
    def date(self) -> datetime:
        """Date and time of day."""
        return self._server.site.calendar.date(self.now)

    @property
    def vms(self) -> list[str]:
        """Names of all machines that some job protects, in the order of the jobs."""
        return list(self._machines)

    def machine(self, vm: str) -> Machine:
        """What is known of a machine: host, datastore, disk, how it is written to."""
        if vm not in self._machines:
            raise KeyError(f"no job protects '{vm}'{suggest(vm, self._machines)}")
        return self._machines[vm]

    def age(self, vm: str) -> float:
        """Seconds since the newest restore point of a machine was taken; infinite while there is none."""
        taken = self._server.store.newest(self.machine(vm).name)
        return math.inf if taken is None else self.now - taken

    def changed(self, vm: str) -> float:
        """Bytes that differ from the newest restore point; all of them while there is none."""
        machine, age = self.machine(vm), self.age(vm)
        return machine.used if age == math.inf else machine.changed(age)

    def wait(self, seconds: float) -> Event:
        """An event in so many seconds."""
        return self._server.site.clock.timeout(seconds)

    def wait_until(self, when: str) -> Event:
        """An event at the next such time, later than now: `daily at 22h`, `sunday at 2h`, `cron 0 22 * * *`."""
        site = self._server.site
        return site.clock.timeout(next(starts(when, site.calendar, after=self.now)) - self.now)

    def start(self, vm: str, job: str | None = None) -> Order:
        """Back a machine up now, as its job says (`job` where it has several). It waits in the queue for a proxy."""
        machine = self.machine(vm)
        return self._server.start(machine, self._job(machine, job))

    def call_off(self, order: Order, reason: str) -> None:
        """End an order where it is; its snapshot is removed, and the reason becomes its condition."""
        order.call_off(Broken(reason))

    def finished(self, orders: Iterable[Order | Recovery]) -> Event:
        """An event when all of them are over, however they ended."""
        return AllOf(self._server.site.clock, [order.process for order in orders])

    def any_finished(self, orders: Iterable[Order | Recovery]) -> Event:
        """An event when one of them is over; at once when there are none."""
        return AnyOf(self._server.site.clock, [order.process for order in orders])

    def results(self, vm: str) -> Sequence[Result]:
        """How the backups of a machine ended, the oldest first."""
        name = self.machine(vm).name
        return [result for run in self._server.runs for result in run.results if result.machine == name]

    def restore(self, vm: str, kind: str = "image", wanted: float = math.inf, to: str | None = None) -> Recovery:
        """Bring a machine (or a file of it) back from its newest point, which is at most `wanted` seconds old; to its
        own host, or to another."""
        machine = self.machine(vm)
        target = Target(machine.host if to is None else to, machine.datastore)
        return self._restoring.start(machine, self._restoring.way_back(kind), target, wanted, f"{vm} at {self.now:g}")

    def _job(self, machine: Machine, job: str | None) -> Job:
        if job is None:
            return self._job_of[machine.name]
        found = self._server.jobs.get(job)
        if found is None or machine not in found.machines:
            raise KeyError(f"no job '{job}' protects {machine.name}{suggest(job, self._server.jobs)}")
        return found
