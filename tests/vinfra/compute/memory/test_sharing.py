"""Pages that are alike: how many copies are kept, and how long it takes to find them."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tests.vinfra.compute.memory.few import ALIKE, GIB, guests, machines, memory
from vinfra.compute.memory.content import Content
from vinfra.compute.memory.hosts import Memory

HOUR = 3600.0


def shared(count: int, hours: float, content: Content = ALIKE, size: float = GIB) -> Memory:
    found = memory(
        machines(64 * GIB, "sharing"), guests(count, size, content=np.zeros(count, dtype=np.int64)), [content]
    )
    found.advance(hours * HOUR, found.host)
    return found


def test_many_vms_keep_one_copy_of_what_all_have() -> None:
    for count in (2, 10):
        found = shared(count, 1000).totals()
        assert found["memory_shared"] == pytest.approx(count * 0.4 * GIB)
        assert found["memory_saved"] == pytest.approx(count * 0.1 * GIB + (count - 1) * 0.3 * GIB, rel=1e-5)


def test_a_vm_alone_shares_its_zeros_and_what_it_has_twice_and_nothing_else() -> None:
    content = ALIKE.model_copy(update={"repeated": 0.2})
    found = shared(1, 1000, content).totals()
    assert found["memory_shared"] == pytest.approx(0.3 * GIB)
    assert found["memory_saved"] == pytest.approx(0.1 * GIB + 0.1 * GIB - 4096)


def test_pages_are_found_as_the_scan_comes_by() -> None:
    whole = 2 * 0.4 * GIB
    for hours in (0.0, 0.5, 1.0, 3.0):
        assert shared(2, hours).totals()["memory_shared"] == pytest.approx(whole * (1 - math.exp(-hours)))


def test_one_long_step_is_as_many_short_ones() -> None:
    short = shared(4, 0)
    for _ in range(30):
        short.advance(120.0, short.host)
    np.testing.assert_allclose(short.holdings.shared, shared(4, 1).holdings.shared)


def test_a_host_scans_no_faster_than_its_clock_allows() -> None:
    """60 GiB at 4 MiB/s for each of 16 GHz take 16 minutes; at 1 GHz four hours."""
    quick, slow = shared(60, 1).totals()["memory_shared"], machines(70 * GIB, "sharing")
    slow.cycles[:] = 1e9
    found = memory(slow, guests(60, content=np.zeros(60, dtype=np.int64)), [ALIKE])
    found.advance(HOUR, found.host)
    assert found.totals()["memory_shared"] == pytest.approx(60 * 0.4 * GIB * (1 - math.exp(-3600 / (60 * 1024 / 4))))
    assert found.totals()["memory_shared"] < 0.5 * quick


def test_writes_break_sharing_until_scanning_finds_as_much_again() -> None:
    found = shared(2, 1000, ALIKE.model_copy(update={"lifetime": 3 * HOUR})).totals()
    assert found["memory_shared"] == pytest.approx(0.75 * 2 * 0.4 * GIB)


def test_guests_of_different_systems_share_only_zeros() -> None:
    other = ALIKE.model_copy(update={"system": "another"})
    found = memory(machines(64 * GIB, "sharing"), guests(2, content=np.array([0, 1])), [ALIKE, other])
    found.advance(1000 * HOUR, found.host)
    assert found.totals()["memory_shared"] == pytest.approx(2 * 0.1 * GIB)


def test_guests_of_different_applications_share_their_system() -> None:
    mail, web = (
        Content(title=name, system="one", application=name, system_pages=0.3, application_pages=0.2, lifetime="1e8 d")
        for name in ("mail", "web")
    )
    found = memory(machines(64 * GIB, "sharing"), guests(3, content=np.array([0, 0, 1])), [mail, web])
    found.advance(1000 * HOUR, found.host)
    np.testing.assert_allclose(found.holdings.shared / GIB, [0.5, 0.5, 0.3])
    assert found.totals()["memory_saved"] == pytest.approx((2 * 0.3 + 0.2) * GIB)


def test_large_pages_are_shared_only_after_memory_was_short() -> None:
    large = {"content": np.zeros(8, dtype=np.int64), "large": np.ones(8, dtype=bool)}
    for room, some in ((64 * GIB, False), (7 * GIB, True)):
        found = memory(machines(room, "sharing", "balloon"), guests(8, **large), [ALIKE])
        found.advance(HOUR, found.host)
        assert (found.totals()["memory_shared"] > 0) == some


def test_without_the_means_nothing_is_shared() -> None:
    found = memory(machines(64 * GIB, "balloon"), guests(4, content=np.zeros(4, dtype=np.int64)), [ALIKE])
    found.advance(1000 * HOUR, found.host)
    assert found.totals()["memory_shared"] == 0.0
