from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vinfra.report import numbers


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, "\u2013"),
        (0.0, "0"),
        (800.0, "800"),
        (12345.0, "12,345"),
        (764.96, "765.0"),
        (12345.678, "12,346"),
        (0.0012345, "0.001234"),
        (0.99999, "1.000"),
        (9.9999, "10.00"),
        (-28.2051, "-28.21"),
        (1.23456e-7, "1.235e-07"),
        (math.nan, "not a number"),
        (-math.inf, "-infinite"),
    ],
)
def test_numbers_have_four_digits_and_whole_ones_all_of_theirs(value: float | None, shown: str) -> None:
    assert numbers.number(value) == shown


@given(st.floats(-1e300, 1e300))
def test_a_number_reads_back_to_three_digits(value: float) -> None:
    assert float(numbers.number(value).replace(",", "")) == pytest.approx(value, rel=6e-4)


@pytest.mark.parametrize(
    ("name", "label"),
    [("cpu_ready", "CPU ready"), ("power_mean", "Power, mean"), ("vms_unplaced", "VMs unplaced"), ("energy", "Energy")],
)
def test_names_become_words(name: str, label: str) -> None:
    assert numbers.label(name) == label


@pytest.mark.parametrize(
    ("written", "unit"), [("kwh", "kWh"), ("per_s", "/s"), ("mb_per_s", "MB/s"), ("pct", "%"), ("", ""), ("s", "s")]
)
def test_units_are_written_as_people_do(written: str, unit: str) -> None:
    assert numbers.unit(written) == unit


def test_times_change_their_unit_with_their_length() -> None:
    assert [numbers.duration(t) for t in (0.4199, 200.0, 7500.0)] == ["0.42 s", "3 min 20 s", "2 h 5 min"]
