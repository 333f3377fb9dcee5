"""Fluid sharing: textbook cases, exactness, and independence of the order in which things are said."""

from __future__ import annotations

import math
from typing import Any

import pytest

from vinfra.engine.activity import Activity, Resource
from vinfra.engine.clock import Clock
from vinfra.engine.filling import Claimant, rates
from vinfra.engine.sharing import Sharing


class Site:
    """A clock, its sharing and a resource, with a log of who was done when."""

    def __init__(self, capacity: float = 10.0) -> None:
        self.clock = Clock()
        self.sharing = Sharing(self.clock)
        self.disk = Resource("disk", capacity)
        self.done: dict[str, float] = {}

    def work(
        self, name: str, at: float, work: float, uses: dict[Resource, float] | None = None, **limits: float
    ) -> None:
        def process() -> Any:
            yield self.clock.timeout(at)
            yield self.sharing.start(name, work, uses or {self.disk: 1.0}, **limits)
            self.done[name] = self.clock.now

        self.clock.process(process(), source=name)


def test_two_alike_share_alike_and_the_rest_goes_to_who_stays() -> None:
    site = Site()
    site.work("long", 0, 100)
    site.work("short", 5, 10)
    site.clock.run()
    assert site.done == {"short": 7.0, "long": 11.0}


def test_weights_weigh_and_bounds_bound() -> None:
    site = Site()
    site.work("heavy", 0, 60, weight=3.0)
    site.work("light", 0, 20)
    site.work("bounded", 0, 4, bound=1.0)
    site.clock.run()
    assert site.done["bounded"] == pytest.approx(4.0)
    assert site.done["heavy"] == pytest.approx(60 / 6.75, rel=0.3)
    assert site.disk.carried(site.clock.now) == pytest.approx(84)


def test_a_floor_holds_and_floors_that_do_not_fit_are_scaled_alike() -> None:
    granted = rates([Claimant(1, 6, math.inf, ((0, 1.0),)), Claimant(1, 0, math.inf, ((0, 1.0),))], [10.0])
    assert granted == [6.0, 4.0]
    granted = rates([Claimant(1, 6, math.inf, ((0, 1.0),)), Claimant(1, 12, math.inf, ((0, 1.0),))], [9.0])
    assert granted == pytest.approx([3.0, 6.0])


def test_the_parking_lot_of_the_textbook() -> None:
    """One flow over both links, one on each: the long one gets half of the narrow link, the other the rest of the
    wide."""
    both, narrow, wide = ((0, 1.0), (1, 1.0)), ((0, 1.0),), ((1, 1.0),)
    claimants = [Claimant(1, 0, math.inf, uses) for uses in (both, narrow, wide)]
    assert rates(claimants, [10.0, 30.0]) == pytest.approx([5.0, 5.0, 25.0])


def test_amounts_count() -> None:
    assert rates([Claimant(1, 0, math.inf, ((0, 2.0),)), Claimant(1, 0, math.inf, ((0, 0.5),))], [10.0]) == [4.0, 4.0]


def test_a_resource_that_is_lost_lets_its_users_wait() -> None:
    site = Site()
    site.work("copy", 0, 100)
    site.clock.call_at(4.0, site.sharing.set_capacity, site.disk, 0.0)
    site.clock.call_at(9.0, site.sharing.set_capacity, site.disk, 20.0)
    site.clock.run()
    assert site.done == {"copy": 12.0}


def test_cancelling_gives_back_what_is_left_and_the_event_never_comes() -> None:
    site = Site()
    activity = site.sharing.start("copy", 100, {site.disk: 1.0})
    left: list[float] = []
    site.clock.call_at(4.0, lambda: left.append(site.sharing.cancel(activity)))
    site.clock.run()
    assert left == [pytest.approx(60.0)]
    assert not activity.triggered
    assert site.disk.carried(site.clock.now) == pytest.approx(40.0)


def test_endless_work_goes_on_and_counts_what_it_got() -> None:
    site = Site()
    endless = site.sharing.start("guest", math.inf, {site.disk: 1.0})
    site.work("copy", 2, 10)
    site.clock.run(until=10.0)
    assert site.done == {"copy": 4.0}
    assert endless.served == pytest.approx(20 + 10 + 60)
    assert endless.remaining == math.inf


def test_changing_weights_in_the_middle_keeps_what_was_done() -> None:
    site = Site()
    one, other = (site.sharing.start(name, 100, {site.disk: 1.0}) for name in ("one", "other"))
    site.clock.call_at(10.0, lambda: site.sharing.change(one, weight=4.0))
    site.clock.run(until=10.5)
    assert (one.served, other.served) == (pytest.approx(54.0), pytest.approx(51.0))
    site.clock.call_at(11.0, lambda: site.sharing.change(other, bound=0.5))
    site.clock.run()
    assert one.triggered and other.triggered


def test_no_work_is_done_at_once_even_where_nothing_can_be_done() -> None:
    site = Site(capacity=0.0)
    site.work("nothing", 3, 0)
    site.clock.run()
    assert site.done == {"nothing": 3.0}


def test_who_is_done_together_is_done_in_the_order_of_names() -> None:
    site = Site()
    order: list[str] = []
    for name in ("c", "a", "b"):
        activity = site.sharing.start(name, 10, {site.disk: 1.0})
        activity.callbacks.append(lambda event: order.append(event.name))
    site.clock.run()
    assert order == ["a", "b", "c"]


