"""What docs/maintenance.md shows is run here, so that it cannot rot."""

from __future__ import annotations

import re
from pathlib import Path

from vinfra.document import parse
from vinfra.engine.streams import Streams
from vinfra.operations.clusters.work import works
from vinfra.scenario.check import check
from vinfra.scenario.inputs import Inputs
from vinfra.scenario.load import resolve
from vinfra.scenario.simulation import Simulation
from vinfra.scenario.world import build

PAGE = (Path(__file__).parents[2] / "docs" / "maintenance.md").read_text()


def test_the_example_answers_its_question() -> None:
    (example,) = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    check(parse(example, "page.yaml"), Inputs())
    simulation = Simulation(build(resolve(parse(example, "page.yaml")), None), Streams(1))
    simulation.run()
    assert simulation.record().totals["hosts_patched"] == 16.0


def test_every_kind_of_work_is_there_with_its_parameters() -> None:
    rows = dict(re.findall(r"^\| `([a-z-]+)` \| .* \| (.*) \|$", PAGE, re.MULTILINE))
    assert rows.pop("work") == "parameters"
    told = {name: re.findall(r"`([a-z_]+)`", parameters) for name, parameters in rows.items()}
    assert told == {name: list(works[name].model_fields) for name in works}
