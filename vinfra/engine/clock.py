"""Simulated time. SimPy's environment with one difference: ties are broken by who scheduled an event, never by when.

The key of an event is (time, priority, source, sequence): `source` is the name of the logical process that scheduled
it, `sequence` counts that source's events. So neither the order in which entities are set up nor the number of
partitions they are spread over changes what happens first. Unit: seconds.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from heapq import heappop, heappush
from typing import Any

import simpy
from simpy.core import EmptySchedule, StopSimulation
from simpy.events import NORMAL, URGENT, Event, Process, Timeout

LATE = 2  # after everything else of the instant; where simultaneous changes are gathered and settled once
SETUP = ""  # source of what is scheduled outside any process

ProcessGenerator = Generator[Event, Any, Any]

__all__ = ["LATE", "NORMAL", "SETUP", "URGENT", "Clock", "Owned", "ProcessGenerator", "Source"]


class Source:
    """A logical process by name, and how many events it has scheduled."""

    __slots__ = ("count", "name")

    def __init__(self, name: str) -> None:
        self.name = name
        self.count = 0


class Call:
    """A function that is called at its time: an entry of the queue without the weight of an event."""

    __slots__ = ("arguments", "function", "source")

    def __init__(self, function: Callable[..., object], arguments: tuple[object, ...], source: Source) -> None:
        self.function = function
        self.arguments = arguments
        self.source = source


class Owned(Process):
    """A process that knows which source it schedules for."""

    def __init__(self, clock: Clock, generator: ProcessGenerator, source: Source) -> None:
        self.source = source
        super().__init__(clock, generator)


class Clock(simpy.Environment):
    """The environment of every model. SimPy's resources, stores, conditions and interrupts work on it unchanged."""

    def __init__(self, initial_time: float = 0.0) -> None:
        super().__init__(initial_time)
        self._sources: dict[str, Source] = {}
        self._source = self._setup = self.source(SETUP)

    def source(self, name: str) -> Source:
        """The source of that name, made when it is first asked for."""
        found = self._sources.get(name)
        if found is None:
            found = self._sources[name] = Source(name)
        return found

    def process(self, generator: ProcessGenerator, source: str | None = None) -> Owned:  # type: ignore[override]
        """Start a process that belongs to `source`, or to whoever starts it."""
        owner = self._current() if source is None else self.source(source)
        with self._as(owner):
            return Owned(self, generator, owner)

    def call_at(
        self,
        time: float,
        function: Callable[..., object],
        *arguments: object,
        source: str | None = None,
        priority: int = NORMAL,
    ) -> None:
        """Call a function at a time; what it schedules is the source's too. ValueError when the time has passed."""
        if not time >= self._now:
            raise ValueError(f"it is {self._now:g} s; nothing can be called at {time:g} s")
        owner = self._current() if source is None else self.source(source)
        owner.count = count = owner.count + 1
        heappush(self._queue, (time, priority, owner.name, count, Call(function, arguments, owner)))  # type: ignore[arg-type, misc]

    def deliver(
        self, time: float, sender: str, number: int, function: Callable[..., object], *arguments: object
    ) -> None:
        """Call a function at a time for a message of another clock. `number` is the sender's own count, so that ties do
        not depend on when the message came to be known here. ValueError when the time has passed."""
        if not time >= self._now:
            raise ValueError(f"it is {self._now:g} s; a message of {sender} cannot arrive at {time:g} s")
        owner = self.source(f"from/{sender}")
        heappush(self._queue, (time, NORMAL, f"message/{sender}", number, Call(function, arguments, owner)))  # type: ignore[arg-type, misc]

    @property
    def pending(self) -> int:
        """How many entries the queue has."""
        return len(self._queue)

    @contextmanager
    def as_source(self, name: str) -> Iterator[None]:
        """What is scheduled within belongs to the source of that name."""
        with self._as(self.source(name)):
            yield

    @contextmanager
    def _as(self, owner: Source) -> Iterator[None]:
        process, source = self._active_proc, self._source
        self._active_proc, self._source = None, owner
        try:
            yield
        finally:
            self._active_proc, self._source = process, source

    def _current(self) -> Source:
        """Whose turn it is."""
        process = self._active_proc
        return self._source if process is None else process.source  # type: ignore[attr-defined, no-any-return]

    def schedule(self, event: Event, priority: int = NORMAL, delay: float = 0) -> None:  # type: ignore[override]
        """Put an event into the queue under the key of whoever schedules it."""
        process = self._active_proc
        source = self._source if process is None else process.source  # type: ignore[attr-defined]
        source.count = count = source.count + 1
        heappush(self._queue, (self._now + delay, priority, source.name, count, event))  # type: ignore[misc, arg-type]

    def timeout(self, delay: float = 0, value: Any = None) -> Timeout:  # type: ignore[override]
        """An event that comes after a delay. Made by hand: three calls less for the most frequent event of all."""
        if not delay >= 0:
            raise ValueError(f"a timeout of {delay:g} s is in the past or at no time at all")
        event: Timeout = Timeout.__new__(Timeout)
        event.env = self
        event.callbacks = []
        event._value = value
        event._delay = delay
        event._ok = True
        process = self._active_proc
        source = self._source if process is None else process.source  # type: ignore[attr-defined]
        source.count = count = source.count + 1
        heappush(self._queue, (self._now + delay, NORMAL, source.name, count, event))  # type: ignore[misc, arg-type]
        return event

    def step(self) -> None:
        """Process the next entry of the queue; EmptySchedule when there is none."""
        if not self._queue:
            raise EmptySchedule
        self._now, _, _, _, event = heappop(self._queue)  # type: ignore[misc]
        self._loop([(self._now, URGENT, SETUP, 0, event)])

    def run(self, until: float | Event | None = None) -> Any:
        """Run until the queue is empty, until a time (events at that time are not processed), or until an event."""
        stop = self._stop(until)
        if stop is not None and stop.callbacks is None:
            return stop.value
        try:
            self._loop(self._queue)
        except StopSimulation as reached:
            return reached.args[0]
        except BaseException:
            # The run was given up; what would have ended it must not end the next one.
            if stop is not None and stop.callbacks is not None:
                stop.callbacks.remove(StopSimulation.callback)
            raise
        if stop is not None:
            raise RuntimeError(f"nothing is left to happen, and what was waited for never came: {stop}")
        return None

    def _stop(self, until: float | Event | None) -> Event | None:
        """The event that ends the run."""
        if until is None:
            return None
        if isinstance(until, Event):
            stop = until
        else:
            if until <= self._now:
                raise ValueError(f"it is {self._now:g} s already; until ({until:g} s) must be later")
            stop = Event(self)
            stop._ok, stop._value = True, None
            # Before everything else of that instant, whatever its source is called.
            self._setup.count += 1
            heappush(self._queue, (float(until), URGENT - 1, SETUP, self._setup.count, stop))  # type: ignore[misc, arg-type]
        if stop.callbacks is not None:
            stop.callbacks.append(StopSimulation.callback)
        return stop

    def _loop(self, queue: list[Any]) -> None:
        """Process a queue until it is empty. Written flat: this is the loop everything runs in."""
        setup = self._setup
        while queue:
            self._now, _, _, _, event = heappop(queue)  # type: ignore[misc]
            if event.__class__ is Call:
                self._source = event.source  # type: ignore[attr-defined]
                try:
                    event.function(*event.arguments)  # type: ignore[attr-defined]
                finally:
                    self._source = setup
                continue
            callbacks, event.callbacks = event.callbacks, None  # type: ignore[assignment]
            try:
                for callback in callbacks:  # type: ignore[union-attr]
                    callback(event)
            except StopSimulation:
                self._resume_later(event, callbacks, callback)  # type: ignore[arg-type]
                raise
            if not event._ok and not hasattr(event, "_defused"):
                failure = type(event._value)(*event._value.args)
                failure.__cause__ = event._value
                raise failure

    def _resume_later(self, event: Event, callbacks: list[Any], stopped: Any) -> None:
        """Keep the callbacks that were not reached for when the run goes on."""
        event.callbacks = callbacks[callbacks.index(stopped) + 1 :]
        self._setup.count += 1
        heappush(self._queue, (self._now, URGENT - 1, SETUP, self._setup.count, event))  # type: ignore[misc, arg-type]
