"""What a swept path takes: values one by one, steps, so many evenly apart, or everything between two ends."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vinfra.document import parse
from vinfra.errors import InputError
from vinfra.scenario.axes import Axis, Between, Choice, axes
from vinfra.scenario.overrides import Override
from vinfra.units import parse as quantity


def axis(entry: str, drawn: bool = True) -> Axis:
    (found,) = axes(parse(f"sweep:\n  vms.a.x: {entry}\n", "q.yaml"), drawn)
    return found


def spread(entry: str) -> tuple[Override, ...]:
    found = axis(entry, drawn=False)
    assert isinstance(found, Choice)
    return found.values


def values(entry: str) -> list[Any]:
    return [override.value for override in spread(entry)]


def complaint(entry: str) -> str:
    with pytest.raises(InputError) as wrong:
        axis(entry, drawn=False)
    return str(wrong.value)


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        ("[1, a, 2 GiB]", [1, "a", "2 GiB"]),
        ("{from: 16 GiB, to: 64 GiB, step: 16 GiB}", ["16 GiB", "32 GiB", "48 GiB", "64 GiB"]),
        ("{from: 1, to: 8, step: 3}", [1, 4, 7]),
        ("{from: 0.1, to: 0.3, step: 0.1}", [0.1, 0.2, 0.3]),
        ("{from: 1, to: 2, step: 0.5}", [1.0, 1.5, 2.0]),
        ("{from: 10 %, to: 30 %, count: 3}", ["10 %", "20 %", "30 %"]),
        ("{from: 1, to: 1000, count: 4, scale: log}", [1, 10, 100, 1000]),
        ("{from: 1, to: 3, count: 9}", [1, 2, 3]),
        ("{from: 3, to: 3.0000001, count: 2}", [3.0, 3.0000001]),
    ],
)
def test_an_axis_takes_what_is_written(entry: str, expected: list[Any]) -> None:
    found = values(entry)
    assert found == expected
    assert [type(value) for value in found] == [type(value) for value in expected]


def test_what_is_made_is_placed_where_its_range_is_written() -> None:
    assert [str(override.place) for override in spread("{from: 1, to: 2, step: 1}")] == ["q.yaml:2:3"] * 2


@pytest.mark.parametrize(
    ("entry", "sentence"),
    [
        ("{from: 1, to: 9}", "add `step` or `count`, or a `design` that draws from it"),
        ("{from: 1 GiB, to: 2 GB, step: 1 GiB}", "goes from '1 GiB' to '2 GB': write both ends in one unit"),
        ("{from: 1 GiB, to: 2 GiB, step: 512 MiB}", "has the step '512 MiB': write it in the unit of its ends"),
        ("{from: 9, to: 1, step: 1}", "goes from 9 to 1: `from` must be the smaller one"),
        ("{from: 1, to: 1, count: 2}", "`from` must be the smaller one"),
        ("{from: 0 s, to: 9 s, count: 3, scale: log}", "begin above it, or leave `scale` out"),
        ("{from: 1, to: 9, step: 1, count: 3}", "has a `step` and a `count`: leave one out"),
        ("{from: 1, to: 9, step: 1, scale: log}", "has a `step` and a `log` scale: leave one out"),
        ("{from: 1, to: 9, step: 0}", "write one above 0"),
        ("{from: 0, to: 1000000, step: 1}", "has more than 100,000 values: write a larger `step`"),
        ("{from: a lot, to: 9, count: 2}", 'has the end or step "a lot": write a number, or one with its unit'),
        ("{from: true, to: 9, count: 2}", "has the end or step true"),
        ("{from: 1 h 30 min, to: 3 h 30 min, step: 1 h 30 min}", 'has the end or step "1 h 30 min"'),
        ("{from: 1 GiB, to: 1e400 GiB, count: 2}", "'1e400 GiB', which is too large for a number"),
    ],
)
def test_a_wrong_range_is_told_at_its_line_with_the_cure(entry: str, sentence: str) -> None:
    told = complaint(entry)
    assert told.startswith("q.yaml:2:3 sweep.vms.a.x: ") and sentence in told
    assert "\n" not in told


def test_all_wrong_ranges_are_told_at_once() -> None:
    text = "sweep:\n  a.x: {from: 1 s, to: 2 h}\n  a.y: [1]\n  a.z: {from: 2, to: 1}\n  a.u: {from: 1, to: 2}\n"
    with pytest.raises(InputError) as wrong:
        axes(parse(text, "q.yaml"), drawn=False)
    assert [problem.place.line for problem in wrong.value.problems] == [2, 4, 5]


def test_what_is_no_range_and_no_list_is_left_to_the_schema() -> None:
    assert axes(parse("sweep: 3\n", "q.yaml"), drawn=False) == []
    assert axes(parse("sweep:\n  a.x: 3\n  a.y: {from: 1}\n  a.z: []\n", "q.yaml"), drawn=False) == []


UNITS = st.sampled_from(["", " GiB", " s", " %"])


@given(st.integers(0, 10**6), st.integers(1, 10**4), st.integers(1, 200), UNITS)
def test_steps_that_reach_the_last_value_include_both_ends(low: int, step: int, steps: int, unit: str) -> None:
    high = low + step * steps
    found = values(f"{{from: {low}{unit}, to: {high}{unit}, step: {step}{unit}}}")
    shown = [int(str(value).removesuffix(unit)) for value in found]
    assert shown == list(range(low, high + 1, step))


@given(st.decimals("0.001", "1000", places=3), st.decimals("0.001", "10", places=3), st.integers(2, 50))
def test_decimal_steps_add_up_without_rounding(low: Any, step: Any, steps: int) -> None:
    found = values(f"{{from: {low} s, to: {low + step * steps} s, step: {step} s}}")
    exact = [Fraction(str(value).removesuffix(" s")) for value in found]
    assert exact == [Fraction(low) + Fraction(step) * index for index in range(steps + 1)]


@given(st.floats(1e-6, 1e9), st.floats(1.001, 1e6), st.integers(2, 60), st.sampled_from(["linear", "log"]))
def test_a_count_gives_so_many_values_that_rise_between_exact_ends(
    low: float, factor: float, count: int, scale: str
) -> None:
    high = low * factor
    found = values(f"{{from: {low!r} s, to: {high!r} s, count: {count}, scale: {scale}}}")
    numbers = [quantity(value, "time") for value in found]
    assert (numbers[0], numbers[-1]) == (quantity(found[0], "time"), quantity(f"{high!r} s", "time"))
    assert numbers[0] == quantity(f"{low!r} s", "time")
    assert numbers == sorted(numbers) and len(numbers) <= count
    if factor > 1.1:
        assert len(set(numbers)) == count


@given(st.floats(0, 1, exclude_max=True), st.integers(-50, 50), st.integers(1, 100))
def test_whole_ends_give_whole_values_between_them(u: float, low: int, width: int) -> None:
    between = axis(f"{{from: {low}, to: {low + width}}}")
    assert isinstance(between, Between)
    value = between.drawn(u).value
    assert isinstance(value, int) and low <= value <= low + width


def test_every_whole_value_is_as_likely_as_the_others() -> None:
    between, listed = axis("{from: 1, to: 4}"), axis("[1, 2, 3, 4]")
    assert isinstance(listed, Choice)
    for part in range(400):
        assert between.drawn(part / 400).value == listed.drawn(part / 400).value


@given(st.floats(0, 1, exclude_max=True))
def test_a_log_scale_spends_as_much_on_each_tenfold(u: float) -> None:
    drawn = quantity(axis("{from: 1 ms, to: 1000 ms, scale: log}").drawn(u).value, "time")
    assert drawn == pytest.approx(1e-3 * 10 ** (3 * u), rel=1e-5)
