"""What goes wrong leaves the clock as it was: nothing is keyed under another's name, no time that is none gets in."""

from __future__ import annotations

import math

import pytest
import simpy

from vinfra.engine.clock import Clock
from vinfra.engine.recorder import Recorder


def test_what_is_set_up_after_a_call_that_failed_is_not_keyed_under_its_source() -> None:
    clock, seen = Clock(), []  # type: Clock, list[str]
    clock.call_at(1.0, lambda: [][0], source="zebra")
    with pytest.raises(IndexError):
        clock.run()
    clock.call_at(2.0, seen.append, "host", source="host")
    clock.call_at(2.0, seen.append, "set-up")
    clock.run()
    assert seen == ["set-up", "host"]


@pytest.mark.parametrize("wait", [lambda clock: clock.timeout(math.nan), lambda clock: clock.call_at(math.nan, print)])
def test_a_time_that_is_no_number_is_refused(wait: object) -> None:
    with pytest.raises(ValueError, match="nan"):
        wait(Clock())  # type: ignore[operator]


def test_runs_up_to_the_same_event_and_time_follow_each_other() -> None:
    clock, seen = Clock(), []  # type: Clock, list[str]
    bell = clock.timeout(3, "rung")
    assert clock.run(until=bell) == "rung"
    assert clock.run(until=bell) == "rung"
    clock.call_at(5.0, seen.append, "later")
    clock.run(until=5.0)
    assert (clock.now, seen) == (5.0, [])
    clock.run()
    assert seen == ["later"]


def test_callbacks_behind_the_one_that_stopped_a_run_come_when_it_goes_on() -> None:
    def scenario(environment: simpy.Environment) -> list[str]:
        seen: list[str] = []
        bell = environment.timeout(1)
        bell.callbacks.append(lambda _: seen.append("before"))
        environment.process(waits(environment, bell, seen))
        environment.run(until=bell)
        seen.append("stopped")
        environment.run()
        return seen

    def waits(environment: simpy.Environment, bell: simpy.Event, seen: list[str]) -> simpy.events.ProcessGenerator:
        yield bell
        seen.append("woken")
        yield environment.timeout(1)
        seen.append("done")

    assert scenario(Clock()) == scenario(simpy.Environment())


def test_a_state_does_not_begin_before_the_one_it_follows() -> None:
    recorder = Recorder()
    recorder.enter("host", "on", 5.0)
    with pytest.raises(ValueError, match="'on' since 5 s"):
        recorder.enter("host", "off", 3.0)
