"""What sharing costs, by counting: wake-ups, predictions kept, rates worked out anew; and names that would be mixed
up."""

from __future__ import annotations

import math
from typing import Any

import pytest

from vinfra.engine.activity import Resource
from vinfra.engine.clock import Clock
from vinfra.engine.sharing import Sharing


class Counted(Sharing):
    """Sharing that counts how often it is woken."""

    wakes = 0

    def _wake(self) -> None:
        self.wakes += 1
        super()._wake()


@pytest.mark.parametrize("count", [50, 200])
def test_wake_ups_grow_with_the_number_of_ends_and_not_with_its_square(count: int) -> None:
    """Short work in front of long work foretells the long work's end again each time."""
    clock = Clock()
    sharing, disk = Counted(clock), Resource("disk", 1.0)
    for number in range(count):
        sharing.start(f"long-{number}", 1000.0 + number, {Resource(f"lun-{number}", 1.0): 1.0})

    def short() -> Any:
        for number in range(count):
            yield clock.timeout(1)
            yield sharing.start(f"short-{number}", 0.1, {disk: 1.0})

    clock.process(short(), "short")
    clock.run()
    assert 2 * count <= sharing.wakes <= 4 * count


def test_members_that_are_gone_leave_nothing_behind_in_virtual_time() -> None:
    clock = Clock()
    sharing, disk = Sharing(clock), Resource("disk", 1.0)
    sharing.start("long", 1e9, {disk: 1.0}, bound=1.0)

    def short() -> Any:
        for number in range(2000):
            yield sharing.start(f"short-{number}", 1e-3, {disk: 1.0}, floor=1e-6, bound=2.0)

    clock.process(short(), "short")
    clock.run(until=1000.0)
    assert disk.fair is not None
    assert len(disk.fair._bounds) + len(disk.fair._floors) + len(disk.fair._ends) < 1000


def test_two_resources_of_one_name_are_refused() -> None:
    sharing = Sharing(Clock())
    first = sharing.start("one", 1.0, {Resource("disk", 1.0): 1.0})
    for strayed in (
        lambda: sharing.start("two", 1.0, {Resource("disk", 1.0): 1.0}),
        lambda: sharing.set_capacity(Resource("disk", 1.0), 2.0),
    ):
        with pytest.raises(ValueError, match="two resources are called disk"):
            strayed()
    sharing.clock.run()
    assert first.processed


def test_what_is_no_resource_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="copy: uses 'disk', which is no resource"):
        Sharing(Clock()).start("copy", 1.0, {"disk": 1.0})  # type: ignore[dict-item]


def test_an_activity_may_have_the_name_of_a_resource_and_end_with_it() -> None:
    clock = Clock()
    sharing, disk, link = Sharing(clock), Resource("disk", 1.0), Resource("link", 1.0)
    in_virtual_time = sharing.start("copy", 10.0, {disk: 1.0})
    in_the_solver = sharing.start("disk", 10.0, {link: 1.0}, floor=1.0, bound=1.0)
    sharing.start("aside", math.inf, {link: 1e-9}, weight=0.0, floor=1e-9)
    clock.run(until=10.5)
    assert in_virtual_time.processed and in_the_solver.processed


def test_what_was_cancelled_stands_still() -> None:
    clock = Clock()
    sharing, disk = Sharing(clock), Resource("disk", 1.0)
    for limits in ({}, {"bound": 0.5}):
        copy = sharing.start("copy", 10.0, {disk: 1.0}, **limits)
        clock.run(until=clock.now + 2)
        left = sharing.cancel(copy)
        clock.run(until=clock.now + 2)
        assert (copy.remaining, copy.rate, copy.served) == (left, 0.0, 10.0 - left)
