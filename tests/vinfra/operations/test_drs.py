"""DRS: both readings of its formula, what it tolerates, and moves that are worth their cost."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.vinfra.operations.estates import view
from vinfra.operations.clusters.balancer import Cost, Move
from vinfra.operations.clusters.balancers.drs import Drs
from vinfra.operations.clusters.view import View

FREE = Cost(1.0, 0.0)


def moves(drs: Drs, on: View, cost: Cost = FREE) -> list[Move]:
    """A pass over the one cluster; nobody moves where it sees no need."""
    if not len(drs.uneven(on)):
        return []
    return list(drs.moves(on, on.of(0), np.ones(len(on.at), dtype=bool), cost))


@pytest.mark.parametrize(
    ("grouping", "imbalance", "hosts", "priority"),
    [
        ("multiplied", 0.1, 4, 4),  # 0.1 / 0.1 * 2 = 2
        ("multiplied", 0.05, 4, 5),
        ("multiplied", 0.282, 2, 2),  # 3.99 rounds up to 4
        ("multiplied", 0.9, 16, 2),  # never 1, which is for what must be
        ("multiplied", 0.0, 4, 6),
        ("divided", 0.1, 4, 5),  # 0.1 / (0.1 * 2) = 0.5
        ("divided", 0.282, 2, 4),  # 1.99 rounds up to 2
        ("divided", 0.6, 4, 3),
    ],
)
def test_the_priority_is_the_formula_in_either_reading(
    grouping: str, imbalance: float, hosts: int, priority: int
) -> None:
    assert Drs(grouping=grouping).priority(imbalance, hosts) == priority


@given(st.integers(2, 5), st.integers(2, 64), st.floats(0.001, 2.0), st.sampled_from(["multiplied", "divided"]))
def test_what_is_tolerated_is_what_the_threshold_leaves_undone(
    threshold: int, hosts: int, imbalance: float, grouping: str
) -> None:
    drs = Drs(threshold=threshold, grouping=grouping)
    limit = drs.tolerated(hosts)
    if not math.isclose(imbalance, limit, rel_tol=1e-6):
        assert (imbalance > limit) == (drs.priority(imbalance, hosts) <= threshold or threshold == 5)


def test_the_most_conservative_threshold_balances_nothing() -> None:
    assert len(Drs(threshold=1).uneven(view(2, [0, 0], [50.0, 50.0]))) == 0


def test_an_even_cluster_is_left_alone() -> None:
    assert moves(Drs(threshold=5), view(2, [0, 1], [40.0, 40.0])) == []


def test_the_move_that_evens_out_most_comes_first() -> None:
    found = moves(Drs(threshold=5), view(2, [0, 0, 0], [10.0, 30.0, 50.0]))
    assert [(move.vm, move.target) for move in found][:1] == [(2, 1)]
    assert found[0].why.startswith("priority ")


def test_a_move_that_costs_more_than_it_is_worth_is_not_made() -> None:
    uneven = ([0, 0, 1], [30.0, 30.0, 10.0])
    assert moves(Drs(threshold=5), view(2, *uneven)) != []
    # Off the fuller host come 20 or so cycles a second for five minutes; moving takes more.
    assert moves(Drs(threshold=5), view(2, *uneven), Cost(1.0, 1e12)) == []


@given(
    st.lists(st.tuples(st.integers(0, 3), st.floats(0.0, 25.0)), min_size=1, max_size=14),
    st.integers(2, 5),
)
def test_every_move_makes_the_cluster_more_even(vms: list[tuple[int, float]], threshold: int) -> None:
    drs, on = Drs(threshold=threshold), view(4, [host for host, _ in vms], [want for _, want in vms])
    hosts, last, seen = on.of(0), float(on.load.std()), set()
    movable = np.ones(len(on.at), dtype=bool)
    if len(drs.uneven(on)):
        for move in drs.moves(on, hosts, movable, FREE):
            movable[move.vm] = False
            spread = float(on.load[hosts].std())
            assert spread < last + 1e-12
            assert (on.room >= 0).all() and move.vm not in seen
            last = spread
            seen.add(move.vm)
            if len(seen) == len(vms):
                break
