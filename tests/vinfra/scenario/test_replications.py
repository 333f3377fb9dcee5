"""How many replications are enough: at least so many, at most so many, between them as many as the intervals need."""

from __future__ import annotations

import math
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vinfra.document import parse
from vinfra.errors import InputError
from vinfra.metrics.interval import half_width
from vinfra.scenario.replications import Measured, Stopping, stopping
from vinfra.scenario.schema_rows import Replications

NUMBERS = st.lists(st.floats(0.1, 10), min_size=2, max_size=60)


def measured(values: Sequence[float | None]) -> list[Measured]:
    return [{} if value is None else {"energy_kwh": value} for value in values]


def until(part: float, at_least: int = 2, at_most: int = 50) -> Stopping:
    return Stopping(at_least, at_most, {"energy_kwh": part})


@given(NUMBERS, st.floats(0.01, 0.5), st.integers(2, 10))
def test_it_stops_at_the_first_replication_whose_interval_is_narrow_enough(
    values: list[float], part: float, at_least: int
) -> None:
    def narrow(number: int) -> bool:
        half, mean = half_width(values[:number]), math.fsum(values[:number]) / number
        assert half is not None
        return half <= part * mean

    expected = next((number for number in range(at_least, len(values) + 1) if narrow(number)), None)
    assert until(part, at_least, 100).enough(measured(values)) == expected


@given(NUMBERS, NUMBERS, st.floats(0.01, 0.5))
def test_what_was_simulated_ahead_does_not_change_the_answer(
    values: list[float], ahead: list[float], part: float
) -> None:
    enough = until(part).enough(measured(values))
    if enough is not None:
        assert until(part).enough(measured([*values, *ahead])) == enough
        assert until(part).enough(measured(values[:enough])) == enough


@given(NUMBERS, st.floats(0.001, 0.5), st.integers(2, 20), st.integers(0, 30))
def test_it_is_between_at_least_and_at_most(values: list[float], part: float, at_least: int, more: int) -> None:
    rule = until(part, at_least, at_least + more)
    enough = rule.enough(measured(values))
    if enough is None:
        assert len(values) < rule.at_most
    else:
        assert at_least <= enough <= min(rule.at_most, len(values))


def test_numbers_that_do_not_vary_are_known_at_once() -> None:
    assert until(0.001, at_least=3).enough(measured([5.0] * 3)) == 3
    assert until(0.001, at_least=3).enough(measured([0.0] * 3)) == 3


def test_a_mean_around_zero_is_never_known_as_a_part_of_itself() -> None:
    values = [1.0, -1.0] * 30
    assert until(0.5, at_most=60).enough(measured(values)) == 60
    assert until(0.5, at_most=70).enough(measured(values)) is None


def test_every_metric_asked_of_must_be_known() -> None:
    both = [{"energy_kwh": 5.0, "cpu_ready_pct": 1.0 + number % 2} for number in range(30)]
    assert Stopping(2, 50, {"energy_kwh": 0.01}).enough(both) == 2
    ready = Stopping(2, 50, {"cpu_ready_pct": 0.2}).enough(both)
    assert ready is not None and ready > 2
    assert Stopping(2, 50, {"energy_kwh": 0.01, "cpu_ready_pct": 0.2}).enough(both) == ready


def test_a_point_that_was_refused_needs_no_more_and_one_value_is_no_interval() -> None:
    assert until(0.1, at_least=3).enough(measured([None] * 3)) == 3
    assert until(0.1, at_least=3).enough(measured([None, None, 5.0])) is None
    assert until(0.1, at_least=3).enough(measured([None, None, 5.0, 5.0])) == 4


def test_a_number_of_replications_is_that_number() -> None:
    fixed = stopping(7, parse("replications: 7\n", "q.yaml"))
    assert fixed.enough(measured([1.0] * 6)) is None
    assert fixed.enough(measured([1.0, 9.0] * 5)) == 7


def asked(text: str) -> Replications:
    return Replications.model_validate(parse(text, "q.yaml").data["replications"])


def test_metrics_may_be_named_short_or_by_column() -> None:
    text = "replications: {until: {energy: 1 %, cpu_ready_pct: 5 %}}\n"
    found = stopping(asked(text), parse(text, "q.yaml"))
    assert found == Stopping(5, 100, {"energy_kwh": 0.01, "cpu_ready_pct": 0.05})


def test_unknown_metrics_and_bounds_without_room_are_told_together() -> None:
    text = "replications:\n  at_least: 9\n  at_most: 3\n  until: {energie: 1 %, power: 1 %}\n"
    with pytest.raises(InputError) as wrong:
        stopping(asked(text), parse(text, "q.yaml"))
    first, second, third = str(wrong.value).splitlines()
    assert first == "q.yaml:3:3 replications.at_most: must be at least `at_least`, which is 9; got 3"
    assert second == "q.yaml:4:11 replications.until.energie: no metric 'energie'; did you mean 'energy'?"
    assert third.startswith("q.yaml:4:25 replications.until.power: no metric 'power'")


def test_metrics_are_looked_up_where_the_schema_has_something_to_say_too() -> None:
    text = "replications: {at_least: 1, until: {energie: 1 %}}\n"
    with pytest.raises(InputError, match="did you mean 'energy'"):
        stopping(None, parse(text, "q.yaml"))
    assert stopping(None, parse("replications: lots\n", "q.yaml")) == Stopping(1, 1, {})
