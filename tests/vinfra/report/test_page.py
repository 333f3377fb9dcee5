from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.vinfra.report import samples
from tests.vinfra.report.html import Page
from vinfra.report import charts, page
from vinfra.report.curves import curves
from vinfra.report.figures import figures
from vinfra.report.style import Style
from vinfra.scenario.results import Run

RUNS: list[Callable[[], Run]] = [
    samples.day,
    samples.sweep,
    samples.counts,
    samples.alone,
    samples.hostile,
    samples.priced,
    samples.drawn,
]


@pytest.mark.parametrize("make", RUNS)
def test_page_is_well_formed_sealed_and_loads_nothing(make: Callable[[], Run]) -> None:
    Page(page.render(make())).check_sealed()


@pytest.mark.parametrize("make", RUNS)
def test_page_can_be_read_aloud_and_by_keyboard(make: Callable[[], Run]) -> None:
    found = Page(page.render(make()))
    assert len(found.all("h1")) == 1 and len(found.all("main")) == 1
    assert found.all("html")[0]["lang"] == "en"
    ids = [attributes["id"] for _, attributes in found.elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    for link in found.all("a"):
        assert link["href"][1:] in ids
    assert {label["for"] for label in found.all("label") if "for" in label} == {
        box["id"] for box in found.all("select")
    }
    for box in (attributes for tag, attributes in found.elements if "scroll" in attributes.get("class", "")):
        assert box["tabindex"] == "0" and {"aria-label", "aria-labelledby"} & set(box)
    for chart in (attributes for _, attributes in found.elements if attributes.get("class") == "chart"):
        assert chart["role"] == "img" and chart["aria-label"]


def test_hostile_text_is_text_and_nothing_else() -> None:
    html = page.render(samples.hostile())
    found = Page(html)
    assert "alert('x')" not in html.replace("&#39;", "'").split("<script")[0].replace("&lt;script&gt;alert('x')", "")
    assert len(found.scripts) == 3
    assert samples.HOSTILE in found.text
    assert "49" not in found.text.split("How to reproduce")[0]
    assert found.data["names"][0] == samples.HOSTILE


def test_scenario_text_stands_nowhere_in_a_chart_but_at_an_axis() -> None:
    specs = json.dumps([figure["spec"] for figure in Page(page.render(samples.hostile())).data["figures"]])
    assert "alert" not in specs


def test_the_answer_comes_first_with_its_verdict_and_reason() -> None:
    text = Page(page.render(samples.sweep())).text
    assert text.index("Throughput of nested is above that of shadow") < text.index("Comparison")
    assert "Expected, and not found: throughput of shadow is above that of nested" in text
    assert "Reason given: a TLB miss walks two tables." in text


def test_a_refused_variant_is_one_cell_with_a_link_to_the_reason() -> None:
    found = Page(page.render(samples.sweep()))
    refused = [cell for cell in found.all("td") if cell.get("class") == "refused"]
    assert [cell["rowspan"] for cell in refused] == ["2", "2", "2"]
    assert "Refused: nested-large: processor opteron-248 has no nested paging" in found.text


def test_best_is_said_and_not_only_coloured() -> None:
    text = " ".join(Page(page.render(samples.day())).text.split())
    assert "best: 1,662" in text


def test_what_is_assumed_is_called_an_assumption() -> None:
    text = Page(page.render(samples.day())).text
    assert "Assumptions: no publication backs these values." in text
    assert "recalled from memory, not checked" in text


def test_a_run_without_charts_has_no_script_at_all() -> None:
    found = Page(page.render(samples.alone()))
    assert found.scripts == [] and "Charts" not in found.text


def test_what_is_the_same_everywhere_is_said_and_not_drawn() -> None:
    found = Page(page.render(samples.day()))
    assert len(found.data["figures"]) == 3
    assert "the same at all times in every variant: Hosts on 800." in found.text


def test_a_run_that_prices_techniques_says_how_far_to_trust_it() -> None:
    text = " ".join(Page(page.render(samples.priced())).text.split())
    assert "How far to trust these numbers" in text
    assert "computed here for binary-translation, nested-paging. " in text and "vinfra evidence" in text
    assert "How far to trust these numbers" not in Page(page.render(samples.day())).text


def test_every_row_of_a_sweep_can_be_chosen() -> None:
    found = Page(page.render(samples.sweep()))
    assert [option["value"] for option in found.all("option")] == ["0", "1", "2"]


def test_no_more_lines_are_ticked_than_can_be_told_apart() -> None:
    boxes = [box for box in Page(page.render(samples.day(12))).all("input")]
    assert len(boxes) == 12
    assert sum("checked" in box for box in boxes) == 8


def test_64_variants_differ_in_more_than_colour() -> None:
    styles = [Style.of(index) for index in range(64)]
    assert len({(style.colour, tuple(style.dash)) for style in styles}) == 64
    neighbours = [Style.of(index) for index in range(8)]
    assert len({tuple(style.dash) for style in neighbours}) == len({style.shape for style in neighbours}) == 8


def test_a_metric_over_a_swept_number_is_a_line_with_a_choice_of_the_rest() -> None:
    run = samples.counts()
    assert charts.parameter(run) == "vms.guest.count"
    figure = figures(run, curves(run))[0]
    assert figure.rows == ["pages = 4 KiB", "pages = 2 MiB"]
    assert figure.spec["layer"][0]["mark"]["type"] == "line"
    assert {value["x"] for value in figure.values} == {1, 2, 4, 8}


def test_a_sample_is_drawn_as_a_point_for_each_row_over_each_number() -> None:
    run = samples.drawn(40)
    figure = figures(run, curves(run))[1]
    assert figure.rows == ["count", "reservation (MHz)", "disk (GiB)"] and figure.choice == "over"
    assert [layer["mark"]["type"] for layer in figure.spec["layer"]] == ["rule", "point"]
    assert len(figure.values) == 40 * 2 * 3
    first = run.points[0].at
    assert [value["x"] for value in figure.values if value["id"] == 0][:3] == [
        first["vms.office.count"],
        float(first["vms.office.reservation"].removesuffix(" MHz")),
        float(first["vms.office.disk"].removesuffix(" GiB")),
    ]


def test_of_a_large_sample_the_first_rows_are_drawn_and_the_caption_says_so() -> None:
    run = samples.drawn(charts.MOST_MARKS + 1, 1, 1)
    figure = figures(run, curves(run))[0]
    assert len(figure.values) == charts.MOST_MARKS * 3
    assert f"the first {charts.MOST_MARKS} rows; all are in points.parquet" in figure.caption


def test_quantities_in_one_unit_are_numbers_at_the_axis() -> None:
    run = samples.counts()
    for point in run.points:
        point.at = {"vms.guest.memory": f"{point.at['vms.guest.count']} GiB", "vms.guest.pages": "4 KiB"}
    run.sweep = ["vms.guest.memory", "vms.guest.pages"]
    figure = figures(run, curves(run))[0]
    assert {value["x"] for value in figure.values} == {1, 2, 4, 8}
    assert figure.spec["encoding"]["x"]["axis"]["title"] == "vms.guest.memory (GiB)"


def test_of_many_rows_the_first_are_shown_and_the_rest_fold() -> None:
    html = page.render(samples.drawn(64))
    assert f"{64 - page.UNFOLDED} more rows of the sweep</summary>" in html
    assert "more rows of the sweep" not in page.render(samples.counts())


def test_a_sweep_says_which_row_is_best_and_what_matters() -> None:
    text = Page(page.render(samples.drawn(64))).text
    assert "Best rows" in text and "told apart" in text
    assert "What matters" in text and "partial rank correlation" in text
    assert "The same in every row, so nothing matters for it: Hosts on." in text
    for run in (samples.day(), samples.sweep()):
        plain = Page(page.render(run)).text
        assert "Best rows" not in plain and "What matters" not in plain


def test_a_metric_that_is_not_a_number_leaves_a_page_that_can_be_read(tmp_path: Path) -> None:
    run = samples.counts()
    run.points[0].metrics["throughput_per_s"] = float("nan")
    run.points[8].metrics["throughput_per_s"] = float("inf")
    assert page.write(run, tmp_path) == tmp_path / "report.html"
    assert "not a number" in Page((tmp_path / "report.html").read_text()).text


@pytest.mark.slow
@pytest.mark.parametrize("make", [*RUNS[:3], *RUNS[4:]])
def test_every_chart_draws_its_lines_or_points(make: Callable[[], Run]) -> None:
    import vl_convert

    run = make()
    for figure in figures(run, curves(run)):
        rows = figure.values or [
            {"r": r, "id": v, "t": t, "v": y}
            for r, v, times, values in figure.lines
            for t, y in zip(times, values, strict=True)
        ]
        spec = {**figure.spec, "datasets": {"rows": rows}, "width": 600}
        drawn = vl_convert.vegalite_to_svg(spec)
        marks = len(set(re.findall(r'stroke="(var\(--[ck]\d\))"|fill="(var\(--[ck]\d\))"', drawn)))
        assert marks >= len(figure.kinds or figure.variants)
