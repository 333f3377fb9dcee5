"""What docs/placement.md shows is checked here, so that it cannot rot."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from vinfra.document import parse
from vinfra.errors import InputError
from vinfra.operations.admission import admissions
from vinfra.operations.placement import placements
from vinfra.scenario.check import check
from vinfra.scenario.inputs import Inputs
from vinfra.scenario.load import resolve
from vinfra.scenario.overrides import Override, apply
from vinfra.scenario.world import build

PAGE = (Path(__file__).parents[2] / "docs" / "placement.md").read_text()
EXAMPLE = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)[0]
SHOWN = [line.strip() for line in PAGE.splitlines() if line.startswith("    ")]
BEGIN, RULES = "scenario: s\nquestion: q\nduration: 1 h\nhosts: {esx: {server: hp-dl380-g5}}\n", "rules:\n"


def test_the_example_runs_and_says_what_is_shown() -> None:
    document = parse(EXAMPLE, "spare-host.yaml")
    assert [column.name for column in check(document, Inputs()).columns] == [*document.data["compare"]]
    notes = set[str]()
    for changes in document.data["compare"].values():
        varied = document
        for path, value in changes.items():
            varied = apply(varied, Override(path, value, {(): document.places[()]}))
        notes |= {one.sentence() for one in build(resolve(varied), None).unplaced}
    assert SHOWN[0] in notes


def test_the_mistake_is_told_as_shown() -> None:
    text = BEGIN + "vms: {db: {count: 2}}\n\n\n\n\n\nrules: {pair:  {together: [db]}, databases: {apart: [db]}}\n"
    with pytest.raises(InputError) as wrong:
        check(parse(text, "lab.yaml"), Inputs())
    assert re.sub(r":\d+:\d+", "", SHOWN[1]) == re.sub(r":\d+:\d+", "", str(wrong.value))
    assert len(SHOWN) == 2


def test_every_policy_is_in_its_table() -> None:
    assert [name for name in (*placements.names(), *admissions.names()) if f"| `{name}` |" not in PAGE] == []
