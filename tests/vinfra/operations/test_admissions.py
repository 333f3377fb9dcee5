"""Admission: what a cluster admits it can still run when any of its hosts fail."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vinfra.operations.admission import PLENTY, Load, Pool, admissions, left_after, survives

GHZ, GIB = 1e9, 2.0**30
NAMES = ["h1", "h2", "h3"]
# The example of the vSphere Availability guide.
POOL = Pool(np.array([9.0, 9.0, 6.0]) * GHZ, np.array([9.0, 6.0, 6.0]) * GIB, np.zeros(3, dtype=int), 1, NAMES, NAMES)
VMS = [(2.0, 1.0), (2.0, 1.0), (1.0, 2.0), (1.0, 1.0), (1.0, 1.0)]


def load(vms: list[tuple[float, float]]) -> Load:
    made = Load.none(1)
    for cpu, memory in vms:
        made = made.plus(np.array([1]), cpu * GHZ, memory * GIB)
    return made


def test_slots_are_counted_as_in_the_guide() -> None:
    one, two = admissions["slots"](), admissions["slots"](failures=2)
    assert one._slots(POOL, np.array([2 * GHZ]), np.array([2 * GIB])).tolist() == [4, 3, 3]
    assert one.keeps(POOL, load(VMS)).all()
    assert not two.keeps(POOL, load(VMS)).any()
    assert one.most(POOL, load(VMS), GHZ, GIB).tolist() == [1]


def test_one_large_vm_makes_all_slots_large() -> None:
    slots = admissions["slots"]()
    assert slots.most(POOL, load(VMS), GHZ, 3 * GIB).tolist() == [0]
    assert admissions["slots"](most_memory="2 GiB").most(POOL, load(VMS), GHZ, 3 * GIB).tolist() == [1]
    assert slots.why(POOL, load([*VMS, (1.0, 3.0)])) == (
        "no slot for them if h1 fails: 6 slots as large as the largest VM (2 GHz and 3 GiB) would be needed, "
        "4 are there"
    )


def test_a_share_is_what_fits_without_the_largest_hosts() -> None:
    share = admissions["share"]()
    assert share.most(POOL, Load.none(1), 0.0, 5 * GIB).tolist() == [2]
    assert share.most(POOL, load(VMS), 4 * GHZ, 0.0).tolist() == [2]
    assert share.most(POOL, load(VMS), 0.0, 0.0).tolist() == [PLENTY]
    assert share.why(POOL, load([(1.0, 13.0)])) == (
        "no room for them if h1 fails: 13 GiB would be needed, 12 GiB are there"
    )
    assert (
        admissions["share"](failures=3)
        .why(POOL, load([(0.0, 1.0)]))
        .startswith("no room for them if the 3 largest hosts fail: 1 GiB would be needed, 0 ")
    )


def test_a_part_can_be_kept_free_as_in_the_guide() -> None:
    # 7 of 24 GHz and 6 of 21 GB are taken: 70 and 71 % are free, so a quarter is kept by far.
    quarter = admissions["share"](cpu=0.25, memory=0.25)
    assert quarter.keeps(POOL, load(VMS)).all()
    assert quarter.most(POOL, load(VMS), 11 * GHZ, 0.0).tolist() == [1]
    assert quarter.most(POOL, load(VMS), 11.1 * GHZ, 0.0).tolist() == [0]
    assert "with 25 % kept free: 19 GHz guaranteed would be needed, 18 GHz are there" in quarter.why(
        POOL, load([*VMS, (12.0, 0.0)])
    )


def test_hosts_for_failover_are_closed_and_the_rest_is_free() -> None:
    kept = admissions["failover-hosts"](hosts=["h2"])
    assert kept.closed(POOL).tolist() == [False, True, False]
    assert kept.most(POOL, Load.none(1), GHZ, GIB).tolist() == [PLENTY]
    assert kept.why(POOL, Load.none(1)) == "h2 is kept empty for VMs of hosts that fail"


def test_clusters_are_judged_each_by_itself() -> None:
    two = Pool(np.full(4, 10.0), np.array([8.0, 4.0, 2.0, 2.0]), np.array([0, 0, 1, 1]), 2)
    assert left_after(two.memory, two.cluster, 2, 1).tolist() == [4.0, 2.0]
    assert survives(two, np.zeros(2), np.array([4.0, 3.0]), 1).tolist() == [True, False]
    assert survives(two.only(np.array([True, True, True, False])), np.zeros(2), np.array([4.0, 1.0]), 1).tolist() == [
        True,
        False,
    ]


SIZES = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4), st.integers(1, 12)), min_size=1, max_size=4)


@pytest.mark.parametrize("policy", ["share", "slots"])
@settings(max_examples=150, deadline=None)
@given(
    hosts=st.lists(st.tuples(st.integers(1, 12), st.integers(1, 12)), min_size=1, max_size=5),
    failures=st.integers(0, 3),
    batches=SIZES,
)
def test_what_is_admitted_fits_whichever_hosts_fail(
    policy: str, hosts: list[tuple[int, int]], failures: int, batches: list[tuple[int, int, int]]
) -> None:
    capacity, memory = np.array(hosts, dtype=float).T
    pool = Pool(capacity * GHZ, memory * GIB, np.zeros(len(hosts), dtype=int), 1)
    rule, there = admissions[policy](failures=failures), Load.none(1)
    for cpu, size, count in batches:
        admitted = np.minimum(rule.most(pool, there, cpu * GHZ, size * GIB), count)
        more = there.plus(admitted, cpu * GHZ, size * GIB)
        if admitted[0] or rule.keeps(pool, there).all():
            assert rule.keeps(pool, more).all()
        if admitted[0] < count:
            assert not rule.keeps(pool, there.plus(admitted + 1, cpu * GHZ, size * GIB)).any()
            assert rule.why(pool, there.plus(admitted + 1, cpu * GHZ, size * GIB))
        there = more
    for lost in combinations(range(len(hosts)), min(failures, len(hosts))):
        kept = np.setdiff1d(np.arange(len(hosts)), lost)
        assert there.cpu[0] <= pool.capacity[kept].sum() * (1 + 1e-8)
        assert there.memory[0] <= pool.memory[kept].sum() * (1 + 1e-8)
