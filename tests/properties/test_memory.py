"""Memory of a crowded host, whatever its VMs are: everything is somewhere, within its bounds, in any order."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vinfra.compute.memory.content import Content
from vinfra.compute.memory.hosts import Memory
from vinfra.compute.memory.machines import Guests, Machines, Plan
from vinfra.compute.memory.policy import Policy
from vinfra.compute.memory.stall import Pace
from vinfra.engine.streams import Streams
from vinfra.hypervisors.product import Reclaim

MIB = 2.0**20
MEANS: list[Reclaim] = ["sharing", "balloon", "compression"]
CONTENTS = [
    Content(title="one", system="a", application="x", zero=0.1, system_pages=0.2, application_pages=0.1),
    Content(title="other", system="a", repeated=0.2, system_pages=0.4),
]
Row = tuple[float, float, float, int, float, float, int, bool, int]
ROW = st.tuples(
    st.floats(64, 4096),  # MiB configured
    st.floats(0.1, 1.0),  # touched of it
    st.floats(0.0, 1.0),  # active of that
    st.integers(1, 5000),  # shares
    st.floats(0.0, 0.1),  # reserved
    st.sampled_from([0.3, 0.8, 9.0]),  # limit
    st.integers(-1, 1),  # content
    st.booleans(),  # with a balloon driver
    st.integers(1, 4),  # vCPUs
)


def plan(rows: list[Row], part: float, means: list[Reclaim]) -> Plan:
    """The VMs on one host that has a part of what they touched, and their overhead."""
    size, touched, active, shares, reserved, limit, content, driver, vcpus = np.array(rows, dtype=float).T
    size = np.round(size) * MIB
    vms = Guests(
        names=[f"vm-{number}" for number in range(len(rows))],
        configured=size,
        touched=size * touched,
        active=size * touched * active,
        shares=shares,
        reservation=size * reserved,
        limit=np.where(limit > 1, np.inf, size * limit),
        vcpus=vcpus,
        content=content.astype(np.int64),
        driver=driver.astype(bool),
        large=np.zeros(len(rows), dtype=bool),
    )
    room = float((vms.touched * part + vms.overhead(Policy())).sum())
    there = Machines(
        ["host"], np.array([room]), np.array([8e9]), [frozenset([*means, "swap"])], np.full(1, 200.0), np.ones(1)
    )
    return Plan(there, vms, CONTENTS, Policy())


def run(made: Plan, steps: list[float]) -> tuple[Memory, Pace]:
    at = np.zeros(len(made.guests.names), dtype=np.int64)
    memory = Memory(made, at, Streams(5))
    for seconds in steps:
        memory.advance(seconds, at)
    return memory, memory.pace(np.full(len(at), 0.5))


CROWDS = st.lists(ROW, min_size=1, max_size=7)
PARTS = st.floats(0.25, 1.5)
SOME_MEANS = st.lists(st.sampled_from(MEANS), unique=True)
STEPS = st.lists(st.sampled_from([1.0, 30.0, 300.0, 7200.0]), max_size=5)


@given(CROWDS, PARTS, SOME_MEANS, STEPS)
@settings(max_examples=150, deadline=None)
def test_everything_is_somewhere_and_within_its_bounds(
    rows: list[Row], part: float, means: list[Reclaim], steps: list[float]
) -> None:
    made = plan(rows, part, means)
    memory, pace = run(made, steps)
    held, vms, room = memory.holdings, made.guests, float(made.machines.memory[0])
    for what in (held.shared, held.ballooned, held.compressed, held.swapped, held.touched - held.shared - held.out):
        assert (what >= -1e-9 * vms.configured).all()
    assert memory.free()[0] >= -1e-9 * room
    used = held.private.sum() + 0.5 * held.compressed.sum() + memory.sharing.copies(held.shared)[0]
    overhead = vms.overhead(made.policy).sum() + (room * 16 / 4096 if "sharing" in means else 0.0)
    assert used + overhead + memory.free()[0] == pytest.approx(room)
    assert (held.ballooned <= np.where(vms.driver, 0.65, 0.0) * vms.configured * (1 + 1e-9)).all()
    assert (held.compressed <= 0.2 * vms.configured * (1 + 1e-9)).all()
    assert (held.private <= vms.limit * (1 + 1e-9) + 1).all()
    assert ((pace.progress > 0) & (pace.progress <= 1) & (pace.waiting >= 0) & (pace.waiting < 1)).all()
    for _, configured, accounted in memory.balance():
        assert configured == pytest.approx(accounted, rel=1e-9)


@given(CROWDS, PARTS, SOME_MEANS, STEPS, st.randoms(use_true_random=False))
@settings(max_examples=60, deadline=None)
def test_listing_order_makes_no_difference(
    rows: list[Row], part: float, means: list[Reclaim], steps: list[float], shuffled: object
) -> None:
    made = plan(rows, part, means)
    order = list(range(len(rows)))
    shuffled.shuffle(order)  # type: ignore[attr-defined]
    fields = {
        field.name: [getattr(made.guests, field.name)[index] for index in order] for field in dataclasses.fields(Guests)
    }
    vms = Guests(**{name: values if name == "names" else np.array(values) for name, values in fields.items()})  # type: ignore[arg-type]
    one, pace = run(made, steps)
    other, paces = run(dataclasses.replace(made, guests=vms), steps)
    for name in ("shared", "ballooned", "compressed", "swapped"):
        mine, theirs = getattr(one.holdings, name)[order], getattr(other.holdings, name)
        np.testing.assert_allclose(mine, theirs, rtol=1e-6, atol=1.0)
    np.testing.assert_allclose(pace.progress[order], paces.progress, rtol=1e-6)


@given(CROWDS, st.floats(0.4, 1.2), SOME_MEANS)
@settings(max_examples=60, deadline=None)
def test_more_memory_means_that_less_is_taken(rows: list[Row], part: float, means: list[Reclaim]) -> None:
    little, much = (run(plan(rows, size, means), [])[0].holdings for size in (part, 1.5 * part))
    assert much.out.sum() <= little.out.sum() * (1 + 1e-9) + 1.0
