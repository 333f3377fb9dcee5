from __future__ import annotations

import json

import pytest

from tests.vinfra.report import samples
from tests.vinfra.report.html import Page
from vinfra.report import page, table
from vinfra.report.curves import curves
from vinfra.report.figures import figures
from vinfra.report.stacks import stacked, stacks


def test_each_variant_has_a_bar_of_its_means_at_each_row() -> None:
    drawn = stacks(samples.priced())
    assert drawn is not None
    assert drawn.rows == ["workload = kernel-build", "workload = oltp"]
    calls = {(value["r"], value["n"]): value["v"] for value in drawn.values if value["k"] == 3}
    assert calls[0, "translation"] == pytest.approx(6.2 + 0.5)
    assert calls[1, "translation"] == pytest.approx(2 * 6.2 + 0.5)


def test_the_number_at_a_bar_is_the_sum_and_stands_where_the_bar_ends() -> None:
    drawn = stacks(samples.priced())
    assert drawn is not None
    first = next(value for value in drawn.values if (value["r"], value["n"], value["k"]) == (0, "translation", 0))
    assert first["t"] == pytest.approx(23.4 + 6.7 - 1.5)
    assert first["e"] == pytest.approx(23.4 + 6.7)


def test_kinds_that_occur_nowhere_are_not_in_the_legend() -> None:
    drawn = stacks(samples.priced())
    assert drawn is not None
    assert [kind.name for kind in drawn.kinds] == ["Page tables", "Calls", "TLB"]
    assert len({kind.colour for kind in drawn.kinds}) == 3


def test_a_kind_has_the_same_colour_in_every_run() -> None:
    run = samples.priced()
    run.metrics = run.metrics[3:]
    drawn, whole = stacks(run), stacks(samples.priced())
    assert drawn is not None and whole is not None
    colours = {kind.name: kind.colour for kind in whole.kinds}
    assert all(colours[kind.name] == kind.colour for kind in drawn.kinds)


def test_a_refused_variant_has_no_bar() -> None:
    drawn = stacks(samples.priced())
    assert drawn is not None
    assert drawn.variants == [0, 1, 2]


def test_a_variant_that_adds_nothing_has_a_bar_of_nothing() -> None:
    drawn = stacks(samples.priced())
    assert drawn is not None
    native = [value for value in drawn.values if value["n"] == "native" and value["r"] == 0]
    assert native[0]["k"] == 0 and native[0]["v"] == 0.0


@pytest.mark.parametrize("make", [samples.day, samples.sweep, samples.alone])
def test_a_run_that_compares_no_cycles_has_no_stack(make: object) -> None:
    assert callable(make)
    assert stacks(make()) is None


def test_one_kind_alone_is_a_metric_like_others() -> None:
    run = samples.priced()
    run.metrics = run.metrics[:2]
    assert stacked(run) == [] and stacks(run) is None
    assert [figure.kind for figure in figures(run, curves(run))] == ["parameter", "parameter"]


def test_cycles_that_are_stacked_have_no_chart_of_their_own() -> None:
    run = samples.priced()
    assert [figure.id for figure in figures(run, curves(run))] == ["events", "parameter-0"]


def test_names_of_variants_stand_in_the_data_alone() -> None:
    run = samples.priced()
    for point in run.points:
        if point.variant == "nested":
            point.variant = samples.HOSTILE
    run.variants[2] = type(run.variants[2])(samples.HOSTILE, {}, {})
    drawn = stacks(run)
    assert drawn is not None
    assert "alert" not in json.dumps(drawn.spec) and "alert" in json.dumps(drawn.values)


def test_the_page_has_a_legend_of_kinds_and_a_choice_of_the_row() -> None:
    found = Page(page.render(samples.priced()))
    (events,) = [figure for figure in found.data["figures"] if figure["kind"] == "events"]
    assert events["kinds"] == ["Page tables", "Calls", "TLB"]
    assert "row-events" in {box["id"] for box in found.all("select")}


def test_the_terminal_has_a_line_for_each_kind() -> None:
    text = table.text(samples.priced(), width=100)
    for kind in ("page tables", "switches", "processes", "calls", "TLB"):
        assert f"Cycles {kind} (%)" in text
