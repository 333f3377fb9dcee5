"""Which parameter matters: held against functions whose variance is known by arithmetic."""

from __future__ import annotations

import itertools
import sys
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
import pytest

from tests.vinfra.report import samples
from vinfra.report.sensitivity import Effect, Finding, Sensitivity, sensitivity
from vinfra.report.swept import is_grid
from vinfra.scenario.results import Point, Run


def run_of(rows: Iterable[dict[str, Any]], value: Callable[[dict[str, Any], int], float], replications: int = 1) -> Run:
    every = list(rows)
    points = [
        Point("a", at, replication, {"energy_kwh": value(at, replication)})
        for at in every
        for replication in range(replications)
    ]
    return samples.assembled("q", "?", {"a": {}}, points, [], ["energy_kwh"], sweep=list(every[0]))


def grid(**values: list[Any]) -> list[dict[str, Any]]:
    return [dict(zip(values, row, strict=True)) for row in itertools.product(*values.values())]


def draws(rows: int, axes: int, seed: int = 0) -> list[dict[str, Any]]:
    numbers = np.random.default_rng(seed).random((rows, axes)).tolist()
    return [{f"x{index}": f"{number:.6g} s" for index, number in enumerate(row)} for row in numbers]


def found(run: Run) -> Sensitivity:
    told = sensitivity(run)
    assert told is not None
    return told


def only(run: Run) -> Finding:
    (finding,) = found(run).findings
    return finding


def test_a_sample_tells_what_a_metric_follows_and_what_it_does_not() -> None:
    told = found(samples.drawn(256))
    assert not told.grid and [axis.title for axis in told.parameters] == [
        "count", "reservation (MHz)", "disk (GiB)", "server",
    ]  # fmt: skip
    ready, energy, other = told.findings
    assert [finding.variant for finding in told.findings] == ["v0", "v0", "v1"]
    # energy = 20 u + 6 b: variances 400 / 12 and 36 / 4
    count, reservation, disk, server = energy.effects
    assert count.part == pytest.approx(33.3 / 42.3, abs=0.06) and server.part == pytest.approx(9 / 42.3, abs=0.06)
    assert reservation == disk == Effect(None, None)
    assert count.pull is not None and count.pull > 0.95 and server.pull is None
    assert other.effects[0].part == pytest.approx(count.part, abs=0.01)
    assert ready.effects[1].pull is not None and ready.effects[1].pull < -0.5
    assert ready.effects[2:] == [Effect(None, None)] * 2


def test_of_every_combination_the_parts_are_those_of_the_analysis_of_variance() -> None:
    at = grid(x=[1, 2, 3, 4], y=["red", "blue"], z=[10, 20])
    finding = only(run_of(at, lambda row, _: 3 * row["x"] + 4 * (row["y"] == "red") + (row["x"] == 4) * row["z"]))
    table = np.array([[[3 * x + 4 * y + (x == 4) * z for z in (10, 20)] for y in (1, 0)] for x in (1, 2, 3, 4)])
    for axis, effect in enumerate(finding.effects):
        rest = tuple(other for other in range(3) if other != axis)
        assert effect.part == pytest.approx(table.mean(axis=rest).var() / table.var())
    assert finding.together == pytest.approx(1 - sum(effect.part or 0 for effect in finding.effects))
    assert finding.together > 0.01
    assert finding.effects[1].pull is None and finding.seeds is None


def test_what_only_parameters_together_do_is_of_none_of_them() -> None:
    finding = only(run_of(grid(x=[0, 1], y=[0, 1]), lambda row, _: float(row["x"] == row["y"])))
    assert [effect.part for effect in finding.effects] == [0.0, 0.0] and finding.together == 1.0


def test_an_effect_that_turns_has_a_part_and_no_pull() -> None:
    def valley(row: dict[str, Any], _: int) -> float:
        return (float(row["x0"].removesuffix(" s")) - 0.5) ** 2

    steep, flat = only(run_of(draws(128, 2), valley)).effects
    assert steep.part is not None and steep.part > 0.8 and steep.pull is None
    assert flat == Effect(None, None)


