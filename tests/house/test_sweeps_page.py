"""What docs/sweeps.md shows is checked here, so that it cannot rot."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from vinfra.document import parse
from vinfra.errors import InputError
from vinfra.scenario.check import check
from vinfra.scenario.inputs import Inputs
from vinfra.scenario.points import rows

PAGE = (Path(__file__).parents[2] / "docs" / "sweeps.md").read_text()
EXAMPLES = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
ESTATE = """\
scenario: lab
question: What then?
hosts: {esx: {server: dell-r620, memory: 768 GiB, count: 12, hypervisor: esxi-6.7}}
vms: {office: {count: 10, memory: 1 GiB, workload: oltp}}
"""


def told(text: str) -> list[str]:
    with pytest.raises(InputError) as wrong:
        check(parse(text, "lab.yaml"), Inputs())
    return str(wrong.value).splitlines()


@pytest.mark.parametrize("example", EXAMPLES)
def test_every_example_is_the_language(example: str) -> None:
    assert check(parse(ESTATE + example, "lab.yaml"), Inputs())


def test_ranges_have_the_values_that_are_said() -> None:
    found = [row.at for row in rows(parse(ESTATE + EXAMPLES[0], "lab.yaml"))]
    memory = list(dict.fromkeys(at["hosts.esx.memory"] for at in found))
    count = list(dict.fromkeys(at["vms.office.count"] for at in found))
    assert f"# {', '.join(value.removesuffix(' GiB') for value in memory[:-1])} and {memory[-1]}" in EXAMPLES[0]
    assert f"# {', '.join(map(str, count[:-1]))} and {count[-1]}" in EXAMPLES[0]


def test_mistakes_are_told_as_shown() -> None:
    mistakes = [line.strip() for line in PAGE.splitlines() if line.startswith("    lab.yaml:")]
    sweep = "sweep:\n  vms.office.memory: {from: 1 GiB, to: 2 GB}\n  vms.office.count: {from: 1, to: 9}\n"
    found = told(f"scenario: lab\n{sweep}replications: {{until: {{energie: 2 %}}}}\n")
    found += told(f"scenario: lab\n{sweep}design: {{kind: sobol, points: 40}}\n")
    assert [line for line in mistakes if line not in found] == []
    assert len(mistakes) == 4


@pytest.mark.parametrize("link", re.findall(r"\]\(([^)#:]+)\)", PAGE))
def test_links_lead_somewhere(link: str) -> None:
    assert (Path(__file__).parents[2] / "docs" / link).exists()
