"""Numbers, truths and dates however they are written."""

from __future__ import annotations

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vinfra.planning.records.tables import cells


@pytest.mark.parametrize(
    ("written", "sign", "whole", "value"),
    [
        ("102,400", ".", True, 102400.0),
        ("1,234,567.5", ".", True, 1234567.5),
        ("102.400", ".", True, 102400.0),
        ("102.400", ".", False, 102.4),
        ("1.234,5", ",", True, 1234.5),
        ("0,34375", ",", False, 0.34375),
        ("1\u00a0024", ",", True, 1024.0),
        ("1'024", ".", True, 1024.0),
        ("0%", ".", False, 0.0),
        ("1.2 %", ".", False, 1.2),
        ("-1", ".", True, -1.0),
        ("", ".", True, None),
        ("  ", ".", True, None),
        (None, ".", True, None),
        (3.5, ".", True, 3.5),
    ],
)
def test_numbers(written: cells.Cell, sign: str, whole: bool, value: float | None) -> None:
    assert cells.number(written, sign, whole) == value


@pytest.mark.parametrize("written", ["abc", "1,2,3", "nan", "inf", "1e999", True, datetime(2020, 1, 1), "--1", "1 GB"])
def test_what_is_no_number_is_said(written: cells.Cell) -> None:
    with pytest.raises(ValueError, match="number"):
        cells.number(written)


def test_the_numbers_of_a_column_tell_their_decimal_sign() -> None:
    assert cells.decimal(["1.024", "3,5"]) == ","
    assert cells.decimal(["1,024", "3.5"]) == "."
    assert cells.decimal(["1.024"], otherwise=",") == ","
    assert cells.decimal([1.5, None, "x"]) == "."


@pytest.mark.parametrize("written", [True, "True", "TRUE", " yes ", "1", 1.0, "WAHR", "oui"])
def test_true(written: cells.Cell) -> None:
    assert cells.truth(written) is True


@pytest.mark.parametrize("written", [False, "False", "no", "0", 0.0, "FALSCH"])
def test_false(written: cells.Cell) -> None:
    assert cells.truth(written) is False


def test_a_truth_that_is_none() -> None:
    assert cells.truth("") is None
    with pytest.raises(ValueError, match="neither"):
        cells.truth("perhaps")


@pytest.mark.parametrize(
    "written",
    [
        "2025-05-05 16:11:49",
        "2025/05/05 16:11:49",
        "2025-05-05T16:11:49Z",
        "5/5/2025 4:11:49 PM",
        "05.05.2025 16:11:49",
        datetime(2025, 5, 5, 16, 11, 49),
        45782.67487268518,
    ],
)
def test_moments(written: cells.Cell) -> None:
    assert cells.moment(written) == datetime(2025, 5, 5, 16, 11, 49)


def test_a_column_tells_whether_the_month_comes_first() -> None:
    assert cells.month_first(["1/2/2025", "3/25/2025"]) == (True, True)
    assert cells.month_first(["1/2/2025", "25/3/2025"]) == (False, True)
    assert cells.month_first(["1/2/2025"]) == (True, False)
    assert cells.moment("25/3/2025", month_first=False) == datetime(2025, 3, 25)


@given(st.one_of(st.text(), st.floats(), st.integers(), st.booleans(), st.datetimes(), st.timedeltas(), st.times()))
def test_nothing_that_a_cell_can_hold_is_more_than_a_value_error(written: cells.Cell) -> None:
    for read in (cells.number, cells.truth, cells.moment):
        try:
            read(written)
        except (ValueError, OverflowError):
            continue
    assert isinstance(cells.text(written), str)


@given(st.floats(-1e12, 1e12), st.sampled_from([",", "."]))
def test_a_number_with_thousands_apart_is_the_number(value: float, sign: str) -> None:
    shown = f"{value:,.2f}"
    if sign == ",":
        shown = shown.translate(str.maketrans(",.", ".,"))
    assert cells.number(shown, sign) == pytest.approx(round(value, 2))
