from __future__ import annotations

import math
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vinfra.report.planning import words

GIB = 2.0**30
AMOUNTS = st.floats(0, 1e18, allow_nan=False)


def said(text: str) -> str:
    return text.replace("\xa0", " ")


@pytest.mark.parametrize(("value", "shown"), [
    (0.0, "0 EUR"), (12.5, "12.50 EUR"), (355.0, "355 EUR"), (1234567.8, "1,234,568 EUR"), (-3000.0, "-3,000 EUR"),
])  # fmt: skip
def test_money_is_whole_unless_it_is_little(value: float, shown: str) -> None:
    assert said(words.money(value, "EUR")) == shown


@pytest.mark.parametrize(("value", "shown"), [
    (0.0, "0 MiB"), (512 * 2**20, "512 MiB"), (16 * GIB, "16 GiB"), (1536 * GIB, "1.5 TiB"), (math.inf, "unlimited"),
])  # fmt: skip
def test_sizes_take_the_largest_unit_that_fits(value: float, shown: str) -> None:
    assert said(words.size(value)) == shown


@pytest.mark.parametrize(("value", "shown"), [
    (30, "30 s"), (59.9 * 60, "1 h"), (5.5 * 3600, "5 h 30 min"), (50 * 3600, "2 d 2 h"), (math.inf, "without end"),
])  # fmt: skip
def test_times_are_as_exact_as_a_plan_needs(value: float, shown: str) -> None:
    assert said(words.time(value)) == shown


def test_changes_and_parts_and_days() -> None:
    assert said(words.change(200.0, 100.0)) == "-50 %" and said(words.change(3.0, 3.0)) == "±0 %"
    assert words.change(0.0, 3.0) == words.change(None, 3.0) == words.MISSING
    assert said(words.part(0.034)) == "3.4 %" and said(words.part(0.345)) == "34 %"
    assert said(words.day(date(2026, 11, 9))) == "Mon 9 Nov 2026" and words.clock(22 * 3600) == "22:00"
    assert said(words.brief(11_115_207)) == "11.1 M" and said(words.brief(965)) == "965"
    assert words.listed(["a", "b", "c"]) == "a, b and c" and words.listed([]) == "nothing"


def test_what_is_none_is_a_dash() -> None:
    quantities = (words.money, words.size, words.watts, words.kwh, words.carbon, words.time, words.part, words.day)
    assert {show(None) for show in quantities} == {words.MISSING}


@given(AMOUNTS)
def test_every_amount_has_words_with_a_digit(value: float) -> None:
    for show in (words.money, words.size, words.watts, words.kwh, words.carbon, words.time, words.part, words.brief):
        assert any(char.isdigit() for char in show(value))
