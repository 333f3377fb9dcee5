"""Ways to move a VM, each against what can be worked out by hand."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.vinfra.operations.journeys import MB, Trip, one, plan
from vinfra.operations.migration import Migration, Plan, migrations
from vinfra.operations.migrations.adaptive_pre_copy import AdaptivePreCopy
from vinfra.operations.migrations.dirty_block_tracking import DirtyBlockTracking
from vinfra.operations.migrations.mirroring import Mirroring
from vinfra.operations.migrations.post_copy import PostCopy
from vinfra.operations.migrations.pre_copy import PreCopy
from vinfra.operations.migrations.snapshot_chain import SnapshotChain
from vinfra.workloads.writable_set import WritableSet

MEMORY = [name for name in migrations if migrations[name].moves == "memory"]
DISK = [name for name in migrations if migrations[name].moves == "disk"]


def test_an_idle_vm_is_copied_once_and_stands_still_for_the_switch() -> None:
    journey = one(PreCopy(), rate=0.0)
    assert (journey.sent, journey.rounds) == (pytest.approx(1000 * MB), 1)
    assert journey.downtime == pytest.approx(0.009)
    assert journey.end == pytest.approx(10.009)


def test_rounds_shrink_as_the_equation_says_and_the_rest_is_downtime() -> None:
    method = PreCopy(stop_at="1 MB", progress="0 B")
    journey = one(method, rate=50 * MB, hot=200 * MB)
    sizes, left = [1000 * MB], math.inf
    while left > 1 * MB:
        left = 200 * MB * -math.expm1(-50 * MB * sizes[-1] / 100 / MB / 200 / MB)
        sizes.append(left)
    assert journey.rounds == len(sizes) - 1
    assert journey.sent == pytest.approx(math.fsum(sizes))
    assert journey.downtime == pytest.approx(left / (100 * MB) + 0.009)


def test_where_dirtying_outruns_the_link_rounds_end_and_the_hot_set_is_downtime() -> None:
    journey = one(PreCopy(), rate=1000 * MB, hot=200 * MB)
    assert journey.rounds == 2
    assert journey.downtime == pytest.approx(2.009, rel=1e-3)


def test_a_slower_guest_is_away_for_less_time_where_dirtying_outruns_the_link() -> None:
    fast, slow = (one(PreCopy(throttle=throttle), rate=150 * MB, hot=200 * MB) for throttle in (False, True))
    assert slow.downtime < 0.5 * fast.downtime
    assert slow.rounds > fast.rounds


def test_throttling_takes_cpu_step_by_step_and_gives_it_back() -> None:
    trip = Trip({"link": 100 * MB}, [plan(PreCopy(throttle=True), 1000 * MB, (500 * MB, 0.0), (200 * MB, 800 * MB))])
    trip.run()
    assert trip.guest.paces["vm"][:3] == pytest.approx([0.8, 0.7, 0.6])
    assert trip.guest.paces["vm"][-2:] == [0.0, 1.0]


def test_rounds_have_an_end_even_where_each_gains_a_little() -> None:
    journey = one(PreCopy(stop_at="0 B", progress="0 B", rounds=5), rate=20 * MB, hot=200 * MB)
    assert journey.rounds == 5


def test_the_adaptive_rate_begins_low_follows_dirtying_and_ends_high() -> None:
    # 5 MB/s over 100 MB of hot pages; skipping is left out, so that every rate can be worked out.
    method = AdaptivePreCopy(skip=False, stop_at="1 MB")
    trip = Trip({"link": 125 * MB}, [plan(method, 1000 * MB, (5 * MB, 0.0), (100 * MB, 900 * MB))])
    journey = trip.run()[0]
    spans = [end - start for _, state, start, end in trip.recorder.intervals(1e6) if state.startswith("pre-copy")]
    dirty, sizes = [1000 * MB], []
    for took in spans:
        sizes.append(dirty[-1])
        dirty.append(100 * MB * -math.expm1(-5 * MB * took / (100 * MB)))
    assert sizes[0] / spans[0] == pytest.approx(12.5 * MB)
    assert sizes[1] / spans[1] == pytest.approx(dirty[1] / spans[0] + 6.25 * MB)
    assert journey.downtime == pytest.approx(dirty[-1] / (62.5 * MB) + 0.009)


def test_the_adaptive_rate_gives_up_when_it_would_be_above_the_highest() -> None:
    assert one(AdaptivePreCopy(), rate=400 * MB, hot=500 * MB, link=125 * MB).downtime > 3.0


def test_pages_dirtied_again_are_sent_in_a_later_round() -> None:
    once, twice = (one(PreCopy(skip=skip), rate=50 * MB, hot=200 * MB) for skip in (True, False))
    assert 1000 * MB < once.sent < twice.sent
    assert math.fsum(once.missing) == 0


def test_post_copy_sends_every_byte_once_and_slows_the_guest_instead() -> None:
    busy, idle = one(PostCopy(), rate=200 * MB, hot=200 * MB), one(PostCopy(), rate=0.0)
    assert busy.sent == idle.sent == pytest.approx(1000 * MB)
    assert busy.downtime == idle.downtime == pytest.approx(2**20 / (100 * MB) + 0.009)
    method, writes = PostCopy(), WritableSet((200 * MB, 800 * MB), (200 * MB, 0.0))
    assert method.pace(writes, 10.0) < 1.0 == method.pace(WritableSet((1000 * MB,), (0.0,)), 10.0)


def test_the_pace_of_post_copy_leaves_the_time_for_the_faults_it_makes() -> None:
    method, writes = PostCopy(), WritableSet((200 * MB, 800 * MB), (100 * MB, 1 * MB))
    pace = method.pace(writes, 10.0)
    assert pace * 10 + method.faults(writes, pace, 10.0) * method.fault_wait == pytest.approx(10.0)
    assert method.pace(writes, 10.0, vcpus=4) > pace


def test_a_busy_link_lengthens_rounds_and_more_is_dirtied_in_them() -> None:
    def moved(count: int) -> list[float]:
        plans = [plan(PreCopy(), 1000 * MB, (20 * MB, 0.0), (200 * MB, 800 * MB), f"vm-{n}") for n in range(count)]
        return [journey.sent for journey in Trip({"link": 100 * MB}, plans).run()]

    assert min(moved(4)) > 1.1 * moved(1)[0]


def disk(method: Migration, rate: float, size: float = 10_000 * MB, hot: float = 100 * MB) -> Plan:
    """A disk between two LUNs of 100 MB/s each; a write costs twice a read."""
    return Plan(
        "vm",
        size,
        WritableSet((hot, size - hot), (rate, 0.0)),
        method,
        {"lun/old": 1.0, "lun/new": 2.0},
        "a",
        "new",
        1,
        {"lun/old": 2.0},
        {"lun/new": 2.0},
        {"lun/new": 3.0},
    )


def moved(method: Migration, rate: float) -> tuple[float, float, float, float]:
    """Seconds, bytes, downtime and part of the guest's writes held up."""
    trip = Trip({"lun/old": 100 * MB, "lun/new": 100 * MB}, [disk(method, rate)])
    journey = trip.run()[0]
    return journey.end or 0.0, journey.sent, journey.downtime, journey.held_up / journey.written if rate else 0.0


