"""Part of a run: one group of VMs, some hours of every day, and what claims may say of it."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vinfra.document import parse
from vinfra.engine.calendar import DAY, HOUR, Calendar, Hours
from vinfra.errors import InputError
from vinfra.metrics.metric import Metric, Record, find
from vinfra.scenario.expect import understand
from vinfra.scenario.inputs import Inputs
from vinfra.scenario.part import Part, Whole, seconds_in
from vinfra.scenario.results import Point
from vinfra.scenario.run import plan, work

EVENING = Calendar(datetime(2007, 10, 1, 20))
NIGHT = Hours.parse("22h to 6h")
MONDAY = Whole(["db", "web"], EVENING, 0.0, 12 * HOUR)
SCENARIO = """
scenario: night
question: Do the nights cost less?
start: 2007-10-01T12:00
duration: 1 d
epoch: 1 h
hosts:
  esx: {server: hp-proliant-ml110-g5, memory: 8 GiB}
vms:
  web: {demand: 50 %, memory: 1 GiB}
compare:
  busy: {}
  idle: {vms.web.demand: 0 %}
expect:
"""


def point(**series: list[float]) -> Point:
    """Two days from midnight in epochs of six hours."""
    kept = {name.replace("__", "/"): np.array(values) for name, values in series.items()}
    kept["time_s"] = np.arange(8) * 6 * HOUR
    return Point("a", {}, 0, series=kept, start=datetime(2007, 10, 1), end=2 * DAY)


def mean(what: str) -> Metric:
    """The mean over time of all series of that name."""

    def compute(record: Record) -> float | None:
        names = [name for name in record.series if name.startswith(what)]
        return sum(map(record.mean, names)) / len(names) if names else None

    return Metric("mean", "", "less", "a mean", compute)


def test_an_epoch_counts_with_the_seconds_that_lie_in_the_hours() -> None:
    start = np.array([0.0, 2, 5, 8, 11, 26]) * HOUR  # 20h, 22h, 1h, 4h, 7h, 22h
    assert seconds_in(NIGHT, EVENING, start, np.full(6, 3 * HOUR)) == pytest.approx(np.array([1, 3, 3, 2, 0, 3]) * HOUR)


@given(st.integers(0, 1439), st.integers(0, 1439), st.floats(0, 5 * DAY), st.floats(1, 3 * DAY))
def test_hours_and_the_other_hours_are_all_the_time(one: int, other: int, begin: float, length: float) -> None:
    start, span = np.array([begin]), np.array([length])
    inside = seconds_in(Hours(one * 60.0, other * 60.0), EVENING, start, span) if one != other else span
    outside = seconds_in(Hours(other * 60.0, one * 60.0), EVENING, start, span) if one != other else 0 * span
    assert inside + outside == pytest.approx(span, abs=1e-4)


def test_a_metric_of_hours_is_the_same_metric_of_those_epochs() -> None:
    found = point(power_w=[100.0, 500, 500, 300, 100, 500, 500, 300])
    energy = find("energy")
    assert Part(hours=Hours.parse("0h to 6h")).measure(energy, found) == pytest.approx(2 * 100 * 6 / 1000)
    assert Part(hours=NIGHT).measure(energy, found) == pytest.approx(2 * (2 * 300 + 6 * 100) / 1000)
    assert Part(hours=NIGHT).measure(find("power_peak"), found) == 300


def test_a_group_sees_its_own_series_and_no_other() -> None:
    found = point(guest_latency_s__db=[0.5] * 8, guest_latency_s__web=[0.1] * 8, power_w=[1.0] * 8)
    assert Part("web").measure(mean("guest"), found) == pytest.approx(0.1)
    assert Part().measure(mean("guest"), found) == pytest.approx(0.3)
    assert Part("web").measure(mean("power"), found) is None


def test_group_and_hours_go_together() -> None:
    found = point(guest_latency_s__web=[0.1, 9, 9, 0.2, 0.1, 9, 9, 0.2], guest_latency_s__db=[7.0] * 8)
    assert Part("web", NIGHT).measure(mean("guest"), found) == pytest.approx((6 * 0.1 + 2 * 0.2) / 8)


def test_what_needs_more_than_series_is_not_told_of_a_part() -> None:
    assert Part(hours=NIGHT).tells(find("energy"))
    assert not Part(hours=NIGHT).tells(find("transfer"))
    assert not Part(hours=NIGHT).tells(find("vms_unplaced"))
    assert not Part("web").tells(find("energy"))
    assert Part("web", NIGHT).tells(find("guest_latency"))


@pytest.mark.parametrize(
    ("metric", "when", "message"),
    [
        ("guest_latency", {"vm": "wbe"}, "no VM group 'wbe'; did you mean 'web'?"),
        ("energy", {"hours": "9h to 10h"}, "nothing is measured from 9h to 10h: the run lasts from Mon 20:00"),
        ("energy", {"hours": "at night"}, "write them like '22h to 6h'"),
        ("energy", {"vm": "web"}, "known of a whole run only, not of a group of VMs; known of them: guest_"),
        ("transfer", {"hours": "22h to 6h"}, "known of a whole run only, not of hours of the day; known of"),
    ],
)
def test_a_part_that_is_none_is_told_how_to(metric: str, when: dict[str, str], message: str) -> None:
    with pytest.raises(ValueError) as wrong:
        understand({metric: "a < b", "when": when}, ["a", "b"], {}, MONDAY)
    assert message in str(wrong.value)


def test_a_swept_path_may_be_called_like_a_part() -> None:
    sweep = {"backup.hours": [1, 2], "hours": [3]}
    claim = understand({"energy": "a < b", "when": {"hours": 3, "backup.hours": 1}}, ["a", "b"], sweep, MONDAY)
    assert claim.part is None and claim.when == {"hours": 3, "backup.hours": 1}


def test_a_claim_says_what_it_is_of() -> None:
    claim = understand({"guest_latency": "a < b", "when": {"vm": "web", "hours": "22h to 6h"}}, ["a", "b"], {}, MONDAY)
    assert claim.text == "guest_latency: a < b, when vm = web, when hours = 22h to 6h"


def test_a_run_holds_a_claim_against_the_hours_it_names(tmp_path: Path) -> None:
    # 93.7 W idle; a claim about eight hours of twenty-four is about a third of the energy
    claims = "  - {energy: idle within 0.1 % of 0.7496, when: {hours: 22h to 6h}}\n"
    claims += "  - {energy: idle within 0.1 % of 2.2488}\n  - {energy: busy > idle, when: {hours: 13h to 14h}}\n"
    run = work(plan(parse(SCENARIO + claims, "night.yaml"), Inputs(), out=tmp_path), Inputs())
    assert [claim.holds for claim in run.expect] == [True, True, True]
    again = work(plan(parse(SCENARIO + claims, "night.yaml"), Inputs(), out=tmp_path), Inputs())
    assert [claim.detail for claim in again.expect] == [claim.detail for claim in run.expect]


def test_a_wrong_part_is_told_where_it_stands() -> None:
    claims = "  - {energy: idle < busy}\n  - {energy: idle < busy, when: {vm: web}}\n"
    with pytest.raises(InputError) as wrong:
        plan(parse(SCENARIO + claims, "night.yaml"), Inputs())
    (problem,) = wrong.value.problems
    assert (problem.place.line, problem.path) == (16, "expect[1]")
