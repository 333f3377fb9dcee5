"""Which rows a sweep has: all combinations, or a sample that a design draws."""

from __future__ import annotations

import sys
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vinfra.document import parse
from vinfra.errors import InputError
from vinfra.scenario.design import combinations
from vinfra.units import parse as quantity

SWEEP = "sweep:\n  a.x: {from: 0 s, to: 100 s}\n  a.y: {from: 1, to: 64}\n  a.z: [red, green, blue]\n"


def rows(text: str) -> list[dict[str, Any]]:
    return [{change.path: change.value for change in row} for row in combinations(parse(text, "q.yaml"))]


def sample(kind: str, points: int, seed: int = 0, sweep: str = SWEEP) -> list[dict[str, Any]]:
    return rows(f"{sweep}design: {{kind: {kind}, points: {points}, seed: {seed}}}\n")


def complaint(text: str) -> str:
    with pytest.raises(InputError) as wrong:
        combinations(parse(text, "q.yaml"))
    return str(wrong.value)


def test_without_a_design_rows_are_all_combinations_the_first_path_slowest() -> None:
    found = rows("sweep:\n  a.x: [1, 2]\n  a.y: {from: 1 s, to: 3 s, step: 1 s}\n")
    assert [(row["a.x"], row["a.y"]) for row in found] == [
        (1, "1 s"), (1, "2 s"), (1, "3 s"), (2, "1 s"), (2, "2 s"), (2, "3 s"),
    ]  # fmt: skip
    assert rows("seed: 1\n") == [{}]


@given(st.integers(1, 64), st.integers(0, 2**32 - 1))
def test_a_latin_hypercube_has_one_value_in_each_equal_part_of_every_axis(points: int, seed: int) -> None:
    found = sample(
        "latin-hypercube", points, seed, "sweep:\n  a.x: {from: 0 s, to: 1 s}\n  a.y: {from: 3 s, to: 5 s}\n"
    )
    for path, low, width in (("a.x", 0.0, 1.0), ("a.y", 3.0, 2.0)):
        parts = [(quantity(row[path], "time") - low) / width * points for row in found]
        # Values have six digits, so one that lies at the border of a part may be read as of the next.
        assert all(part - 1e-3 <= value <= part + 1 + 1e-3 for part, value in enumerate(sorted(parts)))


@given(st.integers(0, 6), st.integers(0, 1000))
def test_sobol_points_are_even_over_halves_of_every_axis(power: int, seed: int) -> None:
    points = 2**power
    found = sample("sobol", points, seed, "sweep:\n  a.x: {from: 0 s, to: 1 s}\n  a.y: {from: 0 s, to: 1 s}\n")
    for path in ("a.x", "a.y"):
        upper = sum(quantity(row[path], "time") >= 0.5 for row in found)
        assert points == 1 or upper == points // 2


@pytest.mark.parametrize("kind", ["latin-hypercube", "sobol", "random"])
def test_a_sample_is_the_same_every_time_and_another_seed_is_another_sample(kind: str) -> None:
    assert sample(kind, 16) == sample(kind, 16)
    assert sample(kind, 16) != sample(kind, 16, seed=1)


@pytest.mark.parametrize("kind", ["latin-hypercube", "sobol", "random"])
def test_a_sample_stays_within_ends_and_lists(kind: str) -> None:
    found = sample(kind, 64)
    assert {row["a.z"] for row in found} == {"red", "green", "blue"}
    assert all(0 <= quantity(row["a.x"], "time") <= 100 and 1 <= row["a.y"] <= 64 for row in found)
    assert [list(row) for row in found] == [["a.x", "a.y", "a.z"]] * len(found)


def test_two_draws_of_the_same_values_are_one_row() -> None:
    found = sample("random", 1000, sweep="sweep:\n  a.x: [1, 2]\n  a.y: [1, 2]\n")
    assert sorted(map(str, found)) == sorted(str({"a.x": x, "a.y": y}) for x in (1, 2) for y in (1, 2))


@pytest.mark.parametrize("points", [3, 33, 100])
def test_a_sobol_design_wants_a_power_of_two(points: int) -> None:
    told = complaint(f"{SWEEP}design: {{kind: sobol, points: {points}}}\n")
    below = 1 << (points.bit_length() - 1)
    assert told == f"q.yaml:5:23 design.points: must be a power of two, {below} or {2 * below}; got {points}"


def test_a_design_without_a_sweep_draws_from_nothing() -> None:
    told = complaint("design: {kind: random, points: 4}\n")
    assert told == "q.yaml:1:1 design: draws from nothing: add a `sweep` with ranges"


def test_a_wrong_range_and_a_wrong_design_are_told_together() -> None:
    told = complaint("sweep:\n  a.x: {from: 2, to: 1}\ndesign: {kind: sobol, points: 5}\n")
    assert [line.split()[0] for line in told.splitlines()] == ["q.yaml:2:3", "q.yaml:3:23"]


@pytest.mark.parametrize("design", ["{kind: sobool, points: 4}", "{kind: sobol}", "{kind: random, points: 0}", "3"])
def test_a_design_of_the_wrong_shape_is_left_to_the_schema(design: str) -> None:
    assert len(rows(f"sweep:\n  a.x: [1]\ndesign: {design}\n")) == 1


def test_more_combinations_than_anybody_waits_for_are_refused() -> None:
    axis = "{from: 1, to: 1000, step: 1}"
    told = complaint(f"sweep:\n  a.x: {axis}\n  a.y: {axis}\n  a.z: {axis}\n")
    assert told.startswith("q.yaml:1:1 sweep: spans 1,000,000,000 rows, above 1,000,000: ") and "`design`" in told


@pytest.mark.parametrize("kind", ["latin-hypercube", "sobol"])
def test_without_scipy_one_line_says_how_to_get_it(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "scipy.stats", None)
    told = complaint(f"{SWEEP}design: {{kind: {kind}, points: 4}}\n")
    cure = "install it (pip install 'vinfra[sampling]'), or draw `kind: random`"
    assert told == f"q.yaml:5:10 design.kind: {kind} needs scipy: {cure}"
    assert len(sample("random", 4)) == 4
