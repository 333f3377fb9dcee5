"""The other verbs: check, new, list, schema, report, and what every verb does with a word it does not know."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., Any]


def test_check_says_what_would_be_run(vinfra: Run) -> None:
    said = vinfra("check", "small.yaml")
    assert said.code == 0
    assert said.out == "small.yaml: fine; 2 variants x 2 rows x 1 replications\n"


def test_check_says_how_many_rows_a_design_draws_and_how_many_differ(vinfra: Run) -> None:
    text = Path("small.yaml").read_text().replace("[2, 4]", "{from: 1, to: 100}")
    replications = "replications: {at_least: 2, at_most: 9, until: {cpu_ready: 5 %}}\n"
    Path("drawn.yaml").write_text(f"{text}design: {{kind: latin-hypercube, points: 20}}\n{replications}")
    assert vinfra("check", "drawn.yaml").out == (
        "drawn.yaml: fine; 2 variants x 20 rows (latin-hypercube over 1 paths) x 2 to 9 replications\n"
    )
    Path("few.yaml").write_text(f"{text}design: {{kind: sobol, points: 1024}}\n")
    assert vinfra("check", "few.yaml").out == (
        "few.yaml: fine; 2 variants x 100 rows (sobol over 1 paths, 1024 draws) x 1 replications\n"
    )


def test_resolved_names_file_and_line_of_every_value(vinfra: Run) -> None:
    said = vinfra("check", "small.yaml", "--resolved")
    lines = {line.split(":")[0]: " ".join(line.split()) for line in said.out.splitlines()}
    assert lines["duration"] == "duration: 1 h # small.yaml:3:1"
    assert lines["hosts.esx1.cores"] == "hosts.esx1.cores: 2 # small.yaml:5:10"
    assert lines["epoch"] == "epoch: 5 min # default"
    assert lines["placement.cpu"] == "placement.cpu: reserved # default"
    assert "vinfra/facts/products/none.yaml:" in lines["hosts.esx1.hypervisor.title"]


def test_several_files_are_checked_and_all_their_mistakes_said(vinfra: Run) -> None:
    Path("a.yaml").write_text("scenario: a\n")
    said = vinfra("check", "small.yaml", "a.yaml", "none.yaml")
    assert said.code == 2
    assert "a.yaml" in said.err and "none.yaml: there is no such file" in said.err


def test_new_writes_a_scenario_that_runs(vinfra: Run) -> None:
    assert vinfra("new", "my-question").code == 0
    said = vinfra("run", "my-question.yaml", "--json")
    assert said.code == 0, said.err
    assert all(claim["holds"] for claim in json.loads(said.out)["expect"])


def test_new_overwrites_nothing(vinfra: Run) -> None:
    said = vinfra("new", "small")
    assert said.code == 2 and "is there already" in said.err


@pytest.mark.parametrize("name", ["My Question", "../up", ""])
def test_new_wants_a_name(vinfra: Run, name: str) -> None:
    assert vinfra("new", name).code == 2
    assert [path.name for path in Path().iterdir()] == ["small.yaml"]


def test_list_names_kinds_and_what_there_is_of_each(vinfra: Run) -> None:
    kinds = vinfra("list").out.split()
    assert {"techniques", "servers", "metrics"} <= set(kinds)
    assert "nested-paging" in vinfra("list", "techniques").out
    entries = json.loads(vinfra("list", "servers", "--json").out)
    assert any(entry["name"] == "hp-proliant-ml110-g4" and "SPECpower" in entry["source"] for entry in entries)


def test_list_can_choose_by_feature(vinfra: Run) -> None:
    names = [line.split()[0] for line in vinfra("list", "processors", "--with", "nested-paging").out.splitlines()]
    assert "opteron-2356" in names and "pentium-4-672" not in names


def test_report_is_written_again_from_the_run_folder(vinfra: Run) -> None:
    vinfra("run", "small.yaml", "--quiet")
    page = next(Path("results").glob("small/*/report.html"))
    written = page.read_text()
    page.unlink()
    said = vinfra("report", "small")
    assert (said.code, said.out.strip()) == (0, str(page))
    assert page.read_text() == written


def test_report_of_no_run_says_so(vinfra: Run) -> None:
    said = vinfra("report", "nothing")
    assert said.code == 2 and "no run 'nothing'" in said.err


@pytest.mark.parametrize("verb", ["run", "check", "new", "report", "list", "schema"])
def test_every_verb_explains_itself(vinfra: Run, verb: str) -> None:
    said = vinfra(verb, "--help")
    assert said.code == 0 and f"vinfra {verb}" in said.out


def test_help_shows_examples_and_exit_codes(vinfra: Run) -> None:
    said = vinfra("--help")
    assert "examples:" in said.out and "130 interrupted" in said.out


def test_an_unknown_runner_is_refused_before_anything_is_written(vinfra: Run) -> None:
    said = vinfra("run", "small.yaml", "--on", "raay")
    assert said.code == 2 and "no runner 'raay'" in said.err
    assert not Path("results").exists()


@pytest.mark.parametrize("command", ["run small.yaml", "list servers", "schema"])
def test_a_reader_that_goes_away_is_no_failure(vinfra: Run, root: Path, command: str) -> None:
    environment = {**os.environ, "PYTHONPATH": str(root)}
    line = f"set -o pipefail; {sys.executable} -m vinfra.cli {command} | head -n 1"
    done = subprocess.run(["bash", "-c", line], env=environment, capture_output=True, text=True, timeout=120)
    assert (done.returncode, done.stderr) == (0, "")
