from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.vinfra.report import samples
from vinfra.report import curves


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=400), st.integers(4, 100))
def test_thinning_keeps_the_ends_and_the_extremes(values: list[float], most: int) -> None:
    array = np.array(values)
    times, kept = curves.thin(np.arange(len(array)) * 2.0, array, most)
    assert len(kept) <= max(most, 4) or len(kept) == len(array)
    assert kept.min() == array.min() and kept.max() == array.max()
    assert (kept[0], kept[-1]) == (array[0], array[-1])
    assert np.array_equal(kept, array[(times / 2).astype(int)])
    assert np.all(np.diff(times) > 0)


def test_a_fraction_is_shown_in_per_cent_and_watts_in_kilowatts() -> None:
    found = {curve.name: curve for curve in curves.curves(samples.day()).curves}
    assert found["cpu_utilisation"].axis == "CPU utilisation (%)"
    assert found["power_w"].axis == "Power (kW)"
    assert found["hosts_on"].axis == "Hosts on"
    assert found["power_w"].lines[0][3][0] == pytest.approx(93.6)


def test_a_day_has_hours() -> None:
    power = curves.curves(samples.day()).curves[0]
    assert power.time_unit == "h"
    assert power.ticks == [0, 3, 6, 9, 12, 15, 18, 21]
    assert power.lines[0][2][12] == 1.0


def test_long_lines_are_thinned_and_say_how_long_they_were() -> None:
    power, *_ = curves.curves(samples.day(2, 9000)).curves
    assert power.thinned == 9000
    assert all(len(values) <= curves.PER_LINE for _, _, _, values in power.lines)


def test_only_the_first_replication_of_each_row_is_drawn() -> None:
    found = curves.curves(samples.sweep())
    assert [line[:2] for line in found.curves[0].lines] == [[row, variant] for row in range(3) for variant in range(3)]
    assert found.rows[1] == "workload = oltp"


def test_a_page_that_is_full_leaves_rows_out_and_counts_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(curves, "PER_PAGE", 500)
    found = curves.curves(samples.sweep())
    assert (len(found.rows), found.left_out) == (1, 2)


def test_what_is_not_a_number_is_a_gap() -> None:
    run = samples.day()
    run.points[0].series["power_w"][3] = np.nan
    assert curves.curves(run).curves[0].lines[0][3][3] is None
