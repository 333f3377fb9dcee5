"""The rule of fitting: a number that is there to validate never reaches a constant or a prediction."""

from __future__ import annotations

import ast
import random
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from vinfra import facts
from vinfra.evidence import published
from vinfra.evidence.comparison import Cell, compare
from vinfra.evidence.experiment import calibrated, experiments
from vinfra.evidence.published import Measurement, Range, rows
from vinfra.registry import Registry

HERE = Path(__file__).parents[2]
EXPERIMENTS = [path for path in sorted((HERE / "vinfra/evidence/experiments").glob("*.py")) if path.stem != "__init__"]
IDENTITY = re.compile(r"\b[A-Z]+\d*\.\d\d\b")
NUMBER = re.compile(r"(?<![\w.])\d+(?:\.\d+)?(?![\w.]*\d)")
Rows = Mapping[str, tuple[Measurement, str]]


def validating() -> set[str]:
    return {identity for identity, (row, _) in rows().items() if row.use == "validate"}


def scrambled(true: Rows, given: set[str]) -> Rows:
    """Every number of a row to validate times a random factor, except those an experiment took as given."""
    random_ = random.Random(2007)

    def other(value: float | Range) -> float | Range:
        factor = random_.uniform(0.2, 5.0)
        if not isinstance(value, Range):
            return value * factor + random_.uniform(1.0, 2.0)
        return Range(**{name: None if end is None else end * factor for name, end in value})

    found = {}
    for identity, (row, source) in true.items():
        if row.use == "validate":
            values = {key: value if f"{identity}/{key}" in given else other(value) for key, value in row.values.items()}
            row = row.model_copy(update={"values": values})
        found[identity] = (row, source)
    return found


def replace_rows(monkeypatch: pytest.MonkeyPatch, other: Rows) -> None:
    """Every module of the evidence sees other rows, and nothing remembers what it computed from the true ones."""
    true = published.rows
    for name, module in sorted(sys.modules.items()):
        if name.startswith("vinfra.evidence"):
            for attribute, value in list(vars(module).items()):
                if value is true:
                    monkeypatch.setattr(module, attribute, lambda: other)
                elif callable(getattr(value, "cache_clear", None)):
                    value.cache_clear()


@pytest.mark.slow
def test_no_prediction_moves_when_every_number_to_validate_is_scrambled(
    evidence: list[Cell], monkeypatch: pytest.MonkeyPatch
) -> None:
    given = {cell.id for cell in evidence if cell.given}
    other = scrambled(rows(), given)
    replace_rows(monkeypatch, other)
    again = compare()
    assert [cell.id for cell in again] == [cell.id for cell in evidence]
    moved = [
        one.id
        for one, two in zip(evidence, again, strict=True)
        if (one.predicted, one.note) != (two.predicted, two.note)
    ]
    assert moved == []
    hidden = [cell for cell in evidence if cell.measurement.use == "validate" and not cell.given]
    seen = {cell.id: cell.published for cell in again}
    assert hidden and not [cell.id for cell in hidden if cell.published == seen[cell.id]], "the scrambling did nothing"


def test_a_number_that_is_given_is_never_counted_as_predicted(evidence: list[Cell]) -> None:
    assert [cell.id for cell in evidence if cell.given and cell.predicted is not None] == []


def test_no_experiment_says_that_it_was_fitted_to_a_row_to_validate() -> None:
    for identity, experiment in experiments().items():
        unfit = [row for row in experiment.fitted if row not in rows() or rows()[row][0].use != "calibrate"]
        assert unfit == [], identity


@pytest.mark.parametrize("path", EXPERIMENTS, ids=lambda path: path.stem)
def test_an_experiment_reaches_numbers_through_its_row_alone(path: Path) -> None:
    """What the scrambling cannot see: a number read when the module is imported, or around `given`."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    imported = {
        alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom | ast.Import)
        for alias in node.names
        if "published" in f"{getattr(node, 'module', '')}.{alias.name}"
    }
    assert imported == set()
    reached = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    assert not reached & {"_found", "read_one"}
    peeked = [node for node in ast.walk(tree) if isinstance(node, ast.Attribute) and node.attr == "values"]
    assert [node for node in peeked if isinstance(node.value, ast.Attribute) and node.value.attr == "measurement"] == []


def test_no_row_to_validate_gives_a_number_to_a_fit() -> None:
    for identity in sorted(validating()):
        with pytest.raises(ValueError, match="nothing may be fitted"):
            calibrated(identity, next(iter(rows()[identity][0].values)))


def test_no_fitted_fact_names_a_row_to_validate() -> None:
    fitted = [
        (kind, name, path, words)
        for kind in facts.kinds()
        for name, fact in facts.read(kind).items()
        for path, about in fact.provenance.items()
        for words in (f"{about.source} {about.note}",)
        if about.tag == "fitted"
    ]
    assert [found for found in fitted if validating() & set(IDENTITY.findall(found[3]))] == []


def constants() -> Iterator[tuple[str, str, str]]:
    """(class and field, tag, source) of every constant of a plug-in that is found in a registry."""
    for module in [module for name, module in sorted(sys.modules.items()) if name.startswith("vinfra.")]:
        for registry in [value for value in vars(module).values() if isinstance(value, Registry)]:
            for name in registry:
                for key, info in getattr(registry[name], "model_fields", {}).items():
                    extra: Any = info.json_schema_extra
                    if isinstance(extra, dict) and "source" in extra:
                        yield f"{name}.{key}", str(extra.get("tag")), str(extra["source"])


def test_no_constant_of_a_plug_in_names_a_row_to_validate() -> None:
    experiments()
    found = list(constants())
    assert found
    assert [each for each in found if validating() & set(IDENTITY.findall(each[2]))] == []


def digits(words: str) -> set[str]:
    """Numbers of three digits and more, as somebody wrote them who took them from a table."""
    return {found for found in NUMBER.findall(words.replace(",", "")) if len(found.replace(".", "").lstrip("0")) >= 3}


def numbers(use: str) -> set[str]:
    """The same of all rows of one use."""
    ends = [
        end
        for row, _ in rows().values()
        if row.use == use
        for number in row.values.values()
        for end in ([one for _, one in number if one is not None] if isinstance(number, Range) else [number])
    ]
    return {found for end in ends for found in digits(f"{end:.10g}")}


def test_no_fit_quotes_a_number_to_validate() -> None:
    """Sources of fits name papers, not rows: what they took shows in the numbers they quote."""
    experiments()
    quoted = {
        f"{kind}/{name}": digits(f"{about.source} {about.note}")
        for kind in facts.kinds()
        for name, fact in facts.read(kind).items()
        for about in fact.provenance.values()
        if about.tag == "fitted"
    } | {key: digits(source) for key, tag, source in constants() if tag == "fitted"}
    assert any(found & numbers("calibrate") for found in quoted.values()), "no fit quotes a number: this sees nothing"
    hidden = numbers("validate") - numbers("calibrate")
    assert {key: found & hidden for key, found in quoted.items() if found & hidden} == {}


def test_no_model_names_a_row_to_validate() -> None:
    """In whatever words: outside the evidence, the text of no room knows these identities."""
    files = [path for path in sorted((HERE / "vinfra").glob("*/**/*.py")) if "evidence" not in path.parts]
    assert files
    named = [(path.name, found) for path in files for found in IDENTITY.findall(path.read_text(encoding="utf-8"))]
    assert [each for each in named if each[1] in validating()] == []