def test_a_tiny_rest_does_not_hold_up_time() -> None:
    site = Site(capacity=1e9)
    site.work("byte", 1e9, 1e-9)
    site.clock.run()
    assert site.done == {"byte": 1e9}


def test_a_cancelled_neighbour_ends_nobody_early() -> None:
    site = Site()
    first = site.sharing.start("first", 50, {site.disk: 1.0})
    site.work("second", 0, 80)
    site.clock.call_at(10.0, lambda: site.sharing.cancel(first), source="a")
    site.clock.run()
    assert site.done["second"] == pytest.approx(13.0)


def test_only_the_component_that_changed_is_worked_out_anew() -> None:
    site = Site()
    other = Resource("other", 1.0)
    for number in range(100):
        site.sharing.start(f"bounded-{number}", 1e6, {other: 1.0}, bound=1e-3)
    site.clock.run(until=1.0)
    before = site.sharing.recomputed
    site.work("copy", 0, 10)
    site.clock.run(until=3.0)
    assert site.sharing.recomputed - before == 1


def test_a_change_in_virtual_time_touches_nobody_else() -> None:
    site = Site()
    for number in range(1000):
        site.work(f"a{number}", number * 1e-3, 100.0)
    site.clock.run()
    assert site.sharing.recomputed == 1000


@pytest.mark.parametrize(
    ("work", "uses", "limits", "message"),
    [
        (-1.0, 1.0, {}, "work must be a number from 0"),
        (math.nan, 1.0, {}, "work must be a number from 0"),
        (1.0, 0.0, {}, "at least one resource"),
        (1.0, 1.0, {"weight": 0.0}, "would never go on"),
        (1.0, 1.0, {"bound": -1.0}, "numbers from 0"),
    ],
)
def test_what_could_never_be_is_refused(work: float, uses: float, limits: dict[str, float], message: str) -> None:
    site = Site()
    with pytest.raises(ValueError, match=message):
        site.sharing.start("copy", work, {site.disk: uses}, **limits)


def test_a_name_is_under_way_once() -> None:
    site = Site()
    site.sharing.start("copy", 1.0, {site.disk: 1.0})
    with pytest.raises(ValueError, match="under way"):
        site.sharing.start("copy", 1.0, {site.disk: 1.0})


def test_an_activity_that_is_over_can_be_neither_changed_nor_cancelled() -> None:
    site = Site()
    first = site.sharing.start("copy", 10.0, {site.disk: 1.0})
    site.clock.run()
    again = site.sharing.start("copy", 10.0, {site.disk: 1.0})
    for call in (lambda: site.sharing.cancel(first), lambda: site.sharing.change(first, weight=2.0)):
        with pytest.raises(ValueError, match="not under way"):
            call()
    site.clock.run()
    assert again.processed


def test_a_change_that_is_refused_changes_nothing() -> None:
    site = Site()
    activity = site.sharing.start("copy", 10.0, {site.disk: 1.0})
    site.clock.run(until=0.5)
    with pytest.raises(ValueError, match="numbers from 0"):
        site.sharing.change(activity, weight=-1.0)
    site.clock.run()
    assert (activity.processed, site.clock.now) == (True, 1.0)


def test_who_has_a_floor_and_no_weight_gets_the_floor() -> None:
    assert rates([Claimant(0, 5, math.inf, ((0, 1.0),))], [10.0]) == [5.0]
    site = Site()
    site.work("floor", 0, 20, weight=0.0, floor=5.0)
    site.clock.run()
    assert site.done == {"floor": 4.0}


def test_work_that_is_due_when_the_resource_is_lost_is_done() -> None:
    site = Site(capacity=3.0)
    for number in range(3):
        site.work(f"copy-{number}", 0.1 * number, 1.0)
    site.clock.run(until=0.9)
    due = site.disk.carried(site.clock.now)
    assert due == pytest.approx(2.7)
    site.clock.call_at(1.0, site.sharing.set_capacity, site.disk, 0.0, source="a")
    site.clock.run()
    assert len(site.done) == 3


def test_a_huge_weight_that_leaves_takes_no_precision_with_it() -> None:
    site = Site(capacity=1.0)
    for number in range(20):
        site.sharing.start(f"a{number}", 100.0, {site.disk: 1.0})
    huge = site.sharing.start("huge", 1e9, {site.disk: 1.0}, weight=1e14)
    site.clock.run(until=1.0)
    site.sharing.cancel(huge)
    left = site.sharing.start("last", 100.0, {site.disk: 1.0}, weight=30.0)
    site.clock.run(until=2.0)
    assert left.rate == pytest.approx(30 / 50, rel=1e-12)


def test_predictions_that_no_longer_count_are_thrown_out() -> None:
    site = Site()
    activities = [site.sharing.start(f"a{n}", 1e9, {site.disk: 1.0}, bound=0.1) for n in range(20)]
    for second in range(1, 400):
        site.clock.run(until=float(second))
        site.sharing.change(activities[0], bound=0.1 + second * 1e-6)
    assert len(site.sharing._foretold) < 1000


def test_an_activity_says_what_it_is_doing() -> None:
    site = Site()
    activity: Activity = site.sharing.start("copy", 100, {site.disk: 1.0})
    site.clock.run(until=1.0)
    assert repr(activity) == "<copy: 90 of 100 left at 10 per second>"
    assert repr(site.disk) == "<disk: 10 of 10 per second, 1 activities>"
