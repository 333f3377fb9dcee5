"""Weights twelve orders of magnitude apart, outages, cancels and changes: fair, within capacity, and every unit of
work accounted for at any moment."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vinfra.engine.activity import Activity, Resource
from vinfra.engine.clock import Clock
from vinfra.engine.filling import Claimant, rates
from vinfra.engine.sharing import Sharing

RESOURCES = 3

magnitudes = st.integers(-3, 9).map(lambda power: 10.0**power / 3)
uses = st.dictionaries(st.integers(0, RESOURCES - 1), st.sampled_from([0.5, 1.0, 2.0]), min_size=1, max_size=3)
claimants = st.builds(
    Claimant,
    weight=magnitudes | st.just(0.0),
    floor=st.sampled_from([0.0, 0.0, 0.01, 3.0]),
    bound=st.sampled_from([math.inf, math.inf, 1e-3, 0.4, 4.0]),
    uses=uses.map(lambda found: tuple(found.items())),
)
capacities = st.lists(st.sampled_from([0.0, 1.0, 2.0, 5.0]), min_size=RESOURCES, max_size=RESOURCES)


@settings(max_examples=300)
@given(st.lists(claimants, min_size=1, max_size=10), capacities)
def test_no_weight_is_so_large_that_small_ones_get_too_much(listed: list[Claimant], sizes: list[float]) -> None:
    found = rates(listed, sizes)
    used = [0.0] * RESOURCES
    for claimant, rate in zip(listed, found, strict=True):
        assert 0 <= rate <= claimant.bound
        for index, amount in claimant.uses:
            used[index] += rate * amount
    full = [use >= size * (1 - 1e-9) for use, size in zip(used, sizes, strict=True)]
    assert all(use <= size * (1 + 1e-12) for use, size in zip(used, sizes, strict=True))
    for claimant, rate in zip(listed, found, strict=True):
        if claimant.weight == 0:
            assert rate <= claimant.floor
        elif rate < claimant.bound * (1 - 1e-9):
            assert any(full[index] for index, _ in claimant.uses), "it could have more without taking from anybody"


moments = st.sampled_from([0.25, 0.5, 1.0, 1.5, 2.0])
acts = st.tuples(moments, st.sampled_from(["cancel", "weight", "bound", "lose", "regain"]), st.integers(0, 11))
copies = st.tuples(st.sampled_from([0.5, 1.0, 3.0, math.inf]), uses, st.sampled_from([1.0, 1e6]))


@settings(max_examples=120)
@given(st.lists(copies, min_size=1, max_size=12), st.lists(acts, max_size=6), st.sampled_from([0.5, 1.25, 2.0, 8.0]))
def test_at_any_moment_work_is_done_or_left_and_resources_carried_what_was_done(
    listed: list[tuple[float, dict[int, float], float]], happens: list[tuple[float, str, int]], until: float
) -> None:
    clock = Clock()
    sharing = Sharing(clock)
    resources = [Resource(f"r{index}", 1.0 + index) for index in range(RESOURCES)]
    under_way: list[Activity] = [
        sharing.start(f"copy-{n:02}", work, {resources[i]: amount for i, amount in used.items()}, weight)
        for n, (work, used, weight) in enumerate(listed)
    ]

    def happen(what: str, index: int) -> None:
        activity, resource = under_way[index % len(under_way)], resources[index % RESOURCES]
        alive = any(activity.name in used.activities for used, _ in activity.uses)
        if what == "cancel" and alive:
            sharing.cancel(activity)
        elif what == "weight" and alive:
            sharing.change(activity, weight=7.0)
        elif what == "bound" and alive:
            sharing.change(activity, bound=0.3)
        elif what in ("lose", "regain"):
            sharing.set_capacity(resource, 0.0 if what == "lose" else 2.0)

    for number, (time, what, index) in enumerate(happens):
        clock.call_at(time, happen, what, index, source=f"{number:02}")
    clock.run(until=until)
    for activity in under_way:
        if activity.work < math.inf:
            assert activity.served + activity.remaining == pytest.approx(activity.work, rel=1e-9)
    for resource in resources:
        done = math.fsum(a.served * amount for a in under_way for used, amount in a.uses if used is resource)
        assert resource.carried(clock.now) == pytest.approx(done, rel=1e-9, abs=1e-9)
        assert resource.used <= resource.capacity * (1 + 1e-12)
