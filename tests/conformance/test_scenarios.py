"""Every scenario in scenarios/ runs, and everything it expects holds."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from vinfra.cli import main

ROOT = Path(__file__).parents[2]
SCENARIOS = sorted((ROOT / "scenarios").glob("*/*.yaml"))


@pytest.mark.slow
@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
def test_a_scenario_holds_what_it_expects(path: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = main(["run", str(path), "--out", str(tmp_path / "run"), "--json"])
    answer = json.loads(capsys.readouterr().out)
    assert [claim["claim"] for claim in answer["expect"] if not claim["holds"]] == []
    assert answer["expect"], "a scenario says what it expects"
    assert code == 0
