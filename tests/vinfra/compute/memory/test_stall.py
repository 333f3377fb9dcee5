"""What waiting for pages does to VMs, and what happens at a disk that everybody waits for."""

from __future__ import annotations

import numpy as np
import pytest

from tests.vinfra.compute.memory.few import GIB, machines
from vinfra.compute.memory.stall import Faults, Pace, pace

DECOMPRESSION = 20e-6


def on_one_host(disk: list[float], cache: list[float], computing: list[float], vcpus: float = 1.0) -> Pace:
    count = len(disk)
    faults = Faults(np.array(disk), np.array(cache))
    there = machines(16 * GIB, "swap")
    at = np.zeros(count, dtype=np.int64)
    return pace(at, faults, np.array(computing), np.full(count, vcpus), there, DECOMPRESSION)


def test_an_idle_vm_waits_in_time_it_has() -> None:
    found = on_one_host([100.0], [0.0], [0.4])
    assert found.progress[0] == 1.0 and found.waiting[0] == pytest.approx(0.5)


def test_a_busy_vm_makes_its_work_over_work_and_waiting() -> None:
    assert on_one_host([100.0], [0.0], [1.0]).progress[0] == pytest.approx(1 / 1.5)
    assert on_one_host([0.0], [10_000.0], [1.0]).progress[0] == pytest.approx(1 / 1.2)


def test_vcpus_wait_side_by_side() -> None:
    assert on_one_host([100.0], [0.0], [1.0], vcpus=4.0).progress[0] == pytest.approx(1 / 1.125)


def test_a_disk_serves_no_more_than_it_can_and_everybody_waits_for_it() -> None:
    found = on_one_host([300.0, 500.0, 0.0], [0.0, 0.0, 0.0], [0.5, 0.5, 0.5])
    assert found.faults.sum() == pytest.approx(200.0)
    assert found.progress[2] == 1.0
    assert found.progress[0] > found.progress[1]


def test_where_the_disk_keeps_up_nothing_queues() -> None:
    found = on_one_host([50.0, 60.0], [0.0, 0.0], [0.2, 0.2])
    np.testing.assert_allclose(found.faults, [50.0, 60.0])
