"""A host that is short of memory: what it takes, by which means, and what it gives back."""

from __future__ import annotations

import numpy as np
import pytest

from tests.vinfra.compute.memory.few import ALIKE, GIB, guests, machines, memory
from vinfra.compute.memory.hosts import Memory
from vinfra.compute.memory.machines import Plan
from vinfra.compute.memory.policy import Policy
from vinfra.compute.memory.states import goal
from vinfra.engine.streams import Streams
from vinfra.errors import Refused


def pass_time(found: Memory, hours: float) -> Memory:
    for _ in range(round(hours * 12)):
        found.advance(300.0, found.host)
    return found


def test_a_host_with_room_takes_nothing() -> None:
    found = pass_time(memory(machines(16 * GIB, "balloon", "swap"), guests(10)), 1)
    assert not found.holdings.out.any() and not found.crowded.any()
    assert (found.pace(np.ones(10)).progress == 1.0).all()


def test_a_host_takes_until_as_much_is_free_as_should_be() -> None:
    found = memory(machines(16 * GIB, "balloon", "swap"), guests(20))
    assert found.free()[0] == pytest.approx(goal(Policy()) * 16 * GIB)


def test_balloons_come_before_the_rest_and_swap_comes_last() -> None:
    every = machines(16 * GIB, "balloon", "compression", "swap")
    little, much = memory(every, guests(20)).totals(), memory(every, guests(60)).totals()
    assert little["memory_ballooned"] > 0 and little["memory_compressed"] == little["memory_swapped"] == 0
    assert much["memory_ballooned"] == pytest.approx(60 * 0.65 * GIB)
    assert much["memory_compressed"] == pytest.approx(60 * 0.2 * GIB)
    assert much["memory_swapped"] > 0


def test_a_guest_without_a_driver_is_swapped() -> None:
    without = guests(20, driver=np.arange(20) >= 10)
    found = memory(machines(16 * GIB, "balloon", "swap"), without).holdings
    assert (found.ballooned[:10] == 0).all() and (found.swapped[:10] > 0).all()
    assert (found.ballooned[10:] > 0).all() and (found.swapped[10:] == 0).all()


def test_a_compressed_page_takes_half_a_page() -> None:
    found = memory(machines(16 * GIB, "compression", "swap"), guests(18))
    used = found.holdings.private + 0.5 * found.holdings.compressed
    assert found.holdings.compressed.sum() > 0
    assert 16 * GIB - used.sum() - found.overhead.sum() == pytest.approx(found.free()[0])


def test_who_cannot_take_back_enough_is_refused_with_what_is_lacking() -> None:
    with pytest.raises(
        Refused, match=r"host-0 lacks \d+ MiB beside its 16 GiB of memory: .* without a means of reclaim"
    ):
        memory(machines(16 * GIB), guests(20))
    with pytest.raises(Refused, match="with balloon alone"):
        memory(machines(16 * GIB, "balloon"), guests(60))


def test_dynamic_memory_leaves_a_guest_its_working_set_and_a_fifth() -> None:
    found = memory(machines(16 * GIB, "dynamic-memory"), guests(40))
    assert (found.holdings.private >= 0.25 * 1.2 * GIB * (1 - 1e-9)).all()
    with pytest.raises(Refused):
        memory(machines(16 * GIB, "dynamic-memory"), guests(52))


def test_reservations_and_limits_are_kept() -> None:
    kept = np.array([1.0, 0.5] + [0.0] * 22) * GIB
    limit = np.array([np.inf, np.inf, 0.25 * GIB] + [np.inf] * 21)
    found = pass_time(memory(machines(16 * GIB, "balloon", "swap"), guests(24, reservation=kept, limit=limit)), 2)
    assert (found.holdings.private >= kept * (1 - 1e-9)).all()
    assert found.holdings.private[2] <= 0.25 * GIB * (1 + 1e-9)


def test_a_limit_takes_memory_though_the_host_has_room() -> None:
    found = memory(machines(64 * GIB, "balloon", "swap"), guests(2, limit=np.array([0.5 * GIB, np.inf])))
    np.testing.assert_allclose(found.holdings.private, [0.5 * GIB, 1.0 * GIB])


