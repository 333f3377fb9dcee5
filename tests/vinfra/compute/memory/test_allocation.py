"""Who keeps how much memory: shares, the tax on idle memory, and bounds."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vinfra.compute.memory.allocation import targets


def one_host(
    room: float,
    active: list[float],
    want: list[float],
    shares: list[float],
    tax: float,
    floor: list[float] | None = None,
) -> np.ndarray:
    at = np.zeros(len(want), dtype=np.int64)
    floors = np.zeros(len(want)) if floor is None else np.array(floor)
    return targets(at, np.array(want), floors, np.array(active), np.array(shares), tax, np.array([room]))


def price(shares: float, pages: float, active: float, tax: float) -> float:
    """rho = S / (P (f + k (1 - f))), as it was published."""
    part = min(active / pages, 1.0)
    return shares / (pages * (part + (1.0 - part) / (1.0 - tax)))


def test_without_a_tax_memory_goes_by_shares_alone() -> None:
    np.testing.assert_allclose(one_host(300.0, [0.0, 256.0], [256.0, 256.0], [1.0, 1.0], 0.0), [150.0, 150.0])
    np.testing.assert_allclose(one_host(300.0, [0.0, 256.0], [256.0, 256.0], [1.0, 2.0], 0.0), [100.0, 200.0])


def test_idle_memory_costs_four_times_as_much_at_a_tax_of_three_quarters() -> None:
    idle, busy = one_host(300.0, [0.0, 256.0], [256.0, 256.0], [1.0, 1.0], 0.75)
    assert 4 * idle == pytest.approx(busy)


def test_all_pay_the_same_for_a_page_in_the_end() -> None:
    active, shares = [20.0, 90.0, 150.0], [1.0, 3.0, 2.0]
    found = one_host(400.0, active, [300.0, 300.0, 300.0], shares, 0.75)
    prices = [price(*each, 0.75) for each in zip(shares, found.tolist(), active, strict=True)]
    assert found.sum() == pytest.approx(400.0)
    np.testing.assert_allclose(prices, prices[0])


def test_a_host_with_room_gives_all_that_is_wanted() -> None:
    np.testing.assert_array_equal(one_host(512.0, [1.0, 1.0], [256.0, 250.0], [1.0, 9.0], 0.75), [256.0, 250.0])


def test_a_reservation_holds_against_shares_and_tax() -> None:
    np.testing.assert_allclose(
        one_host(300.0, [0.0, 256.0], [256.0, 256.0], [1.0, 9.0], 0.75, [200.0, 0.0]), [200, 100]
    )


def test_reservations_that_do_not_fit_are_scaled_alike() -> None:
    np.testing.assert_allclose(
        one_host(100.0, [9.0, 9.0], [256.0, 256.0], [1.0, 9.0], 0.75, [150.0, 50.0]), [75.0, 25.0]
    )


def test_hosts_do_not_reach_into_each_other() -> None:
    found = targets(
        np.array([1, 0, 1]), np.full(3, 10.0), np.zeros(3), np.zeros(3), np.ones(3), 0.75, np.array([4.0, 10.0])
    )
    np.testing.assert_allclose(found, [5.0, 4.0, 5.0])


def by_bisection(
    want: np.ndarray, floor: np.ndarray, active: np.ndarray, shares: np.ndarray, tax: float, room: float
) -> np.ndarray:
    """The level found by halving an interval, each VM's answer from the published price alone."""
    if want.sum() <= room:
        return want
    active = np.minimum(active, want)

    def at(level: float) -> np.ndarray:
        paid = level * shares
        return np.clip(np.where(paid <= active, paid, active + (paid - active) * (1 - tax)), floor, want)

    low, high = 0.0, float((want / (1 - tax) / shares).max())
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if at(middle).sum() < room else (low, middle)
    return at(high)


sizes = st.floats(0.0, 1000.0).map(lambda value: round(value, 3))
vms = st.lists(st.tuples(sizes, sizes, sizes, st.integers(1, 5000)), min_size=1, max_size=8)


@given(vms, st.floats(0.05, 1.2), st.sampled_from([0.0, 0.5, 0.75, 0.95]))
@settings(max_examples=200, deadline=None)
def test_it_agrees_with_a_solver_that_is_too_simple_to_be_wrong(
    rows: list[tuple[float, float, float, int]], part: float, tax: float
) -> None:
    want, active, floor, shares = np.array(rows, dtype=float).T
    floor = np.minimum(floor, want) / 10
    room = max(part * want.sum(), floor.sum())
    found = one_host(room, active.tolist(), want.tolist(), shares.tolist(), tax, floor.tolist())
    np.testing.assert_allclose(found, by_bisection(want, floor, active, shares, tax, room), rtol=1e-6, atol=1e-6)
    assert found.sum() <= room * (1 + 1e-9) + 1e-9 or want.sum() <= room


@given(vms, st.floats(0.05, 1.2), st.floats(1.0, 2.0), st.randoms(use_true_random=False))
@settings(max_examples=100, deadline=None)
def test_more_room_takes_from_nobody_and_listing_order_makes_no_difference(
    rows: list[tuple[float, float, float, int]], part: float, more: float, shuffled: object
) -> None:
    want, active, _, shares = np.array(rows, dtype=float).T
    order = list(range(len(rows)))
    shuffled.shuffle(order)  # type: ignore[attr-defined]

    def give(room: float, of: list[int]) -> np.ndarray:
        return one_host(room, active[of].tolist(), want[of].tolist(), shares[of].tolist(), 0.75)

    room = part * want.sum()
    less = give(room, list(range(len(rows))))
    assert (give(room * more, list(range(len(rows)))) >= less - 1e-6).all()
    np.testing.assert_allclose(give(room, order), less[order], rtol=1e-9, atol=1e-9)
