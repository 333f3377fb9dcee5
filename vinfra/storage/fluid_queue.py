"""A LUN as a closed queue without events: mean-value analysis of the way that queue.py goes request by request.

    throughput of a host = its I/Os at the array / (port + controller + cache + disks),
    time at a station = own service + that of the others found there

Of n I/Os of a host, one finds (n - 1) / n of that host's at a station, and all of the others' (Schweitzer; Bard, Some
extensions to multiclass queueing network analysis, 1979). What the cache has for the disks is a stream of its own, as
fast as writes come or as disks let it be; then writes wait for room. Little's law holds by construction.
Unit: I/Os, bytes, seconds.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from vinfra.storage.disk import Direction
from vinfra.storage.initiator import Initiator, Served
from vinfra.storage.lun import Lun, joined
from vinfra.storage.sorting import Found, find
from vinfra.storage.window import taken

ROUNDS = 500  # of the iteration at most
CLOSE = 1e-6  # relative change of throughput at which it ends
STEP = 0.5  # of the way that the iteration goes at once
HALVINGS = 40  # of the time that writes wait for room in the cache


@dataclass(frozen=True, slots=True)
class _Task:
    """Disk I/Os that go out at once: how many, seconds of positioning without others, of moving, and hidden."""

    width: int
    place: float
    moving: float
    hidden: float


@dataclass(frozen=True, slots=True)
class _Kind:
    """One kind of I/O of a host: its part of the host's I/Os, whether the cache takes it, the part that disks do, what
    it asks of the controller, and of disks one after the other."""

    part: float
    cached: bool
    missed: float
    controller: float
    tasks: tuple[_Task, ...]


@dataclass(slots=True)
class _Class:
    """The I/Os of a host: `present` of them at the array, their queues at the port, the controller and one disk, the
    seconds of one I/O at each of these, and its response without waiting for room in the cache."""

    kinds: tuple[_Kind, ...]
    port: float
    present: float
    throughput: float = 0.0
    at_port: float = 0.0
    at_controller: float = 0.0
    at_disk: float = 0.0
    seconds: tuple[float, float, float] = (0.0, 0.0, 0.0)
    response: float = 0.0

    @property
    def controller(self) -> float:
        """Seconds of the controller, mean over its I/Os."""
        return math.fsum(one.part * one.controller for one in self.kinds)

    @property
    def cached(self) -> float:
        """The part of its I/Os that the cache takes for the disks."""
        return math.fsum(one.part for one in self.kinds if one.cached)

    def wanted(self, wait: float) -> float:
        """I/Os per second when writes wait so long for room."""
        return self.present / (self.response + self.cached * wait)

    def move(self, wait: float, spindles: int) -> float:
        """A step towards the throughput and queues that follow from what it finds; how far off it was."""
        wanted = self.wanted(wait)
        off = abs(wanted - self.throughput) / wanted
        self.throughput *= (wanted / self.throughput) ** STEP
        port, controller, tasks = self.seconds
        queues = self.at_port, self.at_controller, self.at_disk
        aims = self.throughput * port, self.throughput * controller, self.throughput * tasks / spindles
        self.at_port, self.at_controller, self.at_disk = (
            queue + STEP * (aim - queue) for queue, aim in zip(queues, aims, strict=True)
        )
        return max(off, *(abs(aim - queue) / self.present for queue, aim in zip(queues, aims, strict=True)))


def solve(lun: Lun, initiators: Sequence[Initiator], windows: Mapping[str, float] | None = None) -> dict[str, Served]:
    """What each host gets of the LUN in the steady state, by name; `windows` where they are others than hosts have by
    themselves, as latency control sets them."""
    hosts = sorted(initiators, key=lambda one: one.name)
    allowed = {one.name: float(one.window) for one in hosts} if windows is None else windows
    limit = math.inf if lun.array is None else float(lun.array.port_queue)
    active = taken({one.name: float(one.outstanding) for one in hosts}, allowed, limit)
    network = _Network(lun, [_class(lun, one, active[one.name]) for one in hosts])
    network.settle()
    return {
        one.name: Served(
            solved.throughput,
            solved.present / solved.throughput,
            (one.outstanding - solved.present) / solved.throughput,
            solved.present,
        )
        for one, solved in zip(hosts, network.hosts, strict=True)
    }


def _class(lun: Lun, host: Initiator, present: float) -> _Class:
    block, array = host.pattern.block, lun.array
    kinds = tuple(
        _Kind(
            part,
            direction == "write" and lun.write_back,
            lun.missed(direction, sequential),
            0.0 if array is None else array.controlling(block, direction),
            _tasks(lun, block, direction, sequential),
        )
        for part, direction, sequential in host.pattern.kinds()
    )
    return _Class(kinds, 0.0 if array is None else block / array.port_speed, present)


def _tasks(lun: Lun, block: float, direction: Direction, sequential: bool) -> tuple[_Task, ...]:
    place = 0.0 if sequential else lun.disk.positioning(1.0)
    return tuple(
        _Task(
            one.width,
            place,
            lun.disk.moving(one.stretch * block, one.direction, sequential),
            lun.disk.hidden(block, one.direction, sequential),
        )
        for one in lun.phases(direction, sequential)
    )


class _Network:
    """All hosts at one LUN. `wait` is how long a write waits for room in the cache, `destaged` the tasks at one disk of
    what is on its way from the cache."""

    def __init__(self, lun: Lun, hosts: list[_Class]) -> None:
        self.lun = lun
        self.hosts = hosts
        self.hit = 0.0 if lun.array is None else lun.array.hit
        width = max((task.width for host in hosts for kind in host.kinds for task in kind.tasks), default=1)
        flushed = 0 if lun.array is None or not lun.write_back else lun.array.destage * lun.spindles
        self.flushes = max(1, flushed // width)
        self.most = max(math.fsum(host.present for host in hosts) * width + flushed - 1.0, 0.0)
        self.wait = self.destaged = 0.0
        self.place = self.moving = self.busy = 0.0
        self.found = Found(0.0, 1.0)

    def settle(self) -> None:
        """Find the throughput of each host, and how long writes wait where disks cannot keep up with the cache."""
        for host in self.hosts:
            host.throughput = host.present / max(self.hit + host.port + host.controller, 1e-4)
        for _ in range(ROUNDS):
            self._mix()
            for host in self.hosts:
                self._find(host)
            time, tasks = self._flush()
            self.wait = self._room(time)
            moved = max(host.move(self.wait, self.lun.spindles) for host in self.hosts)
            written = math.fsum(host.throughput * host.cached for host in self.hosts)
            self.destaged += STEP * (written * tasks / self.lun.spindles - self.destaged)
            if moved < CLOSE:
                break

    def _mix(self) -> None:
        """What is at one disk: mean positioning and moving of the tasks there, and how busy those keep it that came to
        several disks at once (which makes the queues of these alike)."""
        there = place = moving = forked = busy = 0.0
        for host in self.hosts:
            for kind in host.kinds:
                flow = host.throughput * kind.part * kind.missed / self.lun.spindles
                for task in kind.tasks:
                    tasks = flow * task.width * _own(task, self.found)
                    there, place, moving = there + tasks, place + tasks * task.place, moving + tasks * task.moving
                    forked += tasks if task.width > 1 else 0.0
                    busy += flow * task.width * (task.place + task.moving)
        self.place, self.moving = (place / there, moving / there) if there > 0 else (0.0, 0.0)
        self.busy = min(1.0, busy) * (forked / there if there > 0 else 0.0)

    def _find(self, host: _Class) -> None:
        """What an I/O of a host takes with what it finds, apart from waiting for room in the cache."""
        port = host.port + math.fsum(one.port * _without(one.at_port, one, host) for one in self.hosts)
        queue = math.fsum(one.controller * _without(one.at_controller, one, host) for one in self.hosts)
        there = self.destaged + self._fresh(host) + math.fsum(_without(one.at_disk, one, host) for one in self.hosts)
        disk = self._disk(there)
        host.seconds = port, queue + host.controller, 0.0
        host.response = port + queue + host.controller + self.hit
        tasks = 0.0
        for kind in host.kinds:
            if not kind.cached:
                part = kind.part * kind.missed
                host.response += part * math.fsum(self._time(task, disk) for task in kind.tasks)
                tasks += part * math.fsum(task.width * _own(task, disk) for task in kind.tasks)
        host.seconds = port, queue + host.controller, tasks

    def _fresh(self, host: _Class) -> float:
        """Tasks at one disk that an I/O finds beyond the average, since it follows at once on a write of its own host:
        of those that decay in r seconds, and come every R, 1 / (1 - exp(-R / r)) are there just after one came, and
        r / R on average."""
        found = 0.0
        for kind in host.kinds:
            if kind.cached and host.response > 0:
                ratio = host.response / _own(kind.tasks[0], self.found)
                found += kind.part * kind.tasks[0].width * (1.0 / -math.expm1(-ratio) - 1.0 / ratio)
        return found / self.lun.spindles

    def _disk(self, there: float) -> Found:
        self.found = find(there, self.most, self.place, self.moving, self.lun.disk.sorting)
        return self.found

    def _time(self, task: _Task, disk: Found) -> float:
        """Seconds until the last of the tasks that go out at once is back."""
        longer = 1.0 + (joined(task.width, self.busy) - 1.0) * disk.spread
        return longer * _own(task, disk) + task.hidden

    def _flush(self) -> tuple[float, float]:
        """Seconds that a write from the cache takes, and those of all its tasks together, mean over all writes."""
        written = math.fsum(host.throughput * host.cached for host in self.hosts)
        if written == 0:
            return 0.0, 0.0
        own = self.destaged / self.flushes if self.wait > 0 else 0.0
        disk = self._disk(self.destaged - own + math.fsum(one.at_disk for one in self.hosts))
        time = tasks = 0.0
        for host in self.hosts:
            for kind in host.kinds:
                if kind.cached:
                    part = host.throughput * kind.part / written
                    time += part * math.fsum(self._time(task, disk) for task in kind.tasks)
                    tasks += part * math.fsum(task.width * _own(task, disk) for task in kind.tasks)
        return time, tasks

    def _room(self, time: float) -> float:
        """How long writes wait for room, so that no more are written than disks take from the cache."""

        def surplus(wait: float) -> float:
            return math.fsum(one.cached * one.wanted(wait) for one in self.hosts) - self.flushes / time

        if time == 0 or surplus(0.0) <= 0:
            return 0.0
        low, high = 0.0, time
        while surplus(high) > 0:
            low, high = high, 2 * high
        for _ in range(HALVINGS):
            middle = (low + high) / 2
            low, high = (middle, high) if surplus(middle) > 0 else (low, middle)
        return high


def _own(task: _Task, disk: Found) -> float:
    """Seconds of one task at its disk."""
    return disk.wait + task.place * disk.gain + task.moving


def _without(queue: float, one: _Class, host: _Class) -> float:
    """What an I/O of `host` finds of the queue of `one`."""
    return queue * (1.0 - 1.0 / max(host.present, 1.0)) if one is host else queue