def test_idle_vms_give_to_busy_ones() -> None:
    active = np.where(np.arange(20) < 10, 0.05, 0.95) * GIB
    taxed = memory(machines(16 * GIB, "balloon", "swap"), guests(20, active=active))
    free = memory(machines(16 * GIB, "balloon", "swap"), guests(20, active=active), tax="0 %")
    assert taxed.holdings.private[10:].min() > 0.95 * GIB > 0.8 * GIB > free.holdings.private[10:].max()
    assert taxed.pace(np.ones(20)).progress.mean() > free.pace(np.ones(20)).progress.mean()


def test_sharing_makes_balloons_deflate() -> None:
    alike = guests(24, content=np.zeros(24, dtype=np.int64))
    found = memory(machines(16 * GIB, "sharing", "balloon"), alike, [ALIKE])
    before = found.totals()["memory_ballooned"]
    after = pass_time(found, 6).totals()
    assert after["memory_ballooned"] == pytest.approx(before - after["memory_saved"], rel=0.01)


def test_a_balloon_deflates_no_faster_than_its_driver_frees_pages() -> None:
    found = memory(machines(16 * GIB, "balloon"), guests(20))
    found.plan.machines.memory[:] = 64 * GIB
    before = found.holdings.ballooned.copy()
    found.advance(2.0, found.host)
    np.testing.assert_allclose(before - found.holdings.ballooned, 128 * 2**20)


def test_a_balloon_inflates_as_fast_as_a_guest_frees_memory_and_the_host_swaps_what_it_cannot_wait_for() -> None:
    found = memory(machines(64 * GIB, "balloon", "swap"), guests(20))
    found.plan.machines.memory[:] = 16 * GIB
    found.advance(4.0, found.host)
    np.testing.assert_allclose(found.holdings.ballooned, 32 * 2**20)
    assert found.holdings.swapped.sum() > 0 and found.state[0] == 3


def test_swapped_pages_come_back_only_when_they_are_touched() -> None:
    found = memory(machines(16 * GIB, "swap"), guests(20))
    found.plan.machines.memory[:] = 64 * GIB
    before = found.totals()["memory_swapped"]
    found.advance(30.0, found.host)
    soon = found.totals()["memory_swapped"]
    assert 0.5 * before < soon < before
    assert pass_time(found, 24).totals()["memory_swapped"] < 0.5 * soon


def test_a_vm_that_moves_leaves_its_shared_pages_behind() -> None:
    there = machines(16 * GIB, "sharing", "balloon", "swap", count=2)
    vms = guests(8, content=np.zeros(8, dtype=np.int64))
    at = np.zeros(8, dtype=np.int64)
    found = Memory(Plan(there, vms, [ALIKE], Policy()), at, Streams(1))
    found.advance(36000.0, at)
    at[0] = 1
    found.advance(1.0, at)
    assert found.holdings.shared[0] < 0.01 * GIB < 0.3 * GIB < found.holdings.shared[1:].min()
    assert found.free()[1] == pytest.approx(16 * GIB * (1 - 16 / 4096) - GIB - found.overhead[0], rel=1e-3)


def test_who_is_left_alone_with_a_page_has_it_for_itself() -> None:
    there = machines(16 * GIB, "sharing", "swap", count=2)
    at = np.zeros(2, dtype=np.int64)
    found = Memory(Plan(there, guests(2, content=np.zeros(2, dtype=np.int64)), [ALIKE], Policy()), at, Streams(1))
    found.advance(3.6e6, at)
    assert found.holdings.shared[1] == pytest.approx(0.4 * GIB)
    found.advance(1.0, np.array([1, 0]))
    assert found.holdings.shared[1] == pytest.approx(0.1 * GIB)
    assert found.holdings.private[1] == pytest.approx(0.9 * GIB)


def test_every_byte_is_somewhere() -> None:
    found = memory(machines(16 * GIB, "sharing", "balloon", "compression", "swap"), guests(40), [ALIKE])
    for _, configured, accounted in pass_time(found, 2).balance():
        assert configured == pytest.approx(accounted, rel=1e-12)
