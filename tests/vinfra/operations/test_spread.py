"""Balancers that look at the spread: when they begin, what they move, and that one of them never ends."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.vinfra.operations.estates import estate, view
from vinfra.operations.clusters.balancer import Cost, Move
from vinfra.operations.clusters.balancers.momentary import Momentary
from vinfra.operations.clusters.balancers.predictive import Predictive
from vinfra.operations.clusters.estate import HostState
from vinfra.operations.clusters.spread import SpreadBalancer
from vinfra.operations.clusters.view import View

COST = Cost(1.0, 1.0)
BOTH = [Momentary(method="cpu"), Predictive(method="cpu")]


def moves(balancer: SpreadBalancer, on: View) -> list[Move]:
    """A pass over the one cluster; nobody moves where it sees no need."""
    if not len(balancer.uneven(on)):
        return []
    return list(balancer.moves(on, on.of(0), np.ones(len(on.at), dtype=bool), COST))


def pairs(found: list[Move]) -> list[tuple[int, int]]:
    return [(move.vm, move.target) for move in found]


@pytest.mark.parametrize("balancer", BOTH, ids=lambda one: one.name)
class TestBoth:
    def test_nothing_happens_up_to_the_limit(self, balancer: SpreadBalancer) -> None:
        assert moves(balancer, view(2, [0, 0, 1], [10.0, 10.0, 10.0])) == []

    def test_one_small_vm_goes_where_little_is_done(self, balancer: SpreadBalancer) -> None:
        assert pairs(moves(balancer, view(3, [0, 0, 1], [15.0, 10.0, 20.0]))) == [(0, 2)]

    def test_a_host_that_is_leaving_is_not_looked_at(self, balancer: SpreadBalancer) -> None:
        where = estate(3, [0, 0, 1])
        where.state[2] = HostState.LEAVING
        assert [move.target for move in moves(balancer, View(where, np.array([15.0, 10.0, 10.0])))] == [1]

    def test_a_host_without_memory_takes_nobody(self, balancer: SpreadBalancer) -> None:
        full = view(2, [0, 0, 1], [15.0, 15.0, 0.0], [50.0, 50.0, 60.0])
        assert moves(balancer, full) == []


def test_by_memory_the_largest_is_the_one_with_most_memory() -> None:
    assert pairs(moves(Momentary(), view(2, [0, 0], [9.0, 1.0], [10.0, 20.0]))) == [(1, 1)]


def test_a_vm_larger_than_the_spread_goes_to_and_fro_for_ever() -> None:
    at, want = np.array([0, 0, 1]), [40.0, 5.0, 5.0]
    found = []
    for _ in range(6):
        on = view(2, at.tolist(), want)
        found += pairs(moves(Momentary(method="cpu"), on))
        at = on.at
    assert found == [(0, 1), (0, 0)] * 3


def test_the_predictive_one_leaves_it_and_moves_what_helps() -> None:
    assert pairs(moves(Predictive(method="cpu"), view(2, [0, 0, 1], [40.0, 5.0, 5.0]))) == [(1, 1)]


def test_two_full_hosts_are_relieved_one_after_the_other_though_the_first_move_closes_no_spread() -> None:
    found = moves(Predictive(method="cpu"), view(4, [0, 0, 1, 1], [20.0, 20.0, 20.0, 20.0]))
    assert sorted(pairs(found)) == [(0, 2), (2, 3)]
    assert found[-1].why == "spread 40% to 0%, h1 at 40%"


def test_the_momentary_one_moves_as_many_as_it_is_told() -> None:
    assert pairs(moves(Momentary(method="cpu", guests=2), view(2, [0, 0, 0], [5.0, 20.0, 10.0]))) == [(1, 1), (2, 1)]


def test_what_it_sees_is_where_vms_run_and_at_most_a_whole_host() -> None:
    where = estate(2, [0, 0])
    where.at[0] = 1
    want = np.array([60.0, 90.0])
    assert Momentary(method="cpu").use(View(where, want)).tolist() == [1.0, 0.0]
    assert Predictive(method="cpu").use(View(where, want)).tolist() == [0.9, 0.6]


@given(
    st.lists(st.tuples(st.integers(0, 3), st.integers(1, 40), st.integers(1, 40)), min_size=2, max_size=12),
    st.sampled_from(["cpu", "memory"]),
)
def test_every_predicted_move_is_the_best_there_is(vms: list[tuple[int, int, int]], method: str) -> None:
    balancer = Predictive.model_validate({"method": method})
    at, want, memory = ([float(one) for one in column] for column in zip(*vms, strict=True))
    paper = view(4, [int(host) for host in at], want, [m / 4 for m in memory])
    use = balancer.use(paper)
    for move in moves(balancer, view(4, [int(host) for host in at], want, [m / 4 for m in memory])):
        spread, deviation = np.ptp(use), use.std()
        source = int(paper.at[move.vm])
        tried = []
        for vm, target in itertools.product(paper.members(source), range(4)):
            if target != source:
                after = use.copy()
                after[[source, target]] += np.array([-1, 1]) * balancer.sizes(paper)[vm] / balancer.wholes(paper)[0]
                tried.append((round(np.ptp(after), 9), after.std()))
        paper.put(move.vm, move.target)
        use = balancer.use(paper)
        assert round(np.ptp(use), 9) == min(tried)[0]
        assert use.std() == pytest.approx(min(tried)[1])
        assert np.ptp(use) < spread - 1e-9 or (np.ptp(use) < spread + 1e-9 and use.std() < deviation)
