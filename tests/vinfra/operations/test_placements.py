"""Placement: never more than a host has, first fit as one VM at a time would do it, and a reason for who finds no
host."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vinfra.hardware.power import PowerCurve
from vinfra.hardware.power_policies.follows_load import FollowsLoad
from vinfra.operations.placement import NOWHERE, Batch, Power, Room, placements, why_nowhere

GIB = 2.0**30


def batch(count: int, memory: float, cpu: float = 0.0, speed: float = 0.0, hosts: int = 3) -> Batch:
    need = np.full(hosts, cpu)
    return Batch("vm", count, memory, need, need, speed, np.ones(hosts, dtype=bool))


def room(memory: list[float], cpu: list[float] | None = None, core: list[float] | None = None) -> Room:
    hosts = len(memory)
    return Room(np.array(memory), np.array(cpu or [1e9] * hosts), np.array(core or [1e9] * hosts))


def test_first_fit_fills_host_after_host() -> None:
    placed = placements["first-fit"]().place(batch(5, 1.0), room([2.0, 1.0, 9.0]))
    assert placed.tolist() == [0, 0, 1, 2, 2]


def test_worst_fit_spreads() -> None:
    placed = placements["worst-fit"]().place(batch(4, 1.0), room([2.0, 3.0, 2.0]))
    assert placed.tolist() == [1, 0, 1, 2]


def test_who_finds_no_host_is_nowhere_and_says_what_was_missing() -> None:
    full = room([1.0 * GIB] * 3)
    wanted = batch(4, GIB)
    placed = placements["first-fit"]().place(wanted, full)
    assert placed.tolist() == [0, 1, 2, NOWHERE]
    assert why_nowhere(wanted, wanted.reserved, full) == "no host had 1 GiB of memory left"


def test_a_core_slower_than_the_vcpu_takes_no_vm() -> None:
    slow = room([9.0] * 3, core=[1.86e9] * 3)
    wanted = batch(1, 1.0, speed=2.5e9)
    assert placements["first-fit"]().place(wanted, slow).tolist() == [NOWHERE]
    assert why_nowhere(wanted, wanted.reserved, slow) == "no core is as fast as its vCPU (2.5 GHz)"


def test_what_fits_exactly_in_decimal_fits() -> None:
    placed = placements["first-fit"]().place(batch(3, 0.1, hosts=1), room([0.3]))
    assert placed.tolist() == [0, 0, 0]


@pytest.mark.parametrize("policy", placements.names())
@settings(max_examples=100, deadline=None)
@given(
    memory=st.lists(st.integers(0, 20), min_size=3, max_size=3),
    cpu=st.lists(st.integers(0, 20), min_size=3, max_size=3),
    batches=st.lists(st.tuples(st.integers(0, 8), st.integers(1, 5), st.integers(0, 5)), min_size=1, max_size=4),
)
def test_no_placement_promises_more_than_there_is(
    policy: str, memory: list[int], cpu: list[int], batches: list[tuple[int, int, int]]
) -> None:
    left = room([float(size) for size in memory], [float(size) for size in cpu])
    used_memory, used_cpu = np.zeros(3), np.zeros(3)
    for count, size, speed in batches:
        placed = placements[policy]().place(batch(count, float(size), float(speed)), left)
        assert len(placed) == count
        counts = np.bincount(placed[placed != NOWHERE], minlength=3)
        used_memory += counts * size
        used_cpu += counts * speed
    assert (used_memory <= np.array(memory)).all()
    assert (used_cpu <= np.array(cpu)).all()
    np.testing.assert_array_equal(left.memory, np.array(memory) - used_memory)


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.integers(0, 12), min_size=3, max_size=3),
    st.lists(st.tuples(st.integers(0, 6), st.integers(1, 4)), max_size=4),
)
def test_first_fit_by_batches_is_first_fit_one_by_one(memory: list[int], batches: list[tuple[int, int]]) -> None:
    left = room([float(size) for size in memory])
    plain = list(memory)
    for count, size in batches:
        placed = placements["first-fit"]().place(batch(count, float(size)), left)
        for found in placed:
            first = next((host for host in range(3) if plain[host] >= size), NOWHERE)
            assert found == first
            if first != NOWHERE:
                plain[first] -= size


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.integers(0, 12), min_size=3, max_size=3),
    st.lists(st.tuples(st.integers(0, 6), st.integers(1, 4)), max_size=4),
)
def test_best_fit_by_batches_is_best_fit_one_by_one(memory: list[int], batches: list[tuple[int, int]]) -> None:
    left = room([float(size) for size in memory])
    plain = list(memory)
    for count, size in batches:
        for found in placements["best-fit"]().place(batch(count, float(size)), left):
            able = [host for host in range(3) if plain[host] >= size]
            best = min(able, key=lambda host: plain[host], default=NOWHERE)
            assert found == best
            if best != NOWHERE:
                plain[best] -= size


CURVES = [
    PowerCurve([10, 30, 40, 50, 60, 70, 80, 90, 95, 98, 100]),
    PowerCurve([20, 21, 22, 24, 27, 31, 36, 42, 49, 57, 90]),
]


def powered(memory: list[float], curve: list[int], empty: str = "powered-off") -> Room:
    hosts = len(memory)
    policy = FollowsLoad(empty_hosts=empty)
    power = Power(np.full(hosts, 10.0), np.array(curve), CURVES, policy, np.zeros(hosts), np.zeros(hosts, dtype=bool))
    return Room(np.array(memory), np.full(hosts, 1e9), np.full(hosts, 1e9), power)


def test_a_host_that_is_off_costs_its_idle_power_with_its_first_vm() -> None:
    off, idle = (powered([4.0, 4.0], [1, 1], empty) for empty in ("powered-off", "idle"))
    assert placements["power-aware"]().place(batch(4, 1.0, 2.0, hosts=2), off).tolist() == [0, 0, 0, 0]
    # Idling hosts cost the same anyway, and the curve is steeper further up.
    assert placements["power-aware"]().place(batch(4, 1.0, 2.0, hosts=2), idle).tolist() == [0, 1, 0, 1]


def test_hosts_that_would_be_wanted_for_more_than_they_have_come_last() -> None:
    placed = placements["power-aware"]().place(batch(6, 1.0, 4.0, hosts=2), powered([4.0, 4.0], [0, 1]))
    assert sorted(placed[:4].tolist()) == [0, 0, 1, 1]
    assert sorted(placed[4:].tolist()) == [0, 1]


def test_what_a_vm_is_known_to_want_counts_in_place_of_all_its_vcpus() -> None:
    lazy = Batch("vm", 8, 1.0, np.zeros(2), np.full(2, 4.0), 0.0, np.ones(2, dtype=bool), demand=0.1)
    assert placements["power-aware"]().place(lazy, powered([8.0, 8.0], [0, 1])).tolist() == [0] * 8
    assert placements["power-aware"]().place(batch(1, 1.0, 4.0, hosts=2), powered([8.0, 8.0], [0, 1])).tolist() == [1]


@pytest.mark.parametrize("cells", [1, 7, 10**6])
@settings(max_examples=60, deadline=None)
@given(
    memory=st.lists(st.integers(0, 8), min_size=4, max_size=4),
    curve=st.lists(st.integers(0, 1), min_size=4, max_size=4),
    empty=st.sampled_from(["powered-off", "idle"]),
    batches=st.lists(st.tuples(st.integers(0, 8), st.integers(1, 3), st.sampled_from([1.0, 2.5, 4.0])), max_size=4),
)
def test_power_aware_takes_the_host_whose_power_rises_least(
    cells: int,
    memory: list[int],
    curve: list[int],
    empty: str,
    batches: list[tuple[int, int, float]],
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("vinfra.operations.placements.power_aware.CELLS", cells)
        left = powered([float(size) for size in memory], curve, empty)
        policy, plain, load, used = FollowsLoad(empty_hosts=empty), list(memory), [0.0] * 4, [False] * 4
        for count, size, cpu in batches:
            for found in placements["power-aware"]().place(batch(count, float(size), cpu, hosts=4), left).tolist():
                rises = {}
                for host in (one for one in range(4) if plain[one] >= size):
                    after = load[host] + cpu / 10
                    ends = np.array([min(load[host], 1.0), min(after, 1.0)])
                    watts = policy.watts(CURVES[curve[host]], ends, np.array([used[host], True]))
                    rises[host] = (after > 1 + 1e-9, round(after, 9) if after > 1 + 1e-9 else watts[1] - watts[0])
                if found == NOWHERE:
                    assert not rises
                    continue
                assert rises[found] <= min((over, value + 1e-6) for over, value in rises.values())
                plain[found], load[found], used[found] = plain[found] - size, load[found] + cpu / 10, True


@pytest.mark.parametrize("policy", placements.names())
def test_no_host_takes_more_of_a_batch_than_it_may(policy: str) -> None:
    few = Batch("vm", 9, 1.0, np.zeros(3), np.zeros(3), 0.0, np.ones(3, dtype=bool), np.array([2, 0, 1]))
    placed = placements[policy]().place(few, room([9.0] * 3))
    assert np.bincount(placed[placed != NOWHERE], minlength=3).tolist() == [2, 0, 1]
