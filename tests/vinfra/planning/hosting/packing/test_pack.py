"""What a placement promises, whatever it is given: nobody left out, no host over-committed, never worse than a
heuristic, never below the bound, the same every time."""

from __future__ import annotations

import builtins
from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vinfra.errors import InputError
from vinfra.planning.hosting.packing import exact
from vinfra.planning.hosting.packing.bound import lower_bound
from vinfra.planning.hosting.packing.heuristic import heuristics
from vinfra.planning.hosting.packing.loads import Capacity, Loads, sizes, too_large
from vinfra.planning.hosting.packing.pack import pack
from vinfra.planning.plan import Packing

HOST = Capacity(100e9, 256 * 2.0**30, 64)
PART = st.floats(0.0, 1.0)


def loads(parts: list[tuple[float, float, int]], apart: list[int] | None = None) -> Loads:
    cpu, memory, vcpus = np.array(parts, dtype=float).reshape(-1, 3).T
    groups = None if apart is None else np.array(apart, dtype=np.int64)
    return Loads(cpu * HOST.cpu, memory * HOST.memory, vcpus, groups)


def drawn(machines: int, seed: int, most: float = 0.5) -> Loads:
    draw = np.random.default_rng(seed)
    parts = draw.uniform(0.05, most, (machines, 3)) * [1, 1, HOST.vcpus]
    return loads([(cpu, memory, round(vcpus)) for cpu, memory, vcpus in parts.tolist()])


def check(asked: Loads, found: Packing) -> None:
    machines = len(asked.cpu)
    assert found.at.shape == (machines,)
    assert sorted(set(found.at.tolist())) == list(range(found.hosts))
    assert found.bound <= found.hosts
    for demand, room in zip(asked.table(), HOST.table(), strict=True):
        for host in range(found.hosts):
            assert demand[found.at == host].sum() <= room * (1 + 1e-12)
    if asked.apart is not None:
        shared = [(at, group) for at, group in zip(found.at, asked.apart, strict=True) if group >= 0]
        assert len(shared) == len(set(shared))


def fewest(asked: Loads) -> int:
    """By trying everything."""
    size = sizes(asked, HOST)
    for hosts in range(1, size.machines + 1):
        for at in product(range(hosts), repeat=size.machines):
            if (size.used(np.array(at), hosts) <= size.room[:, None]).all():
                return hosts
    raise AssertionError("a host for each machine is enough")


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(PART, PART, st.integers(0, 64)), min_size=1, max_size=25), st.data())
def test_every_machine_is_placed_and_no_host_gives_more_than_it_has(parts: list[Any], data: Any) -> None:
    groups = data.draw(st.none() | st.lists(st.integers(-1, 3), min_size=len(parts), max_size=len(parts)))
    asked = loads(parts, groups)
    for name in heuristics:
        size = sizes(asked, HOST)
        at = heuristics[name]().place(size, lower_bound(size)[0])
        assert (size.used(at, int(at.max()) + 1) <= size.room[:, None]).all()
    heuristic, chosen = pack(asked, HOST, effort=0.2)
    check(asked, heuristic)
    check(asked, chosen)
    assert chosen.hosts <= heuristic.hosts


@settings(max_examples=15, deadline=None)
@given(st.lists(st.tuples(PART, PART, st.integers(0, 64)), min_size=1, max_size=6))
def test_the_optimiser_finds_the_fewest_and_the_bound_is_not_above_it(parts: list[Any]) -> None:
    asked = loads(parts)
    truth = fewest(asked)
    assert lower_bound(sizes(asked, HOST))[0] <= truth
    _, chosen = pack(asked, HOST, effort=2.0)
    assert chosen.hosts == chosen.bound == truth


@settings(max_examples=60, deadline=None)
@given(st.lists(st.floats(0.01, 1.0), min_size=1, max_size=40))
def test_the_bound_is_never_above_what_a_rule_needs(parts: list[float]) -> None:
    size = sizes(loads([(0.0, part, 0) for part in parts]), HOST)
    found, why = lower_bound(size)
    assert why == "memory"
    assert np.ceil(sum(parts) - 1e-3) <= found <= heuristics["first-fit"]().place(size, found).max() + 1


def test_machines_of_more_than_half_a_host_count_one_by_one() -> None:
    assert lower_bound(sizes(loads([(0.0, 0.51, 0)] * 7), HOST)) == (7, "memory")
    # Three of 0.6 and four of 0.45: the sum says 4, but no 0.45 fits beside a 0.6.
    assert lower_bound(sizes(loads([(0.6, 0.0, 0)] * 3 + [(0.45, 0.0, 0)] * 4), HOST)) == (5, "CPU")


def test_hosts_that_take_whole_machines_alone_are_counted_so() -> None:
    # Three of 0.3 fit on a host: 30 of them need ten, where their sum would need nine.
    assert lower_bound(sizes(loads([(0.0, 0.3, 0)] * 30), HOST)) == (10, "memory")


def test_the_optimiser_saves_hosts_that_the_heuristics_do_not_find() -> None:
    asked = drawn(60, 3)
    heuristic, chosen = pack(asked, HOST, effort=3.0)
    check(asked, chosen)
    assert chosen.hosts < heuristic.hosts
    assert chosen.method == "CP-SAT"


def test_the_same_question_has_the_same_answer() -> None:
    asked = drawn(40, 5)
    first, again = pack(asked, HOST, effort=0.5)[1], pack(asked, HOST, effort=0.5)[1]
    assert first.at.tolist() == again.at.tolist()


def test_a_bound_that_is_met_costs_no_effort(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exact, "solver", lambda: pytest.fail("asked the optimiser for what was proven"))
    heuristic, chosen = pack(loads([(0.1, 0.25, 4)] * 40), HOST, effort=5.0)
    assert heuristic is chosen
    assert chosen.hosts == chosen.bound == 10
    assert chosen.gap == 0.0


def test_many_machines_of_two_kinds_share_hosts_by_what_they_lack() -> None:
    busy, large = (0.03, 0.005, 1), (0.005, 0.03, 1)
    heuristic, _ = pack(loads([busy] * 500 + [large] * 500), HOST, effort=0.0)
    assert heuristic.method == "dot-product"
    assert heuristic.hosts == heuristic.bound


def test_nothing_to_place_needs_no_host() -> None:
    assert pack(loads([]), HOST, effort=1.0)[1].hosts == 0


def test_machines_that_no_host_takes_are_named_by_resource() -> None:
    asked = loads([(0.5, 0.5, 1), (1.01, 0.5, 1), (0.5, 1.5, 65)])
    assert too_large(asked, HOST).tolist() == [[False, True, False], [False, False, True], [False, False, True]]
    with pytest.raises(ValueError, match="machine 1"):
        pack(asked, HOST, effort=0.0)


def test_a_demand_that_is_no_number_is_refused() -> None:
    with pytest.raises(ValueError, match="must be a number"):
        pack(loads([(float("nan"), 0.1, 1)]), HOST, effort=0.0)


def test_a_missing_optimiser_is_told_with_its_cure(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def without(name: str, *rest: Any, **more: Any) -> Any:
        if name.startswith("ortools"):
            raise ImportError(name)
        return real(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(InputError, match=r"pip install 'vinfra\[planning\]'"):
        pack(drawn(60, 3), HOST, effort=1.0)
