"""The whole evidence can be read: on a terminal of 80 columns, on a page whose links lead somewhere."""

from __future__ import annotations

import pytest

from tests.vinfra.report.html import Page
from vinfra.evidence.comparison import Cell
from vinfra.report import bundle
from vinfra.report.evidence import page, terminal


def test_every_line_fits_80_columns(evidence: list[Cell]) -> None:
    for everything in (False, True):
        wide = [line for line in terminal.text(evidence, everything).splitlines() if len(line) > 80]
        assert wide == []


def test_every_number_to_validate_has_a_line_or_a_row_that_counts_it(evidence: list[Cell]) -> None:
    text = terminal.text(evidence)
    assert {cell.row for cell in evidence if cell.measurement.use == "validate"} <= set(text.split())


def test_every_row_is_on_the_page_and_every_link_leads_somewhere(
    evidence: list[Cell], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bundle, "script", lambda: "window.vegaEmbed=()=>{};")
    found = Page(page.render(evidence))
    assert found.open == []
    ids = [attributes["id"] for _, attributes in found.elements if "id" in attributes]
    assert len(ids) == len(set(ids)) and {cell.row for cell in evidence} <= set(ids)
    assert {link["href"][1:] for link in found.all("a")} <= set(ids)
