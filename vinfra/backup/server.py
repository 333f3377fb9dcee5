"""The backup server: it starts jobs, gives their machines to proxies, and keeps what comes of it.

Everything that moves does so in orders (order.py), recoveries (recovery.py) and copies (offsite.py); this file decides
who begins when. Units: bytes, seconds.
"""

from __future__ import annotations

import math
from collections.abc import Generator, Iterable, Sequence
from typing import Any, Literal

from simpy.events import Event

from vinfra.backup.broken import Broken
from vinfra.backup.estate import Machine, Proxy
from vinfra.backup.job import Job, Rules
from vinfra.backup.order import Order
from vinfra.backup.result import MISSED, Result
from vinfra.backup.run import Run
from vinfra.backup.site import Site
from vinfra.backup.slots import Pool, Slots, Ticket
from vinfra.backup.store import Store
from vinfra.backup.transport import Transport
from vinfra.compute.streams import Way
from vinfra.storage.identity import IdentityPolicy
from vinfra.storage.lun import Lun

BLOCK = 2.0**20  # bytes of one I/O of a holding tank: images are written and read there in order
BUSY = "still busy with the run before"


class Server:
    """Proxies, jobs and what they have done so far; `store` is where restore points go."""

    def __init__(
        self,
        site: Site,
        proxies: Sequence[Proxy],
        transport: Transport,
        identity: IdentityPolicy,
        jobs: Sequence[Job],
        rules: Rules,
        store: Store,
        tank: Lun,
    ) -> None:
        self.site = site
        self.tank = tank
        self.proxies = {proxy.name: proxy for proxy in proxies}
        self.transport = transport
        self.identity = identity
        self.jobs = {job.name: job for job in jobs}
        self.rules = rules
        self.store = store
        self.slots = Slots(site.clock)
        self.runs: list[Run] = []
        self._runs_of: dict[tuple[str, int], Run] = {}
        self._by_hand: dict[str, Run] = {}
        self._live: dict[tuple[str, str], Order] = {}
        self._on: dict[str, dict[str, Order]] = {proxy.name: {} for proxy in proxies}
        self._pool: dict[str, Pool] = {}
        self._limit()
        site.outages.watch(self._told)

    def _limit(self) -> None:
        rules, slots = self.rules, self.slots
        for proxy in self.proxies.values():
            slots.limit(f"proxy/{proxy.name}", min(proxy.streams, proxy.mounts))
        for job in self.jobs.values():
            if rules.concurrency is not None:
                slots.limit(f"job/{job.name}", rules.concurrency)
            for machine in job.machines:
                slots.limit(f"vm/{machine.name}", 1)
                slots.limit(f"datastore/{machine.datastore}", rules.per_datastore)
                if rules.per_host is not None:
                    slots.limit(f"host/{machine.host}", rules.per_host)
                for name, places in self.transport.limits(machine):
                    slots.limit(name, places)

    def pools(self, machine: Machine, job: Job) -> list[Pool]:
        """The places an order needs, one of each: what few share stands first."""
        names = [f"vm/{machine.name}", f"datastore/{machine.datastore}", f"host/{machine.host}", f"job/{job.name}"]
        names += [name for name, _ in self.transport.limits(machine)]
        return [*((name,) for name in names), self._proxies_for(machine)]

    def _proxies_for(self, machine: Machine) -> Pool:
        """The proxies that may read it; all of them where none may, so that one of them says why."""
        key = f"{machine.host} {machine.datastore} {machine.physical}"
        if key not in self._pool:
            fit = [n for n, p in self.proxies.items() if self.transport.refuses(p, machine, self.site) is None]
            self._pool[key] = tuple(f"proxy/{name}" for name in fit or self.proxies)
        return self._pool[key]

    def proxy_of(self, ticket: Ticket) -> Proxy:
        """The proxy whose place a ticket holds."""
        name = next(name for name in ticket.taken if name.startswith("proxy/"))
        return self.proxies[name.removeprefix("proxy/")]

    def refusal(self, proxy: Proxy, machine: Machine, job: Job) -> str | None:
        """Why a proxy cannot back a machine up now."""
        down = [host for host in (machine.host, self.store.host) if host in self.site.outages.down]
        if down:
            return f"{down[0]} is down"
        return self.transport.refuses(proxy, machine, self.site) or job.kind.refuses(machine)

    def tank_way(self, proxy: Proxy, direction: Literal["read", "write"]) -> Way:
        """What a byte uses of the disks of a proxy's holding tank."""
        return Way({f"tank/{proxy.name}": self.tank.per_byte(BLOCK, direction, True)}, weight=BLOCK)

    def follow(self, job: Job, starts: Iterable[float]) -> None:
        """Run a job at these moments."""
        self.site.clock.process(self._follow(job, starts), source=f"schedule/{job.name}")

    def _follow(self, job: Job, starts: Iterable[float]) -> Generator[Any, Any, None]:
        for start in starts:
            yield self.site.clock.timeout(start - self.site.clock.now)
            self.run(job)

    def run(self, job: Job) -> Run:
        """Begin a run of a job now, for all its machines."""
        now = self.site.clock.now
        run = self._open(job, self.rules.window)
        self.site.recorder.enter(f"window/{job.name}", "window", now)
        self.site.clock.call_at(run.closes, self._close, run, source=f"schedule/{job.name}")
        for machine in job.machines:
            if (machine.name, job.name) in self._live:
                busy = Result(machine.name, job.name, run.number, now, ended=now, condition=f"{MISSED}: {BUSY}")
                run.results.append(busy)
            else:
                self._begin(run, machine, 1)
        self._maybe_over(run)
        return run

    def _open(self, job: Job, window: float) -> Run:
        now = self.site.clock.now
        number = 1 + sum(1 for run in self.runs if run.job.name == job.name)
        run = Run(job, number, now, now + window, Event(self.site.clock))
        self.runs.append(run)
        self._runs_of[job.name, number] = run
        self.site.recorder.enter(f"job/{job.name}", "running", now)
        return run

    def start(self, machine: Machine, job: Job) -> Order:
        """Back one machine up now, outside of any schedule; what is started while others are under way is one run."""
        run = self._by_hand.get(job.name)
        if run is None or run.ended is not None:
            run = self._by_hand[job.name] = self._open(job, math.inf)
        if (machine.name, job.name) in self._live:
            return self._live[machine.name, job.name]
        return self._begin(run, machine, 1)

    def _begin(self, run: Run, machine: Machine, attempt: int) -> Order:
        order = Order(self, machine, run.job, run.number, attempt)
        run.live[machine.name] = order
        self._live[machine.name, run.job.name] = order
        return order

    def _close(self, run: Run) -> None:
        """The window closes: who waits has missed it, and who runs goes on unless all is cut off."""
        now = self.site.clock.now
        self.site.recorder.enter(f"window/{run.job.name}", "", now)
        if run.ended is None:
            self.site.recorder.enter(f"job/{run.job.name}", "overran", now)
        down = all(proxy.host in self.site.outages.down for proxy in self.proxies.values())
        for order in list(run.live.values()):
            if order.proxy is None:
                order.call_off(Broken(f"{MISSED}: no proxy was up" if down else MISSED))
            elif self.rules.cut:
                order.call_off(Broken("cut off at the end of the window"))

    def begun(self, order: Order) -> None:
        """An order has its proxy."""
        assert order.proxy is not None
        self._on[order.proxy.name][order.machine.name] = order
        self._show(order.proxy)

    def release(self, order: Order) -> None:
        """An order needs its proxy no longer, or gives up its place in the queue."""
        if order.at_work and order.proxy is not None:
            order.at_work = False
            del self._on[order.proxy.name][order.machine.name]
            self._show(order.proxy)
        self.slots.leave(order.ticket)

    def ended(self, order: Order) -> None:
        """An order is over; where no restore point came of it it is tried again, as long as the window is open."""
        run, result = self._runs_of[order.job.name, order.result.run], order.result
        del run.live[order.machine.name]
        del self._live[order.machine.name, order.job.name]
        run.results.append(result)
        self.store.note(result)
        again = self.site.clock.now + self.rules.retry_wait
        failed = result.taken is None and not result.condition.startswith(MISSED)
        if failed and result.attempt <= self.rules.retries and again < run.closes:
            run.pending += 1
            self.site.clock.call_at(again, self._again, run, order, source=f"schedule/{run.job.name}")
        self._maybe_over(run)

    def _again(self, run: Run, order: Order) -> None:
        run.pending -= 1
        if (order.machine.name, run.job.name) in self._live:
            self._maybe_over(run)
        else:
            self._begin(run, order.machine, order.result.attempt + 1)

    def _maybe_over(self, run: Run) -> None:
        if run.live or run.pending or run.ended is not None:
            return
        run.ended = self.site.clock.now
        self.site.recorder.enter(f"job/{run.job.name}", "", run.ended)
        run.over.succeed()

    def _show(self, proxy: Proxy) -> None:
        busy = len(self._on[proxy.name])
        down = proxy.host in self.site.outages.down
        state = "down" if down else f"busy {busy}" if busy else ""
        self.site.recorder.enter(f"proxy/{proxy.name}", state, self.site.clock.now)

    def _told(self, name: str, up: bool) -> None:
        """Something went down or came back: what needs it ends in a stated condition."""
        if not up:
            for key in sorted(self._live):
                order = self._live[key]
                if self.store.host == name and order.proxy is not None:
                    order.call_off(Broken(f"the repository's {name} went down"))
                elif order.at_work and order.proxy is not None and order.proxy.host == name:
                    order.call_off(Broken(f"proxy {order.proxy.name} died", proxy_died=True))
                elif order.at_work and order.machine.host == name:
                    order.call_off(Broken(f"{name} went down", proxy_died=True))
        for proxy in self.proxies.values():
            if proxy.host == name:
                self.slots.limit(f"proxy/{proxy.name}", min(proxy.streams, proxy.mounts) if up else 0)
                self._show(proxy)

    def windows(self) -> list[float]:
        """Seconds each run took that is over."""
        return [run.lasted for run in self.runs if run.lasted is not None]

    def under_way(self) -> list[tuple[str, str]]:
        """(machine, job) of every order that is not over."""
        return sorted(self._live)
