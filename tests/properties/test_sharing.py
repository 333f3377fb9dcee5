"""Whatever is started, bounded and lost when: work is conserved, nobody gets more than there is, order shows
nowhere."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vinfra.engine.activity import Resource
from vinfra.engine.clock import Clock
from vinfra.engine.filling import Claimant, rates
from vinfra.engine.sharing import Sharing

RESOURCES = 3


@dataclass(frozen=True)
class Job:
    start: float
    work: float
    uses: tuple[tuple[int, float], ...]
    weight: float
    floor: float
    bound: float


amounts = st.sampled_from([0.5, 1.0, 2.0])
jobs = st.builds(
    Job,
    start=st.sampled_from([0.0, 0.0, 1.0, 2.0, 3.5]),
    work=st.sampled_from([0.0, 1.0, 2.0, 5.0]),
    uses=st.dictionaries(st.integers(0, RESOURCES - 1), amounts, min_size=1, max_size=2).map(
        lambda d: tuple(d.items())
    ),
    weight=st.sampled_from([1.0, 2.0]),
    floor=st.sampled_from([0.0, 0.0, 0.1]),
    bound=st.sampled_from([math.inf, math.inf, 0.3]),
)
capacities = st.lists(st.sampled_from([1.0, 2.0, 5.0]), min_size=RESOURCES, max_size=RESOURCES)


def simulate(listed: list[tuple[str, Job]], sizes: list[float], outage: bool) -> tuple[dict[str, float], list[float]]:
    clock = Clock()
    sharing = Sharing(clock)
    resources = [Resource(f"r{index}", size) for index, size in enumerate(sizes)]
    done: dict[str, float] = {}

    def process(name: str, job: Job) -> Any:
        yield clock.timeout(job.start)
        uses = {resources[index]: amount for index, amount in job.uses}
        yield sharing.start(name, job.work, uses, job.weight, job.floor, job.bound)
        done[name] = clock.now

    for name, job in listed:
        clock.process(process(name, job), source=name)
    if outage:
        clock.call_at(2.0, sharing.set_capacity, resources[0], 0.0)
        clock.call_at(5.0, sharing.set_capacity, resources[0], 3.0)
    clock.run()
    return done, [resource.carried(clock.now) for resource in resources]


@settings(max_examples=80)
@given(st.lists(jobs, min_size=1, max_size=12), capacities, st.booleans(), st.integers(0, 99))
def test_work_is_conserved_and_the_order_of_listing_shows_nowhere(
    listed: list[Job], sizes: list[float], outage: bool, seed: int
) -> None:
    named = [(f"job-{index:02}", job) for index, job in enumerate(listed)]
    done, carried = simulate(named, sizes, outage)
    assert set(done) == {name for name, _ in named}
    for index in range(RESOURCES):
        asked = math.fsum(job.work * amount for job in listed for used, amount in job.uses if used == index)
        assert carried[index] == pytest.approx(asked, rel=1e-9, abs=1e-9)
    shuffled = named[:]
    random.Random(seed).shuffle(shuffled)
    assert simulate(shuffled, sizes, outage) == (done, carried)


@settings(max_examples=80)
@given(st.lists(st.tuples(st.sampled_from([0.0, 1.0, 2.0]), st.sampled_from([1.0, 2.0, 5.0])), min_size=1, max_size=12))
def test_virtual_time_and_the_solver_agree(listed: list[tuple[float, float]]) -> None:
    plain = [
        (f"job-{i:02}", Job(start, work, ((0, 1.0),), 1.0, 0.0, math.inf)) for i, (start, work) in enumerate(listed)
    ]
    # A bound that never binds but ties the resource to another one keeps it out of virtual time.
    tied = [(name, Job(j.start, j.work, ((0, 1.0), (1, 1e-9)), 1.0, 0.0, math.inf)) for name, j in plain]
    quick, _ = simulate(plain, [2.0, 1.0, 1.0], False)
    solved, _ = simulate(tied, [2.0, 1.0, 1.0], False)
    assert {name: pytest.approx(time, rel=1e-9) for name, time in quick.items()} == solved


claimants = st.lists(
    st.tuples(
        st.sampled_from([1.0, 2.0, 3.0]),
        st.sampled_from([0.0, 0.0, 0.2]),
        st.sampled_from([math.inf, 0.5, 4.0]),
        st.dictionaries(st.integers(0, RESOURCES - 1), amounts, min_size=1, max_size=3).map(lambda d: tuple(d.items())),
    ).map(lambda fields: Claimant(*fields)),
    min_size=1,
    max_size=10,
)


@settings(max_examples=200)
@given(claimants, capacities)
def test_rates_are_weighted_max_min_fair(listed: list[Claimant], sizes: list[float]) -> None:
    found = rates(listed, sizes)
    used = [0.0] * RESOURCES
    for claimant, rate in zip(listed, found, strict=True):
        assert -1e-12 <= rate <= claimant.bound + 1e-12
        for index, amount in claimant.uses:
            used[index] += rate * amount
    assert all(use <= size * (1 + 1e-9) for use, size in zip(used, sizes, strict=True))
    for claimant, rate in zip(listed, found, strict=True):
        if rate >= claimant.bound * (1 - 1e-9):
            continue
        # Not at its bound: some resource it uses is full, and nobody there who is above a floor has a higher level.
        level = rate / claimant.weight
        assert any(
            used[index] >= sizes[index] * (1 - 1e-9)
            and all(
                other_rate <= max(level * other.weight, other.floor) * (1 + 1e-9)
                for other, other_rate in zip(listed, found, strict=True)
                if index in dict(other.uses)
            )
            for index, _ in claimant.uses
        )
