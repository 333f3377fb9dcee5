"""The best row of a sweep, and the rows that are not told apart from it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.vinfra.report import samples
from vinfra.report.best import Bests, bests
from vinfra.scenario.results import Point, Run

TABLE = st.lists(st.lists(st.floats(0, 100), min_size=3, max_size=3), min_size=4, max_size=9)


def swept(values: dict[str, list[list[float]]], metric: str = "energy_kwh") -> Run:
    """Values by variant, row and replication."""
    points = [
        Point(variant, {"x": row}, replication, {metric: value})
        for variant, rows in values.items()
        for row, replications in enumerate(rows)
        for replication, value in enumerate(replications)
    ]
    return samples.assembled("q", "?", {name: {} for name in values}, points, [], [metric], sweep=["x"])


def only(run: Run) -> Bests:
    (found,) = bests(run)
    return found


def test_the_best_row_follows_the_side_that_is_better() -> None:
    rows = [[float(row)] for row in (5, 3, 9, 4)]
    assert only(swept({"a": rows})).overall.at == {"x": 1}
    assert only(swept({"a": rows}, "throughput_per_s")).overall.at == {"x": 2}
    assert bests(swept({"a": rows}, "cpu_utilisation_pct")) == []


def test_few_rows_and_rows_that_do_not_differ_need_no_best() -> None:
    assert bests(swept({"a": [[1.0], [2.0], [3.0]]})) == []
    assert bests(swept({"a": [[1.0]] * 5})) == []
    assert bests(samples.day()) == []


def test_rows_are_told_apart_by_what_seeds_do_to_both() -> None:
    """Replications differ by 10 and rows by 1, replication by replication: paired, that is certain."""
    seeds = [0.0, 10.0, 20.0, 30.0]
    rows = [[row + seed for seed in seeds] for row in range(5)]
    best = only(swept({"a": rows})).overall
    assert best.half_width is not None and best.half_width > 10
    assert (best.alike, best.others) == (0, "told apart from all others")


def test_rows_whose_differences_have_both_signs_are_not_told_apart() -> None:
    rows = [[1.0, 2.0, 3.0], [1.5, 1.9, 3.1], [9.0, 9.0, 9.5], [2.9, 2.2, 1.1]]
    best = only(swept({"a": rows})).overall
    assert best.at == {"x": 0} and (best.alike, best.others) == (2, "2 more not told apart")
    assert not best.anywhere


def test_single_replications_say_nothing_of_chance() -> None:
    best = only(swept({"a": [[1.0], [1.0], [2.0], [3.0]]})).overall
    assert best.half_width is None and best.alike is None
    assert best.others == "1 more equal to it"
    assert only(swept({"a": [[1.0], [5.0], [2.0], [3.0]]})).overall.others == ""


def test_variants_are_compared_with_the_best_of_all() -> None:
    good, close = [[1.0, 2.0], [5.0, 6.0], [7.0, 8.0], [9.0, 9.5]], [[8.0, 9.0], [9.0, 9.9], [1.2, 1.9], [9.0, 9.0]]
    bad = [[30.0, 31.0]] * 4
    found = only(swept({"good": good, "close": close, "bad": bad}))
    assert (found.overall.variant, found.overall.at, found.overall.rows) == ("good", {"x": 0}, 12)
    assert [(best.variant, best.at["x"], best.rows) for best in found.variants] == [
        ("good", 0, 4), ("close", 2, 4), ("bad", 0, 4),
    ]  # fmt: skip
    assert found.level == {"good", "close"}
    assert found.variants[2].anywhere and found.variants[2].others == "all others not told apart"


def test_points_that_failed_are_left_out() -> None:
    run = swept({"a": [[1.0, 1.0], [2.0, 2.0], [3.0, 3.0], [4.0, 4.0]]})
    for point in run.points[:2]:
        point.metrics, point.error = {}, "RuntimeError: no"
    run.points[2].metrics["energy_kwh"] = float("nan")
    assert only(run).overall.at == {"x": 1} and only(run).overall.rows == 3


@given(TABLE)
def test_no_row_has_a_better_mean(rows: list[list[float]]) -> None:
    for found in bests(swept({"a": rows})):
        assert found.overall.value == pytest.approx(min(sum(values) / 3 for values in rows))
        assert found.overall.alike is not None and 0 <= found.overall.alike < len(rows)
