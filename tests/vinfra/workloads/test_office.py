"""Office demand: the mean at hours known by hand, the spread of its draws, VMs that do not depend on each other."""

from __future__ import annotations

import numpy as np
import pytest

from vinfra.document import parse
from vinfra.engine.streams import Streams
from vinfra.errors import InputError
from vinfra.scenario.check import check
from vinfra.scenario.inputs import Inputs
from vinfra.workloads.office import OfficeDemand
from vinfra.workloads.trace import traces

HOUR = 3600.0
DAY = 24 * HOUR


def office(columns: int = 1000, begins: float = 0.0, seed: int = 1, interval: float | None = None) -> OfficeDemand:
    found = traces["office"]().synthesise(columns, Streams(seed), interval, "web", begins)
    assert isinstance(found, OfficeDemand)
    return found


@pytest.mark.parametrize(
    ("hour", "mean"),
    [
        (0, 0.04),
        (7, 0.04),
        (7.5, 0.13),
        (8, 0.22),
        (8.5, 0.31),
        (9, 0.40),
        (12, 0.40),
        (17, 0.40),
        (18, 0.22),
        (19, 0.04),
    ],
)
def test_the_mean_climbs_from_night_to_day_around_eight_and_falls_around_six(hour: float, mean: float) -> None:
    for day in (0, 4, 7, 11):  # two Mondays and two Fridays
        assert office(1).mean(day * DAY + hour * HOUR) == pytest.approx(mean)
    for day in (5, 6, 12, 13):
        assert office(1).mean(day * DAY + hour * HOUR) == 0.04


def test_a_run_that_begins_later_in_the_week_sees_what_the_week_has_then() -> None:
    whole, later = office(20), office(20, begins=3 * DAY + 9 * HOUR)
    first = round((3 * DAY + 9 * HOUR) / 300)
    for k in (0, 50, 200, 700):
        expected = whole.mean((first + k + 0.5) * 300)
        assert later.mean(later.begins + (k + 0.5) * 300) == pytest.approx(expected)
    assert office(1000, begins=5 * DAY + 12 * HOUR).at(0).mean() == pytest.approx(0.04, rel=0.05)
    assert office(1000, begins=1 * DAY + 12 * HOUR).at(0).mean() == pytest.approx(0.40, rel=0.05)


def test_vms_are_as_unlike_and_as_restless_as_the_shape_says() -> None:
    demand = office(4000, begins=12 * HOUR)
    rows = np.array([demand.at(k) for k in range(40)])  # until 15:20, all by day
    assert rows.mean() == pytest.approx(0.40, rel=0.02)
    levels = rows.mean(axis=0) / 0.40
    assert levels.std() == pytest.approx(0.40, rel=0.05)
    busy = levels > 0.5
    assert (rows[:, busy] / rows[:, busy].mean(axis=0)).std() == pytest.approx(0.15, rel=0.05)
    assert (rows >= 0).all() and (rows <= 1).all()


def test_a_vm_is_the_same_whoever_is_beside_it_and_whatever_was_asked_before() -> None:
    few, many = office(3), office(500)
    last = few.at(99)
    np.testing.assert_array_equal(few.at(7), many.at(7)[:3])
    np.testing.assert_array_equal(few.at(99), last)
    assert (office(3, seed=2).at(7) != few.at(7)).any()


@pytest.mark.parametrize(
    ("said", "problem"),
    [
        (
            "begins: 22 h, ends: 6 h",
            "s.yaml:5:27 workload.begins: must not be after the day `ends` at 6 h: for work at night swap",
        ),
        ("begins: 30 min", "s.yaml:5:27 workload.begins: must be 1 h, half of `ramp`, after midnight"),
        ("ends: 23.5 h", "s.yaml:5:27 workload.ends: must be 1 h, half of `ramp`, before midnight"),
    ],
)
def test_a_day_that_does_not_lie_between_two_midnights_is_told_with_its_place(said: str, problem: str) -> None:
    text = f"""
scenario: night-shift
question: When do they work?
duration: 24 h
workload: {{trace: office, {said}}}
hosts: {{esx: {{count: 2, server: dell-r640, memory: 16 GiB}}}}
vms: {{web: {{count: 4, memory: 1 GiB}}}}
"""
    with pytest.raises(InputError) as told:
        check(parse(text, "s.yaml"), Inputs())
    assert problem in str(told.value)
