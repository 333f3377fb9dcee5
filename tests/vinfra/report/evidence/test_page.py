from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.vinfra.report import samples as runs
from tests.vinfra.report.evidence import samples
from tests.vinfra.report.html import Page
from vinfra.evidence.comparison import Cell
from vinfra.report.evidence import page
from vinfra.report.evidence.scatter import drawn, scatter

MAKE: list[Callable[[], list[Cell]]] = [samples.every, samples.hostile]


def text() -> str:
    return " ".join(Page(page.render(samples.every())).text.split())


@pytest.mark.parametrize("make", MAKE)
def test_page_is_well_formed_sealed_and_loads_nothing(make: Callable[[], list[Cell]]) -> None:
    Page(page.render(make())).check_sealed()


@pytest.mark.parametrize("make", MAKE)
def test_page_can_be_read_aloud_and_every_link_leads_somewhere(make: Callable[[], list[Cell]]) -> None:
    found = Page(page.render(make()))
    assert len(found.all("h1")) == 1 and len(found.all("main")) == 1
    ids = [attributes["id"] for _, attributes in found.elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    assert {link["href"][1:] for link in found.all("a")} <= set(ids)
    for chart in (attributes for _, attributes in found.elements if attributes.get("class") == "chart"):
        assert chart["role"] == "img" and chart["aria-label"]


def test_hostile_text_is_text_and_nothing_else() -> None:
    found = Page(page.render(samples.hostile()))
    assert len(found.scripts) == 3
    assert runs.HOSTILE in found.text
    assert "alert" not in json.dumps(found.data["spec"])


def test_headline_numbers_come_first() -> None:
    said = text()
    assert said.index("17 % median error; 5 numbers are predicted") < said.index("Published and predicted")
    assert "3 of 9 not predicted, each with its reason" in said


def test_a_number_stands_beside_its_prediction_and_its_error() -> None:
    assert "sw_vmm 36.9 47.67 +29 %" in text()
    assert "native 6 given" in text()
    assert "most below 1 0.25 kept" in text()
    assert "rest 8 not predicted: nobody says on what" in text()


def test_a_row_says_what_was_simulated_on_what_and_how_the_source_was_read() -> None:
    said = text()
    assert "Fig. 1; measured on: a Pentium 4 Simulated: the native run times" in said
    assert "AA06.14 build: slowdown (%) recalled" in said
    assert samples.SOURCE in said


def test_a_row_without_predictions_keeps_its_numbers_and_says_why() -> None:
    assert "a\u00a01, b\u00a02. Not predicted: no technique does it." in Page(page.render(samples.every())).text


def test_constants_lead_to_the_rows_they_come_from() -> None:
    links = {link["href"] for link in Page(page.render(samples.every())).all("a")}
    assert "#AA06.01" in links and "#XEN03.08" not in links


@pytest.mark.parametrize(("error", "size", "width", "tip"), [
    (0.1, "near", 5.0, False), (-0.4, "off", 20.0, False), (0.9, "far", 45.0, False), (-3.0, "far", 50.0, True),
])  # fmt: skip
def test_a_bar_is_as_long_as_its_error_and_ends_at_a_hundred_percent(
    error: float, size: str, width: float, tip: bool
) -> None:
    found = page.bar(error)
    assert (found["size"], found["width"], bool(found["tip"])) == (size, width, tip)
    assert found["x"] == (0.0 if error > 0 else -width)


def test_the_scatter_has_what_has_a_place_on_logarithmic_axes() -> None:
    points = drawn(samples.every())
    assert [cell.id for cell in points] == [
        "AA06.01/trap", "XEN03.01/c", "AA06.13/sw_vmm", "AA06.13/hw_vmm", "AA06.14/early", "AA06.14/late",
    ]  # fmt: skip
    assert "2 more predictions are in the tables alone" in text()


def test_the_band_is_a_fifth_above_and_below_the_diagonal() -> None:
    for end in scatter(drawn(samples.every()))["datasets"]["ends"]:
        assert end["y"] == end["x"]
        assert (end["low"], end["high"]) == (pytest.approx(0.8 * end["x"]), pytest.approx(1.2 * end["x"]))


def test_nothing_to_draw_leaves_a_page_without_a_script() -> None:
    found = Page(page.render([samples.cell("AA06.13", "a", 1.0, None, "not predicted: so")]))
    assert found.scripts == [] and "Published and predicted" not in found.text


def test_the_page_is_written_whole(tmp_path: Path) -> None:
    assert page.write(samples.every(), tmp_path / "deep") == tmp_path / "deep" / "report.html"
    assert [path.name for path in (tmp_path / "deep").iterdir()] == ["report.html"]


@pytest.mark.slow
def test_the_scatter_draws_a_mark_for_each_number() -> None:
    import vl_convert

    points = drawn(samples.every())
    svg = vl_convert.vegalite_to_svg({**scatter(points), "width": 600})
    assert len(re.findall(r'fill="var\(--c[01]\)"', svg)) == len(points)
