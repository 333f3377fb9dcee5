"""A LUN as a closed queue, request by request, in simulated time.

    kernel queue of a host -> its window -> port (QUEUE FULL beyond its limit) -> controller -> cache -> disks

Whoever gets an answer sends the next I/O. A write ends in the cache while that has room, and goes to the disks from
there, so many at once for each disk; a read ends there when the cache holds it. Services are exponential, so exact
theory holds (mean_value.py); fluid_queue.py is the same without events. Unit: I/Os, bytes, seconds.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial

from vinfra.engine.clock import Clock
from vinfra.engine.streams import Streams
from vinfra.storage.disk import Direction
from vinfra.storage.initiator import Initiator, Served
from vinfra.storage.lun import Lun
from vinfra.storage.raid import Phase
from vinfra.storage.station import Draws, Server
from vinfra.storage.window import Window

EPSILON = 1e-12  # seconds: no time at all, but not zero


@dataclass(slots=True, eq=False)
class Request:
    """One I/O: whose it is, what it is, since when it waits in the kernel and since when it is at the array."""

    host: HostQueue
    direction: Direction
    sequential: bool
    queued: float
    sent: float = 0.0


@dataclass(slots=True, eq=False)
class HostQueue:
    """A host's side of the LUN, and its sums since they were last cleared: `area` is I/Os at the array times time,
    `sent` the sum of the times at which those that are there now were sent."""

    initiator: Initiator
    window: Window
    kernel: deque[Request] = field(default_factory=deque)
    active: int = 0
    done: int = 0
    latency: float = 0.0
    waited: float = 0.0
    area: float = 0.0
    sent: float = 0.0
    since: float = 0.0
    start: float = 0.0

    def change(self, now: float, by: int) -> None:
        """So many I/Os more are at the array."""
        self.area += self.active * (now - self.since)
        self.since = now
        self.active += by

    def clear(self, now: float) -> None:
        """Forget what was up to now."""
        self.change(now, 0)
        self.done, self.latency, self.waited, self.area, self.start = 0, 0.0, 0.0, 0.0, now


class LunQueue:
    """One LUN with its hosts. `windows` by host may be set from outside (latency_control.py)."""

    def __init__(self, clock: Clock, lun: Lun, initiators: Sequence[Initiator], streams: Streams) -> None:
        self.clock = clock
        self.lun = lun
        self.hosts = {
            one.name: HostQueue(one, Window(one.settings, one.vms))
            for one in sorted(initiators, key=lambda initiator: initiator.name)
        }
        draws = {
            name: Draws(streams.generator("storage", f"{lun.name}/{name}")) for name in ("kind", "disk", "service")
        }
        self._kind, self._where, service = draws["kind"], draws["disk"], draws["service"]
        self.port = Server(clock, f"{lun.name}/port", service)
        self.controller = Server(clock, f"{lun.name}/controller", service)
        self.disks = [
            Server(clock, f"{lun.name}/disk{n}", service, lun.disk.sorting) for n in range(1, lun.spindles + 1)
        ]
        self.at_port = 0
        self.refused: dict[str, None] = {}
        self.dirty = 0.0
        self.destaging = 0
        self._waiting: deque[Request] = deque()
        self._destage: deque[Request] = deque()
        for host in self.hosts.values():
            for _ in range(host.initiator.outstanding):
                host.kernel.append(self._next(host))
            clock.call_at(clock.now, self._pump, host, source=f"host/{host.initiator.name}")

    @property
    def windows(self) -> dict[str, Window]:
        """The window of each host."""
        return {name: host.window for name, host in self.hosts.items()}

    def clear(self) -> None:
        """Measure from now on."""
        for host in self.hosts.values():
            host.clear(self.clock.now)

    def served(self) -> dict[str, Served]:
        """What became of each host's I/Os since `clear`."""
        found, now = {}, self.clock.now
        for name, host in self.hosts.items():
            host.change(now, 0)
            span, done = max(now - host.start, EPSILON), max(host.done, 1)
            found[name] = Served(host.done / span, host.latency / done, host.waited / done, host.area / span)
        return found

    def latency(self) -> tuple[int, float]:
        """(I/Os, seconds they took at the array together) of all hosts since `clear`."""
        return sum(one.done for one in self.hosts.values()), sum(one.latency for one in self.hosts.values())

    def _next(self, host: HostQueue) -> Request:
        """The next I/O of a host: of one kind or another as its pattern has them."""
        left, chosen = self._kind.uniform(), None
        for part, direction, sequential in host.initiator.pattern.kinds():
            chosen = direction, sequential
            left -= part
            if left < 0:
                break
        assert chosen is not None, "a pattern has I/Os of some kind"
        return Request(host, *chosen, self.clock.now)

    def _pump(self, host: HostQueue) -> None:
        """Send what the window allows and the port takes."""
        array = self.lun.array
        while host.kernel and host.active + 1 <= host.window.size:
            if array is not None and self.at_port >= array.port_queue:
                host.window.full()
                self.refused[host.initiator.name] = None
                return
            request = host.kernel.popleft()
            request.sent = self.clock.now
            host.waited += request.sent - request.queued
            host.change(self.clock.now, 1)
            host.sent += request.sent
            self.at_port += 1
            if array is None:
                self._arrived(request)
            else:
                block = host.initiator.pattern.block
                self.port.ask(0.0, block / array.port_speed, partial(self._control, request))

    def _control(self, request: Request) -> None:
        assert self.lun.array is not None
        busy = self.lun.array.controlling(request.host.initiator.pattern.block, request.direction)
        self.controller.ask(0.0, busy, partial(self._arrived, request))

    def _arrived(self, request: Request) -> None:
        """An I/O is at the cache."""
        if request.direction == "write" and self.lun.write_back:
            self._waiting.append(request)
            self._admit()
        elif self._kind.uniform() >= self.lun.missed(request.direction, request.sequential):
            self._answer(request)
        else:
            Journey(self, request, partial(self._answer, request)).go()

    def _admit(self) -> None:
        """Take writes into the cache while it is not full, and let the disks have some."""
        array = self.lun.array
        assert array is not None
        while self._waiting and self.dirty < array.dirty:
            request = self._waiting.popleft()
            self.dirty += request.host.initiator.pattern.block
            self._destage.append(request)
            self._answer(request)
        while self._destage and self.destaging < destages(self.lun, self._destage[0]):
            self.destaging += 1
            request = self._destage.popleft()
            Journey(self, request, partial(self._destaged, request)).go()

    def _destaged(self, request: Request) -> None:
        self.destaging -= 1
        self.dirty -= request.host.initiator.pattern.block
        self._admit()

    def _answer(self, request: Request) -> None:
        """The answer is on its way to the host."""
        hit = 0.0 if self.lun.array is None else self.lun.array.hit
        self.clock.call_at(self.clock.now + hit, self._finish, request, source=self.lun.name)

    def _finish(self, request: Request) -> None:
        host = request.host
        self.at_port -= 1
        host.change(self.clock.now, -1)
        host.sent -= request.sent
        host.done += 1
        host.latency += self.clock.now - request.sent
        host.window.good()
        host.kernel.append(self._next(host))
        refused, self.refused = self.refused, {}
        for name in refused:
            self._pump(self.hosts[name])
        self._pump(host)

    def disk(self) -> int:
        """The disk that holds what an I/O is about."""
        return int(self._where.uniform() * self.lun.spindles)


