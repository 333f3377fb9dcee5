"""Workload facts: guest events that are known, with an honest tag."""

from __future__ import annotations

import pytest

from vinfra import facts
from vinfra.hardware.events import GUEST_EVENTS
from vinfra.hardware.pace import pace
from vinfra.hardware.processor import Processor
from vinfra.workloads.guest import Workload

NAMES = facts.names("workloads")


@pytest.mark.parametrize("name", NAMES)
def test_workload_counts_events_that_are_known(name: str) -> None:
    workload = facts.load("workloads", name, Workload)
    assert set(workload.events) <= set(GUEST_EVENTS)
    assert all(rate > 0 for rate in workload.events.values())


@pytest.mark.parametrize("name", NAMES)
def test_no_rate_claims_to_be_measured(name: str) -> None:
    provenance = facts.read_one("workloads", name).provenance
    assert {provenance["events", event].tag for event in facts.read_one("workloads", name).data.get("events", {})} <= {
        "assumed",
        "derived",
    }


@pytest.mark.parametrize(("name", "event"), [("syscall-loop", "syscall"), ("fork-wait", "process-create")])
def test_a_loop_repeats_its_event_as_often_as_native_time_allows(name: str, event: str) -> None:
    opteron = facts.load("processors", "opteron-248", Processor)
    rates = facts.load("workloads", name, Workload).rates(opteron, native_cycles=220.0)
    assert rates[event] == pytest.approx(opteron.frequency / 220)
    assert rates["timer-tick"] == 250


def test_a_faster_processor_meets_more_events_in_a_second_but_the_same_ticks() -> None:
    build = facts.load("workloads", "kernel-build", Workload)
    slow, counted = (facts.load("processors", name, Processor) for name in ("xeon-2.4", "opteron-248"))
    there, here = build.rates(counted, None), build.rates(slow, None)
    assert there["page-fault"] == build.events["page-fault"]
    assert here["page-fault"] / there["page-fault"] == pytest.approx(131 / 220, rel=0.01), "as builds take there"
    assert here["timer-tick"] == there["timer-tick"]


@pytest.mark.parametrize("name", facts.names("processors"))
def test_the_pace_of_every_processor_is_known(name: str) -> None:
    assert pace(facts.load("processors", name, Processor)) > 0


def test_a_build_does_not_spend_more_native_time_in_its_events_than_there_is() -> None:
    netburst = [facts.load("processors", name, Processor) for name in ("pentium-4-672", "xeon-2.4")]
    native = {event: cycles for processor in netburst for event, cycles in processor.measured["native"].items()}
    events = facts.load("workloads", "kernel-build", Workload).events
    busy = sum(rate * native.get(event, 0.0) for event, rate in events.items())
    assert busy < 0.2 * netburst[0].frequency
