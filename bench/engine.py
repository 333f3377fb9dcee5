"""The clock against bare SimPy on the same pattern of events, and what fluid sharing costs, as ratios within one run.

Both environments take turns, so that a machine that slows down slows both; the best of several turns counts.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Generator
from functools import partial
from typing import Any

import simpy

from vinfra.engine.activity import Resource
from vinfra.engine.clock import Clock
from vinfra.engine.sharing import Sharing

EVENTS = 200_000
TURNS = 7


def looping(environment: simpy.Environment, number: int, events: int) -> Generator[Any, Any, None]:
    """A process that waits for whole seconds, so that ties abound."""
    for _ in range(events):
        yield environment.timeout(1 + number % 3)


def processes(environment: simpy.Environment, count: int) -> float:
    """Seconds to run EVENTS events in so many processes."""
    for number in range(count):
        generator = looping(environment, number, EVENTS // count)
        if isinstance(environment, Clock):
            environment.process(generator, source=f"process-{number}")
        else:
            environment.process(generator)
    started = time.perf_counter()
    environment.run()
    return time.perf_counter() - started


def fresh(environment: type[simpy.Environment], count: int) -> float:
    """The same in a new environment."""
    return processes(environment(), count)


def calls(clock: Clock, count: int) -> float:
    """Seconds for EVENTS calls without an event object."""

    def call(name: str, step: int, left: int) -> None:
        if left:
            clock.call_at(clock.now + step, call, name, step, left - 1, source=name)

    for number in range(count):
        call(f"process-{number}", 1 + number % 3, EVENTS // count)
    started = time.perf_counter()
    clock.run()
    return time.perf_counter() - started


def best(one: Callable[[], float], other: Callable[[], float]) -> tuple[float, float]:
    """The best time of each, taken in turns."""
    times = [(one(), other()) for _ in range(TURNS)]
    return min(a for a, _ in times), min(b for _, b in times)


def crowd(count: int) -> tuple[float, int]:
    """Seconds until `count` activities that share one resource are done, and how many rates were worked out."""
    clock = Clock()
    sharing, resource = Sharing(clock), Resource("disk", 1.0)

    def job(number: int) -> Generator[Any, Any, None]:
        yield clock.timeout(number * 1e-6)
        yield sharing.start(f"job-{number}", 1.0 + number % 7, {resource: 1.0})

    for number in range(count):
        clock.process(job(number), source=f"job-{number}")
    started = time.perf_counter()
    clock.run()
    return time.perf_counter() - started, sharing.recomputed


def main() -> None:
    """Print the ratios."""
    print(f"\nevents per second, {EVENTS:,} events, best of {TURNS} turns")
    print(f"{'processes':>10} {'SimPy':>12} {'vinfra':>12} {'ratio':>6}   (aim: at least 0.85)")
    for count in (1, 100, 1000):
        bare, ours = best(partial(fresh, simpy.Environment, count), partial(fresh, Clock, count))
        print(f"{count:>10,} {EVENTS / bare:>12,.0f} {EVENTS / ours:>12,.0f} {bare / ours:>6.2f}")
    events, called = best(partial(fresh, Clock, 100), lambda: calls(Clock(), 100))
    print(f"call_at without an event object, 100 sources: {events / called:.2f} x the rate of timeouts in processes")
    print("\nactivities in the virtual time of one resource")
    for count in (1_000, 10_000, 100_000):
        seconds, recomputed = crowd(count)
        each = f"{seconds / count * 1e6:>6.1f} us each, {recomputed / count:.1f} rates worked out each"
        print(f"{count:>10,} at once: {each}")


if __name__ == "__main__":
    main()
