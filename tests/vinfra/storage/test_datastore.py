"""The space of a datastore: deltas in steps, when it is full, who stands still then, and who goes on."""

from __future__ import annotations

import math

import numpy as np
import pytest

from vinfra.storage.datastore import STEP, Space
from vinfra.workloads.writable_set import WritableSet

MIB, GIB = 2.0**20, 2.0**30


def guest(rate: float, size: float = 10 * GIB) -> WritableSet:
    return WritableSet((size,), (rate,))


def test_a_delta_begins_with_a_step_and_grows_in_steps() -> None:
    space = Space(GIB, 0.0)
    space.open("vm", guest(MIB, 1000 * GIB), 0.0)
    assert space.allocated(0.0) == STEP
    assert space.allocated(15.9) == STEP
    assert space.allocated(16.5) == 2 * STEP
    assert space.grown("vm", 10.0) == pytest.approx(10 * MIB, rel=1e-4)


def test_growth_is_that_of_random_writes_to_a_working_set() -> None:
    """Blocks written at random, counted one by one, against B (1 - exp(-w t / B))."""
    blocks, block, rng = 4096, 65536.0, np.random.default_rng(7)
    writes = rng.integers(0, blocks, size=3 * blocks)
    space = Space(10 * GIB, 0.0)
    space.open("vm", guest(block * 100, blocks * block), 0.0)  # a hundred blocks a second
    for seconds in (10, 40, 100):
        counted = len(np.unique(writes[: 100 * seconds])) * block
        assert space.grown("vm", seconds) == pytest.approx(counted, rel=0.02)


def test_the_moment_it_is_full_is_foretold() -> None:
    space = Space(GIB, GIB - 10 * STEP)
    space.open("vm", guest(MIB, 1000 * GIB), 0.0)
    at = space.fills_at(0.0)
    assert at == pytest.approx(160.0, rel=1e-3)
    assert space.free(at - 0.01) == pytest.approx(0.0) and space.stand_still(at - 0.01) == []
    assert space.stand_still(at) == ["vm"]
    assert space.allocated(at) == 10 * STEP


def test_a_working_set_that_fits_never_fills_it() -> None:
    space = Space(GIB, 0.0)
    space.open("vm", guest(100 * MIB, 0.9 * GIB), 0.0)
    assert space.fills_at(0.0) == math.inf


def test_those_that_need_a_step_stop_one_after_the_other() -> None:
    space = Space(GIB, GIB - 8 * STEP)
    for name, rate in (("fast", 4 * MIB), ("slow", 0.5 * MIB)):
        space.open(name, guest(rate, 1000 * GIB), 0.0)
    stopped = []
    while (at := space.fills_at(stopped[-1][1] if stopped else 0.0)) < math.inf:
        stopped += [(name, at) for name in space.stand_still(at)]
    assert [name for name, _ in stopped] == ["fast", "slow"]
    assert stopped[0][1] < stopped[1][1]


def test_who_stood_still_goes_on_where_it_was() -> None:
    space = Space(GIB, GIB - 2 * STEP)
    space.open("vm", guest(MIB, 1000 * GIB), 0.0)
    at = space.fills_at(0.0)
    space.stand_still(at)
    assert space.grown("vm", at + 1000) == pytest.approx(2 * STEP)
    space.taken -= 100 * STEP
    assert space.go_on(at + 1000) == ["vm"]
    assert space.grown("vm", at + 1016) == pytest.approx(2 * STEP + STEP, rel=1e-3)


def test_what_cannot_be_is_refused() -> None:
    space = Space(2 * STEP, STEP)
    space.open("vm", guest(1.0), 0.0)
    with pytest.raises(ValueError, match="already"):
        space.open("vm", guest(1.0), 0.0)
    with pytest.raises(ValueError, match="no room"):
        space.open("other", guest(1.0), 0.0)


def test_a_guest_that_is_off_writes_nothing() -> None:
    space = Space(GIB, 0.0)
    space.open("vm", guest(MIB, 1000 * GIB), 0.0)
    space.freeze("vm", 20.0)
    frozen = space.grown("vm", 20.0)
    assert space.grown("vm", 1000.0) == frozen == pytest.approx(20 * MIB, rel=1e-3)
    assert space.fills_at(1000.0) == math.inf and space.steps_per_second(1000.0) == 0.0
    space.thaw("vm", 1000.0)
    assert space.grown("vm", 1010.0) == pytest.approx(30 * MIB, rel=1e-3)
    assert space.written("vm", 1010.0) == pytest.approx(30.0)


def test_who_stood_still_and_is_off_goes_on_when_it_is_on_and_has_a_step() -> None:
    space = Space(GIB, GIB - 2 * STEP)
    space.open("vm", guest(MIB, 1000 * GIB), 0.0)
    at = space.fills_at(0.0)
    space.stand_still(at)
    space.freeze("vm", at)
    space.taken -= STEP
    assert space.go_on(at + 10) == []
    space.thaw("vm", at + 20)
    assert space.grown("vm", at + 30) == 2 * STEP
    assert space.go_on(at + 30) == ["vm"]
    assert space.grown("vm", at + 34) == pytest.approx(2 * STEP + 4 * MIB, rel=1e-3)


def test_a_step_lets_one_guest_go_on_and_not_all_that_wait_for_it() -> None:
    space = Space(GIB, GIB - 4 * STEP)
    for name in ("one", "two"):
        space.open(name, guest(MIB, 1000 * GIB), 0.0)
    at = space.fills_at(0.0)
    assert space.stand_still(at) == ["one", "two"]
    space.taken -= STEP
    assert space.go_on(at + 1) == ["one"]
    assert space.free(at + 1) == 0.0
