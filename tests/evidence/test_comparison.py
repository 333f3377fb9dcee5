"""Errors, ranges, bounds, the order of platforms, and the shape of the document."""

from __future__ import annotations

import json
import math

import pytest

from vinfra.errors import Refused
from vinfra.evidence.comparison import Cell, compare, document, of, summarise
from vinfra.evidence.published import Measurement, Range, Value, rows, value


def measurement(change: bool = False, use: str = "validate", compares: tuple[str, ...] = ()) -> Measurement:
    about = {"table": "t", "metric": "elapsed", "unit": "s", "workload": "build", "evidence": "seen-primary"}
    return Measurement.model_validate(
        {**about, "values": {"a": 1.0}, "use": use, "change": change, "compares": list(compares)}
    )


def cell(
    published: Value | float,
    predicted: float | None,
    row: str = "T.01",
    key: str = "a",
    given: bool = False,
    about: Measurement | None = None,
) -> Cell:
    shown = published if isinstance(published, Value) else Value(published, published)
    return Cell(row, key, "somebody, 2007", about or measurement(), shown, predicted, given, False, "")


def test_an_error_is_relative_and_signed() -> None:
    assert cell(10.0, 12.0).error == pytest.approx(0.2)
    assert cell(-10.0, -12.0).error == pytest.approx(-0.2)


def test_what_is_not_predicted_and_what_is_zero_has_no_error() -> None:
    assert cell(10.0, None).error is None
    assert cell(0.0, 3.0).error is None


def test_a_range_counts_by_its_middle() -> None:
    found = value(Range(low=6.0, high=8.0))
    assert (found.middle, str(found), found.plain) == (7.0, "6 to 8", False)
    assert cell(found, 7.7).error == pytest.approx(0.1)


@pytest.mark.parametrize(("written", "predicted", "kept"), [
    (Range(below=1.0), 0.9, True), (Range(below=1.0), 1.1, False),
    (Range(above=30.0), 31.0, True), (Range(above=30.0), 29.0, False),
])  # fmt: skip
def test_a_bound_is_kept_or_not_and_has_no_error(written: Range, predicted: float, kept: bool) -> None:
    found = cell(value(written), predicted)
    assert (found.kept, found.error, found.error_of_whole) == (kept, None, None)


def test_a_number_has_no_bound_to_keep() -> None:
    assert cell(1.0, 2.0).kept is None
    assert cell(value(Range(below=1.0)), None).kept is None


def test_a_range_needs_two_ends_or_one_bound() -> None:
    with pytest.raises(ValueError, match="low and high"):
        value(Range(low=1.0))


def test_the_error_of_a_difference_is_told_of_the_whole_too() -> None:
    found = cell(4.0, 2.0, about=measurement(change=True))
    assert found.error == pytest.approx(-0.5)
    assert found.error_of_whole == pytest.approx(102 / 104 - 1)


def test_a_summary_has_the_median_and_the_ninetieth_percentile_of_the_absolute_errors() -> None:
    cells = [cell(100.0, 100.0 + sign * error) for sign, error in zip([1, -1] * 5 + [1], range(11), strict=True)]
    found = summarise([*cells, cell(1.0, None), cell(5.0, None, given=True)])
    assert (found.cells, found.predicted) == (13, 11)
    assert found.median_error == pytest.approx(0.05)
    assert found.p90_error == pytest.approx(0.09)


def test_a_summary_of_nothing_says_nothing() -> None:
    found = summarise([])
    assert (found.cells, found.predicted, found.median_error, found.pairs, found.ordered) == (0, 0, None, 0, None)


def platforms(
    published: dict[str, float], predicted: dict[str, float], given: str = "", row: str = "T.01"
) -> list[Cell]:
    about = measurement(compares=tuple(published))
    return [
        cell(number, predicted.get(key), row=row, key=key, given=key == given, about=about)
        for key, number in published.items()
    ]


def test_pairs_of_platforms_are_in_the_published_order_or_not() -> None:
    right = summarise(platforms({"a": 1.0, "b": 2.0, "c": 3.0}, {"a": 10.0, "b": 20.0, "c": 15.0}))
    assert (right.pairs, right.ordered) == (3, pytest.approx(2 / 3))


