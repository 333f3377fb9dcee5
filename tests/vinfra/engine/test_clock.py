"""Ties are broken by who scheduled an event; everything else is SimPy's."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import pytest
import simpy

from vinfra.engine.clock import LATE, Clock

Trace = list[tuple[float, str]]


def grid(clock: Clock, name: str, trace: Trace, steps: int = 5) -> Any:
    """A process that acts at whole seconds only, at the same moments as all others."""
    for step in range(steps):
        trace.append((clock.now, name))
        yield clock.timeout(1 if (len(name) + step) % 2 else 0)
        if step == 2:
            clock.process(child(clock, name, trace))


def child(clock: Clock, name: str, trace: Trace) -> Any:
    yield clock.timeout(1)
    trace.append((clock.now, f"{name}/child"))


def trace_of(names: list[str]) -> Trace:
    clock, trace = Clock(), []  # type: Clock, Trace
    shared = simpy.Resource(clock, capacity=2)

    def user(name: str) -> Any:
        with shared.request() as request:
            yield request
            trace.append((clock.now, f"{name} served"))
            yield clock.timeout(1)

    for name in names:
        clock.process(grid(clock, name, trace), source=name)
        clock.process(user(name), source=f"{name}/user")
        clock.call_at(2.0, trace.append, (2.0, f"{name} called"), source=f"{name}/call")
    clock.run()
    return trace


def test_the_order_entities_are_set_up_in_changes_nothing_on_a_grid_full_of_ties() -> None:
    names = [f"host-{number}" for number in range(12)]
    expected = trace_of(names)
    assert len({time for time, _ in expected}) < len(expected) / 5, "a test without ties proves nothing"
    for seed in range(10):
        shuffled = names[:]
        random.Random(seed).shuffle(shuffled)
        assert trace_of(shuffled) == expected


def test_stock_simpy_would_not_pass_that() -> None:
    def run(names: list[str]) -> list[str]:
        environment, trace = simpy.Environment(), []  # type: simpy.Environment, list[str]

        def act(name: str) -> Any:
            yield environment.timeout(1)
            trace.append(name)

        for name in names:
            environment.process(act(name))
        environment.run()
        return trace

    assert run(["a", "b"]) != run(["b", "a"])


def test_a_child_schedules_for_whoever_started_it() -> None:
    clock = Clock()

    def parent() -> Any:
        yield clock.timeout(1)
        process = clock.process(idle())
        assert process.source.name == "parent"

    def idle() -> Any:
        yield clock.timeout(0)

    clock.process(parent(), source="parent")
    clock.run()


def test_late_comes_after_everything_else_of_the_instant() -> None:
    clock, seen = Clock(), []  # type: Clock, list[str]
    clock.call_at(1.0, seen.append, "late", source="a", priority=LATE)
    clock.call_at(1.0, lambda: clock.call_at(1.0, seen.append, "follow-up", source="z"), source="z")
    clock.call_at(1.0, seen.append, "normal", source="b")
    clock.run()
    assert seen == ["normal", "follow-up", "late"]


def test_a_time_ends_a_run_before_what_happens_then() -> None:
    clock, seen = Clock(), []  # type: Clock, list[float]
    for time in (1.0, 2.0, 3.0):
        clock.call_at(time, seen.append, time)
    clock.run(until=2.0)
    assert (clock.now, seen) == (2.0, [1.0])
    clock.run()
    assert seen == [1.0, 2.0, 3.0]


def test_an_event_ends_a_run_with_its_value() -> None:
    clock = Clock()
    assert clock.run(until=clock.timeout(3, "done")) == "done"
    assert clock.now == 3


def test_waiting_for_what_never_comes_is_said() -> None:
    with pytest.raises(RuntimeError, match="never came"):
        Clock().run(until=Clock().event())


def test_a_run_that_was_given_up_does_not_end_the_next_one() -> None:
    clock = Clock()

    def fails() -> Any:
        yield clock.timeout(1)
        raise KeyError("broken")

    clock.process(fails())
    with pytest.raises(KeyError):
        clock.run(until=10)
    clock.run(until=20)
    assert clock.now == 20


def test_a_step_is_one_event() -> None:
    clock, seen = Clock(), []  # type: Clock, list[int]
    clock.call_at(0.0, lambda: (seen.append(1), clock.call_at(0.0, seen.append, 2)))
    clock.step()
    assert seen == [1]
    clock.step()
    assert seen == [1, 2]
    with pytest.raises(simpy.core.EmptySchedule):
        clock.step()


@pytest.mark.parametrize("wrong", [lambda c: c.timeout(-1), lambda c: c.call_at(-1, print), lambda c: c.run(until=-1)])
def test_the_past_is_refused(wrong: Callable[[Clock], object]) -> None:
    with pytest.raises(ValueError, match=r"past|can be called|must be later"):
        wrong(Clock())


def test_a_failure_nobody_waits_for_ends_the_run() -> None:
    clock = Clock()

    def fails() -> Any:
        yield clock.timeout(1)
        raise KeyError("broken")

    clock.process(fails())
    with pytest.raises(KeyError, match="broken"):
        clock.run()


def test_interrupts_conditions_and_stores_work_as_in_simpy() -> None:
    def scenario(environment: simpy.Environment) -> list[object]:
        seen: list[object] = []
        store = simpy.Store(environment)

        def sleeper() -> Any:
            try:
                yield environment.timeout(10)
            except simpy.Interrupt as interrupt:
                seen.append((environment.now, interrupt.cause))
            item = yield store.get()
            seen.append((environment.now, item))

        def waker(process: simpy.Process) -> Any:
            yield environment.timeout(1)
            process.interrupt("wake")
            done = yield environment.timeout(2, "a") | environment.timeout(5, "b")
            seen.append((environment.now, sorted(done.values())))
            both = yield environment.timeout(2, "c") & environment.timeout(3, "d")
            seen.append((environment.now, sorted(both.values())))
            yield store.put("item")

        environment.process(waker(environment.process(sleeper())))
        environment.run()
        return seen

    assert scenario(Clock()) == scenario(simpy.Environment())
