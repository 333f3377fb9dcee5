"""Placement: never more than a host has, first fit as one VM at a time would do it, and a reason for who finds no
host."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vinfra.operations.placement import NOWHERE, Batch, Room, placements, why_nowhere

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