def destages(lun: Lun, request: Request) -> int:
    """Writes from the cache that disks do at once."""
    assert lun.array is not None
    width = max(phase.width for phase in lun.phases(request.direction, request.sequential))
    return max(1, lun.array.destage * lun.spindles // width)


class Journey:
    """The disk I/Os of one host I/O, phase by phase; `done` is called after the last."""

    def __init__(self, queue: LunQueue, request: Request, done: Callable[[], None]) -> None:
        self.queue = queue
        self.request = request
        self.done = done
        self.phases = list(queue.lun.phases(request.direction, request.sequential))
        self.first = queue.disk()
        self.left = 0

    def go(self) -> None:
        """Ask the disks of the next phase, or be done."""
        if not self.phases:
            self.done()
            return
        phase = self.phases.pop(0)
        self.left = phase.width
        for n in range(phase.width):
            self._ask(phase, (self.first + n) % self.queue.lun.spindles)

    def _ask(self, phase: Phase, disk: int) -> None:
        lun, request = self.queue.lun, self.request
        block = request.host.initiator.pattern.block
        place = 0.0 if request.sequential else lun.disk.positioning(1.0)
        moving = lun.disk.moving(phase.stretch * block, phase.direction, request.sequential)
        self.queue.disks[disk].ask(place, moving, partial(self._back, phase, block))

    def _back(self, phase: Phase, block: float) -> None:
        hidden = self.queue.lun.disk.hidden(block, phase.direction, self.request.sequential)
        if hidden:
            self.queue.clock.call_at(self.queue.clock.now + hidden, self._one_less, source=self.queue.lun.name)
        else:
            self._one_less()

    def _one_less(self) -> None:
        self.left -= 1
        if self.left == 0:
            self.go()