@pytest.mark.parametrize("axes", [2, 5])
def test_noise_is_seldom_taken_for_an_effect(axes: int) -> None:
    """At 5 % over a table, about one table of noise in twenty shows anything."""
    wrong = 0
    for seed in range(100):
        noise = iter(np.random.default_rng(1000 + seed).normal(size=64).tolist())
        finding = only(run_of(draws(64, axes, seed), lambda row, _, noise=noise: next(noise)))  # type: ignore[misc]
        wrong += any(effect != Effect(None, None) for effect in finding.effects)
    assert wrong <= 12


def test_too_few_rows_of_a_sample_say_so_and_show_nothing() -> None:
    told = found(run_of(draws(29, 3), lambda row, _: float(row["x0"].removesuffix(" s"))))
    assert told.findings == []
    assert told.unsaid == ["29 rows of a sample are too few to tell 3 parameters apart: ten for each are 30."]
    assert found(run_of(draws(30, 3), lambda row, _: float(row["x0"].removesuffix(" s")))).findings


def test_a_metric_that_is_the_same_everywhere_is_said_to_be() -> None:
    told = found(run_of(grid(x=[1, 2], y=[1, 2]), lambda row, _: 7.0))
    assert told.findings == [] and told.unsaid == ["The same in every row, so nothing matters for it: Energy (kWh)."]


def test_one_swept_path_and_no_sweep_need_no_table() -> None:
    assert sensitivity(run_of(grid(x=[1, 2, 3]), lambda row, _: row["x"])) is None
    assert sensitivity(samples.day()) is None


def test_what_seeds_do_to_all_rows_alike_is_no_noise_between_rows() -> None:
    at, common = grid(x=[1, 2, 3, 4], y=[1, 2, 3, 4]), np.random.default_rng(5).normal(size=6)
    shared = only(run_of(at, lambda row, k: row["x"] + row["y"] + 10 * float(common[k]), 6))
    assert shared.seeds == pytest.approx(0.0, abs=1e-12)


def test_the_part_of_the_seeds_is_their_variance_by_replications() -> None:
    stream = np.random.default_rng(6)
    at = grid(x=list(range(16)), y=list(range(16)))
    finding = only(run_of(at, lambda row, _: row["x"] + 4 * float(stream.normal()), 4))
    # rows: (16^2 - 1) / 12 of the parameter, 4^2 / 4 of the seeds
    assert finding.seeds == pytest.approx(4 / (255 / 12 + 4), rel=0.15)


def test_rows_that_were_refused_are_left_out_and_make_a_grid_a_sample() -> None:
    run = run_of(grid(x=[1, 2, 3, 4], y=[1, 2]), lambda row, _: row["x"])
    run.points[0].metrics, run.points[0].refused = {}, "no"
    told = found(run)
    assert told.findings == [] and "7 rows of a sample are too few" in told.unsaid[0]


def test_without_scipy_the_section_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "scipy.stats", None)
    told = found(samples.counts())
    assert told.findings == []
    assert told.unsaid == ["Which parameter matters is computed with scipy: pip install 'vinfra[sampling]'."]


@pytest.mark.parametrize("make", [samples.counts, samples.hostile, samples.drawn, samples.priced])
def test_runs_of_every_kind_have_parts_of_a_whole(make: Callable[[], Run]) -> None:
    told = sensitivity(make())
    for finding in told.findings if told else ():
        for effect in finding.effects:
            assert effect.part is None or 0 <= effect.part <= 1
            assert effect.pull is None or -1 <= effect.pull <= 1
        assert finding.seeds is None or 0 <= finding.seeds <= 1


def test_rows_are_a_grid_where_no_combination_is_missing() -> None:
    assert is_grid(grid(x=[1, 2], y=["a", "b"]))
    assert not is_grid(grid(x=[1, 2], y=["a", "b"])[:3])
    assert is_grid([{}])
