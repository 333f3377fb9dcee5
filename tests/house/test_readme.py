"""What the README shows is run here, so that it cannot rot."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from vinfra import facts
from vinfra.document import parse
from vinfra.errors import InputError
from vinfra.evidence.comparison import compare, of
from vinfra.hardware.processor import Processor
from vinfra.hypervisors.guest import Guest
from vinfra.hypervisors.technique import techniques
from vinfra.report.evidence import terminal, words
from vinfra.scenario.check import check
from vinfra.scenario.inputs import Inputs

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()


def block(language: str, word: str) -> str:
    found = [text for text in re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL) if word in text]
    assert len(found) == 1
    return found[0]


def test_the_scenario_is_one() -> None:
    checked = check(parse(block("yaml", "scenario:"), "lab.yaml"), Inputs())
    assert not checked.refused and len(checked.expectations) == 1


def test_the_mistakes_are_told_as_shown() -> None:
    text = (
        block("yaml", "scenario:").replace("16 GiB", "16G").replace("workload: kernel-build}", "workload: kernel-bild}")
    )
    with pytest.raises(InputError) as wrong:
        check(parse(text, "lab.yaml"), Inputs())
    for line in str(wrong.value).splitlines()[:2]:
        assert f"    {line}\n" in README


def test_the_evidence_reads_as_shown() -> None:
    printed = {line.rstrip() for line in terminal.text(compare("AA06.14"), everything=True).splitlines()}
    shown = block("text", "AA06.14").splitlines()
    assert [line for line in shown if line not in printed] == []


@pytest.mark.slow
def test_the_evidence_is_as_good_as_said() -> None:
    found = of(compare(), "validate")
    said = " ".join(README.split())
    assert f"Of {found.cells} numbers to validate {found.predicted} are predicted" in said
    assert f"half of them within {words.share(found.median_error)} and" in said
    assert f"nine in ten within {words.share(found.p90_error)};" in said
    assert f"{words.order(found)} pairs of platforms" in said
    assert f"themselves nine in ten are within {words.share(found.p90_error_of_whole)}." in said


def test_the_technique_is_one_file() -> None:
    exec(compile(block("python", "FreeExits"), "free_exits.py", "exec"), {})
    try:
        technique = techniques["free-exits"]()
        opteron, pentium = (facts.load("processors", name, Processor) for name in ("opteron-2356", "pentium-d-930"))
        assert technique.cost("syscall", opteron, Guest()) == 0.0
        assert technique.refuses(opteron, Guest()) is None
        assert pentium.has("vt-x") or "no hardware exits" in str(technique.refuses(pentium, Guest()))
    finally:
        del techniques._found["free-exits"]


@pytest.mark.parametrize("link", sorted(set(re.findall(r"\]\(([^)#:]+)\)", README))))
def test_links_lead_somewhere(link: str) -> None:
    assert (ROOT / link).exists()


@pytest.mark.parametrize("command", sorted(set(re.findall(r"make (\w+)", README))))
def test_make_knows_the_commands(command: str) -> None:
    assert re.search(rf"^{command}:", (ROOT / "Makefile").read_text(), re.MULTILINE)
