"""What docs/licences.md shows is checked here, so that it cannot rot."""

from __future__ import annotations

import re
from pathlib import Path

from vinfra.document import parse
from vinfra.hypervisors.licence_unit import licence_units
from vinfra.metrics.metric import metrics
from vinfra.scenario.check import check
from vinfra.scenario.costing import costing
from vinfra.scenario.inputs import Inputs
from vinfra.scenario.load import resolve

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "licences.md").read_text()
EXAMPLE = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)[0]
TEXT = PAGE.replace(EXAMPLE, "")
SHOWN = [line.strip() for line in TEXT.splitlines() if line.startswith("    ")]


def test_the_example_says_what_is_shown() -> None:
    document = parse(EXAMPLE, "cores.yaml")
    assert check(document, Inputs()).refused == {}
    found = costing(resolve(document), Inputs())
    assert found is not None and found.bills[0].lines[0].why == SHOWN[0]


def test_the_refusal_is_that_of_the_scenario() -> None:
    scenario = parse((ROOT / "scenarios" / "planning" / "smb-a-la-carte.yaml").read_text(), "smb.yaml")
    assert check(scenario, Inputs()).refused == {"ha-on-starter": SHOWN[1]}
    assert len(SHOWN) == 2


def test_every_unit_is_in_its_table_and_every_metric_is_named() -> None:
    assert [name for name in licence_units if f"| `{name}` |" not in PAGE] == []
    assert [
        name for name, one in metrics().items() if one.compute.__module__.endswith("costs") and name not in PAGE
    ] == []