def test_a_platform_that_is_given_stands_where_it_was_published() -> None:
    found = summarise(platforms({"native": 1.0, "b": 2.0}, {"b": 0.5}, given="native"))
    assert (found.pairs, found.ordered) == (1, 0.0)


def test_platforms_within_noise_and_those_nobody_predicted_have_no_order() -> None:
    assert summarise(platforms({"a": 100.0, "b": 101.0}, {"a": 1.0, "b": 2.0})).pairs == 0
    assert summarise(platforms({"a": 1.0, "b": 2.0}, {}, given="a")).pairs == 0
    assert summarise(platforms({"a": 1.0, "b": 2.0, "c": 3.0}, {"a": 1.0, "c": 3.0})).pairs == 1


def test_platforms_of_different_rows_are_not_compared() -> None:
    cells = platforms({"a": 1.0}, {"a": 1.0}) + platforms({"b": 2.0}, {"b": 2.0}, row="T.02")
    assert summarise(cells).pairs == 0


def test_numbers_that_are_no_quantity_of_platforms_have_no_order() -> None:
    assert summarise([cell(1.0, 1.0, key="a"), cell(2.0, 2.0, key="b")]).pairs == 0


def test_a_row_or_what_it_begins_with_can_be_asked_for() -> None:
    assert {found.row for found in compare("AA06.13")} == {"AA06.13"}
    every = {identity for identity in rows() if identity.startswith("AA06.")}
    assert {found.row for found in compare("AA06")} == every and len(every) > 1


@pytest.mark.parametrize(("asked", "said"), [
    ("AA06.3", "no published row 'AA06.3'; did you mean 'AA06.13'"), ("AA0", "AA06"), ("42", "rows begin with AA06"),
])  # fmt: skip
def test_a_row_nobody_published_is_refused_with_the_cure(asked: str, said: str) -> None:
    with pytest.raises(Refused) as refused:
        compare(asked)
    assert said in str(refused.value)


def test_every_number_to_validate_is_predicted_or_given_or_has_a_reason(evidence: list[Cell]) -> None:
    silent = [
        found.id
        for found in evidence
        if found.measurement.use == "validate"
        and found.predicted is None
        and not found.given
        and not found.note.removeprefix("not predicted: ").removeprefix("no model of it")
    ]
    assert silent == []


def test_every_prediction_is_a_number(evidence: list[Cell]) -> None:
    assert [found.id for found in evidence if found.predicted is not None and not math.isfinite(found.predicted)] == []


def test_the_document_has_a_row_for_each_number_and_a_summary_for_each_use(evidence: list[Cell]) -> None:
    found = json.loads(json.dumps(document(evidence)))
    assert set(found) == {"rows", "summary"}
    assert set(found["summary"]) == {"calibrate", "validate"}
    wanted = {"id", "source", "use", "published", "predicted", "unit", "fitted", "note"}
    assert all(wanted <= set(row) for row in found["rows"])
    listed = [each for each in evidence if each.measurement.use != "context"]
    assert [row["id"] for row in found["rows"]] == [each.id for each in listed]
    assert len({row["id"] for row in found["rows"]}) == len(listed)
    for use, summary in found["summary"].items():
        mine = [row for row in found["rows"] if row["use"] == use]
        assert summary["cells"] == len(mine)
        assert summary["predicted"] == sum(row["predicted"] is not None for row in mine)
        assert summary["median_error"] == of(evidence, use).median_error


def test_the_document_names_the_rows_that_constants_come_from() -> None:
    (row,) = [row for row in document(compare("NPT.02"))["rows"] if row["cell"] == "max"]  # type: ignore[attr-defined]
    assert "EXIT.09" in row["constants_from"] and row["fitted"] is False


def test_the_document_tells_a_range_in_words() -> None:
    (row,) = [row for row in document(compare("KVM.12"))["rows"]]  # type: ignore[attr-defined]
    assert row["published"] == 7.0 and row["note"].startswith("published as 6 to 8; ")
