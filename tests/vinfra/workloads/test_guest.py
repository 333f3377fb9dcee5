"""Workload facts: guest events that are known, with an honest tag."""

from __future__ import annotations

import pytest

from vinfra import facts
from vinfra.hardware.events import GUEST_EVENTS
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
    assert {provenance["events", event].tag for event in facts.read_one("workloads", name).data["events"]} <= {
        "assumed",
        "derived",
    }


def test_the_loops_run_as_often_as_they_were_timed() -> None:
    syscalls = facts.load("workloads", "syscall-loop", Workload).events["syscall"]
    forks = facts.load("workloads", "fork-wait", Workload).events["process-create"]
    assert syscalls == pytest.approx(10e6 / 0.83, rel=1e-6)
    assert forks == pytest.approx(40_000 / 2.48, rel=1e-4)


def test_a_build_does_not_spend_more_native_time_in_its_events_than_there_is() -> None:
    netburst = [facts.load("processors", name, Processor) for name in ("pentium-4-672", "xeon-2.4")]
    native = {event: cycles for processor in netburst for event, cycles in processor.measured["native"].items()}
    events = facts.load("workloads", "kernel-build", Workload).events
    busy = sum(rate * native.get(event, 0.0) for event, rate in events.items())
    assert busy < 0.2 * netburst[0].frequency
