"""Shares, reservations and limits together, against a solver that is too simple to be wrong."""

from __future__ import annotations

from random import Random

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from vinfra.compute.waterfilling import _by_owner, fill


def one_host(want: list[float], shares: list[float], reservation: list[float], capacity: float) -> list[float]:
    granted = fill(
        np.zeros(len(want), dtype=np.int64),
        np.array(want),
        np.array(shares),
        np.array(reservation),
        np.array([capacity]),
    )
    return granted.tolist()


def by_bisection(want: np.ndarray, shares: np.ndarray, reservation: np.ndarray, capacity: float) -> np.ndarray:
    """The level found by halving an interval 200 times."""
    if want.sum() <= capacity:
        return want
    floor = np.minimum(want, reservation)
    if floor.sum() > capacity:
        floor = floor * capacity / floor.sum()
    low, high = 0.0, float((want / shares).max())
    for _ in range(200):
        level = (low + high) / 2
        if np.clip(level * shares, floor, want).sum() < capacity:
            low = level
        else:
            high = level
    return np.clip(high * shares, floor, want)


def test_a_host_with_room_grants_what_is_wanted() -> None:
    assert one_host([1e9, 2e9], [1000, 1000], [0, 0], 4e9) == [1e9, 2e9]


def test_equal_shares_split_equally() -> None:
    assert one_host([3.0, 3.0, 3.0], [1, 1, 1], [0, 0, 0], 6.0) == [2.0, 2.0, 2.0]


def test_shares_weigh() -> None:
    np.testing.assert_allclose(one_host([9.0, 9.0], [1, 2], [0, 0], 6.0), [2.0, 4.0])


def test_what_one_does_not_want_goes_to_the_others() -> None:
    np.testing.assert_allclose(one_host([1.0, 9.0, 9.0], [1, 1, 1], [0, 0, 0], 7.0), [1.0, 3.0, 3.0])


def test_a_reservation_holds_against_larger_shares() -> None:
    np.testing.assert_allclose(one_host([4.0, 9.0], [1, 9], [3.0, 0], 6.0), [3.0, 3.0])


def test_a_reservation_that_is_not_wanted_is_not_kept() -> None:
    np.testing.assert_allclose(one_host([1.0, 9.0], [1, 1], [3.0, 0], 6.0), [1.0, 5.0])


def test_reservations_beyond_the_host_are_scaled_alike() -> None:
    np.testing.assert_allclose(one_host([8.0, 8.0], [1, 1], [8.0, 4.0], 6.0), [4.0, 2.0])


def test_a_host_without_capacity_grants_nothing() -> None:
    assert one_host([8.0, 8.0], [1, 1], [8.0, 4.0], 0.0) == [0.0, 0.0]


vm = st.tuples(
    st.sampled_from([0.0, 0.5, 1.0, 2.0, 3.0, 7.0]),
    st.sampled_from([1.0, 2.0, 1000.0]),
    st.sampled_from([0.0, 0.5, 2.0]),
)


@settings(max_examples=300, deadline=None)
@given(
    st.lists(
        st.tuples(st.lists(vm, min_size=1, max_size=8), st.sampled_from([0.5, 1.0, 3.0, 5.0])), min_size=1, max_size=5
    )
)
def test_many_hosts_at_once_agree_with_one_at_a_time(
    hosts: list[tuple[list[tuple[float, float, float]], float]],
) -> None:
    host = np.repeat(np.arange(len(hosts)), [len(vms) for vms, _ in hosts])
    want, shares, reservation = np.array([row for vms, _ in hosts for row in vms]).T
    capacity = np.array([size for _, size in hosts])
    granted = fill(host, want, shares, reservation, capacity)
    for index, (_, size) in enumerate(hosts):
        mine = host == index
        expected = by_bisection(want[mine], shares[mine], reservation[mine], size)
        np.testing.assert_allclose(granted[mine], expected, rtol=1e-9, atol=1e-9)
    assert (np.bincount(host, weights=granted, minlength=len(hosts)) <= capacity * (1 + 1e-12)).all()


@settings(max_examples=100, deadline=None)
@given(st.lists(vm, min_size=1, max_size=12), st.randoms(use_true_random=False))
def test_the_order_of_vms_changes_nothing_but_rounding(vms: list[tuple[float, float, float]], random: object) -> None:
    order = list(range(len(vms)))
    random.shuffle(order)  # type: ignore[attr-defined]
    want, shares, reservation = (list(column) for column in zip(*vms, strict=True))
    granted = one_host(want, shares, reservation, 4.0)
    shuffled = one_host([want[i] for i in order], [shares[i] for i in order], [reservation[i] for i in order], 4.0)
    np.testing.assert_allclose([granted[i] for i in order], shuffled, rtol=1e-12, atol=1e-12)


@given(st.lists(st.integers(0, 5), min_size=1, max_size=40), st.booleans(), st.randoms(use_true_random=False))
def test_corners_are_in_one_order_whichever_way_they_are_sorted(
    hosts: list[int], in_order: bool, random: Random
) -> None:
    host = np.array(sorted(hosts) if in_order else hosts, dtype=np.int64)
    corners = np.array([random.choice([0.0, 0.5, random.random()]) for _ in range(2 * len(hosts))])
    wanted = np.lexsort((corners, np.concatenate((host, host))))
    assert _by_owner(host, corners, 6).tolist() == wanted.tolist()