@pytest.mark.parametrize("name", DISK)
def test_an_idle_disk_is_copied_once_at_the_rate_of_the_slower_lun(name: str) -> None:
    took, sent, downtime, _ = moved(migrations[name](), 0.0)
    assert (took, sent) == (pytest.approx(200.2), pytest.approx(10_000 * MB))
    assert downtime == pytest.approx(0.2)


def test_each_generation_of_storage_migration_is_better_than_the_one_before() -> None:
    chain, tracking, mirror = (moved(method, 8 * MB) for method in (SnapshotChain(), DirtyBlockTracking(), Mirroring()))
    assert chain[2] > tracking[2] > mirror[2] == pytest.approx(0.2)
    assert chain[0] > tracking[0]


def test_mirroring_ends_where_tracking_does_not_converge() -> None:
    tracking, mirror = moved(DirtyBlockTracking(), 200 * MB), moved(Mirroring(), 200 * MB)
    assert tracking[2] > 1.0 > mirror[2]


def test_half_of_the_writes_are_mirrored() -> None:
    took, sent, _, held_up = moved(Mirroring(), 4 * MB)
    assert held_up == pytest.approx(0.0, abs=1e-9)
    assert sent - 10_000 * MB == pytest.approx(0.5 * 4 * MB * (took - 0.2))


def test_a_guest_whose_lun_is_busy_with_the_copy_is_held_up() -> None:
    assert moved(Mirroring(), 90 * MB)[3] > 0.1


@settings(max_examples=100, deadline=None)
@given(
    st.sampled_from(MEMORY),
    st.floats(0.0, 1000.0),
    st.floats(0.001, 0.9),
    st.floats(10.0, 5000.0),
    st.floats(1.0, 1000.0),
    st.booleans(),
)
def test_whatever_a_guest_does_all_its_memory_arrives_and_it_runs_on_one_host(
    name: str, rate: float, hot: float, size: float, link: float, skip: bool
) -> None:
    method = migrations[name](**({"skip": skip} if "skip" in migrations[name].model_fields else {}))
    journey = one(method, rate * MB, hot * size * MB, size * MB, link * MB)
    assert math.fsum(journey.missing) == 0
    assert journey.sent >= size * MB * (1 - 1e-9)
    assert 0 < journey.downtime <= (journey.end or 0.0) + 1e-9
    if name == "post-copy":
        assert journey.sent == pytest.approx(size * MB)
