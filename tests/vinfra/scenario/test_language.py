"""The JSON Schema beside the scenarios is the language's own, and the scenarios keep to it."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest

from vinfra.document import read
from vinfra.scenario.language import FILE, json_schema

ROOT = Path(__file__).parents[3]
SCENARIOS = sorted((ROOT / "scenarios").glob("*/*.yaml"))


def test_the_schema_in_scenarios_is_fresh() -> None:
    stored = (ROOT / FILE).read_text()
    assert stored == json.dumps(json_schema(), indent=2) + "\n", "write it again: vinfra schema > " + FILE


def test_the_schema_is_a_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(json_schema())


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
def test_a_scenario_keeps_to_the_schema_and_names_it(path: Path) -> None:
    jsonschema.validate(read(path).data, json_schema())
    assert path.read_text().startswith("# yaml-language-server: $schema=../scenario.schema.json\n")


def test_the_schema_refuses_what_the_language_refuses() -> None:
    wrong = read(SCENARIOS[0]).data | {"sweeep": {}}
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(wrong, json_schema())
