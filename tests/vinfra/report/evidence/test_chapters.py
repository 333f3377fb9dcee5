from __future__ import annotations

from tests.vinfra.report.evidence import samples
from vinfra.report.evidence.chapters import chapters


def test_a_source_is_a_chapter_whose_rows_to_validate_come_first() -> None:
    first, second = chapters(samples.every())
    assert (first.source, first.title) == (samples.SOURCE, "Software and hardware techniques for x86 virtualization")
    assert [entry.id for entry in first.entries] == ["AA06.13", "AA06.14", "AA06.17", "AA06.01"]
    assert [entry.id for entry in second.entries] == ["XEN03.12", "XEN03.01"]


def test_background_is_shown_where_it_is_asked_for() -> None:
    assert "XEN03.33" in {
        entry.id for found in chapters(samples.every(), ("validate", "calibrate", "context")) for entry in found.entries
    }


def test_an_entry_says_what_was_simulated_and_which_rows_its_constants_came_from() -> None:
    entry = chapters(samples.every())[0].entries[0]
    assert "fork" not in entry.title and entry.title == "build: elapsed (s)"
    assert "Pentium 4 672" in entry.about and "AA06.01" in entry.fitted


def test_a_row_that_is_not_predicted_for_one_reason_says_it_once() -> None:
    (xen,) = [entry for found in chapters(samples.every()) for entry in found.entries if entry.id == "XEN03.12"]
    assert xen.reason == "no technique does it"
    assert [entry.reason for entry in chapters(samples.every())[0].entries] == [None] * 4


def test_a_unit_that_the_metric_says_is_not_said_twice() -> None:
    (found,) = chapters([samples.cell("AA06.13", "a", 1.0, 1.0, metric="memory MB", unit="MB")])
    assert found.entries[0].title == "build: memory MB"
