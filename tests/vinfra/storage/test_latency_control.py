"""Latency control across hosts: where windows settle, in equations and request by request."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vinfra import facts
from vinfra.engine.clock import Clock
from vinfra.engine.streams import Streams
from vinfra.storage.disk import Disk
from vinfra.storage.guest_stream import Pattern
from vinfra.storage.initiator import Initiator
from vinfra.storage.latency_control import LatencyControl, betas
from vinfra.storage.lun import Lun
from vinfra.storage.queue import LunQueue
from vinfra.storage.raid import Raid

RATE = 3000.0  # I/Os per second of an array that is full
EQUAL = dict.fromkeys(("a", "b", "c", "d"), 1.0)


def full(windows: Mapping[str, float]) -> float:
    """Latency of an array that does as much however much is outstanding (Little's law)."""
    return sum(windows.values()) / RATE


def test_hosts_settle_just_above_the_threshold_and_share_evenly() -> None:
    control = LatencyControl(highest=64.0)
    windows = control.settle(EQUAL, full)
    latency = full(windows)
    assert 0.030 < latency < 0.033
    assert len({round(window, 3) for window in windows.values()}) == 1
    assert windows["a"] == pytest.approx(latency / (latency - 0.030), rel=1e-3), "w = beta * latency / (latency - L)"


def test_windows_are_as_the_shares() -> None:
    windows = LatencyControl(highest=100.0, lowest=1.0).settle(betas({"a": 1000, "b": 2000, "c": 4000}), full)
    assert windows["b"] == pytest.approx(2 * windows["a"], rel=1e-3)
    assert windows["c"] == pytest.approx(4 * windows["a"], rel=1e-3)


def test_nothing_is_held_back_while_latency_is_low() -> None:
    assert LatencyControl().settle(EQUAL, lambda windows: 0.010) == dict.fromkeys(EQUAL, 32.0)


def test_no_host_starves_where_latency_stays_high() -> None:
    assert LatencyControl().settle(EQUAL, lambda windows: 1.0) == dict.fromkeys(EQUAL, 4.0)


def test_latency_is_remembered_in_part() -> None:
    control = LatencyControl(alpha=0.8)
    assert control.remembered(0.050, None) == 0.050
    assert control.remembered(0.050, 0.010) == pytest.approx(0.2 * 0.050 + 0.8 * 0.010)


@given(st.floats(1, 200), st.floats(0.001, 1.0), st.floats(0.1, 10))
def test_a_window_stays_within_its_bounds(window: float, latency: float, beta: float) -> None:
    control = LatencyControl()
    assert control.lowest <= control.step(window, latency, beta) <= control.highest


def test_betas_are_one_on_average() -> None:
    assert betas({"a": 1000.0, "b": 3000.0}) == {"a": 0.5, "b": 1.5}


@pytest.mark.slow
def test_requests_settle_where_the_equations_do() -> None:
    disk, raid = facts.load("disks", "fc-15k", Disk), facts.load("raid", "raid0", Raid)
    hosts = [Initiator(name, Pattern(16384.0, 1.0, 0.0, 32.0)) for name in EQUAL]
    clock = Clock()
    queue = LunQueue(clock, Lun("lun", disk, 12, raid), hosts, Streams(1))
    clock.run(until=5.0)
    before = queue.latency()
    assert before[1] / before[0] > 0.037, "without control they wait longer"
    clock.process(LatencyControl().run(queue, EQUAL), source="control")
    clock.run(until=60.0)
    queue.clear()
    clock.run(until=80.0)
    ios, seconds = queue.latency()
    assert seconds / ios == pytest.approx(0.0315, rel=0.05)
    rates = [one.throughput for one in queue.served().values()]
    assert max(rates) == pytest.approx(min(rates), rel=0.05)
