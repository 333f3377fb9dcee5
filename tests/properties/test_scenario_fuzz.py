"""Whatever is done to a scenario, checking it finds it fine or says what is wrong: no other exception."""

from __future__ import annotations

import random
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vinfra.document import parse
from vinfra.errors import InputError
from vinfra.scenario.check import check
from vinfra.scenario.inputs import Inputs

ROOT = Path(__file__).parents[2]
SCENARIOS = sorted([*(ROOT / "scenarios").glob("*/*.yaml"), ROOT / "vinfra" / "scenario" / "template.yaml"])
PLAIN = "0|-1|1e9|null|[]|{}|x|64G|22:30|no|1e400|.nan|[1,2]|9999999999999|none|1.10|true|*|h1|per-trace|~|native|esx"
SPACED = "5 min|{a: b}|0 s|0 Hz|1 B|1 h 30 min|999 d|1 ns|é|''|[[a], {b: c}]"
VALUES = f"{PLAIN}|{SPACED}".split("|")


def damaged(text: str, chance: random.Random) -> str:
    """The text with one or two lines changed: another value, a character more or less, a line that stands twice."""
    lines = text.split("\n")
    for _ in range(chance.choice([1, 1, 2])):
        number = chance.randrange(len(lines))
        entry = re.match(r"^(\s*[^:#]+: *)(.*)$", lines[number])
        how = chance.randrange(5)
        if entry and how < 3:
            lines[number] = entry[1] + chance.choice(VALUES)
        elif how == 3:
            lines[number] = lines[number].replace(chance.choice("aeious:{}[], "), chance.choice(["", "x", ":", "{"]), 1)
        else:
            lines.insert(number, lines[chance.randrange(len(lines))])
    return "\n".join(lines)


@pytest.mark.slow
@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
@settings(max_examples=150)
@given(st.randoms(use_true_random=True))
def test_a_damaged_scenario_is_fine_or_told_what_is_wrong(path: Path, chance: random.Random) -> None:
    text = damaged(path.read_text().replace("NAME", "name"), chance)
    try:
        check(parse(text, "damaged.yaml"), Inputs())
    except InputError as wrong:
        assert wrong.problems
        for problem in wrong.problems:
            assert problem.place.file == "damaged.yaml" and problem.message
            assert "\n" not in str(problem)
