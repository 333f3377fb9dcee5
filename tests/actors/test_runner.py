"""What the command line says of runs on Ray that cannot be, and what it does without Ray where Ray is not needed."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from vinfra.cli import main

SCENARIO = """\
scenario: single
question: Does one host do?
duration: 1 h
hosts:
  esx1: {cores: 2, frequency: 2 GHz, memory: 8 GiB}
vms:
  web: {count: 3, demand: 50 %, memory: 1 GiB}
"""
Said = tuple[int, str, str]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Said]:
    """`vinfra run single.yaml` in an empty folder: exit code, standard output, standard error."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("RAY_ADDRESS", raising=False)
    Path("single.yaml").write_text(SCENARIO)

    def run(*options: str) -> Said:
        code = main(["run", "single.yaml", *options])
        return (code, *capsys.readouterr())

    return run


def test_where_ray_is_not_installed_the_cure_is_told(run: Callable[..., Said], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name, package=None: None)
    code, out, err = run("--on", "ray")
    assert (code, out) == (2, "")
    assert err.startswith("--on: ray is not installed here: install it with pip install 'vinfra[ray]'")
    assert not Path("results").exists()


@pytest.mark.parametrize("actors", ["0", "-1"])
def test_less_than_one_actor_is_refused(run: Callable[..., Said], actors: str) -> None:
    assert run("--on", "ray", "--actors", actors) == (2, "", f"--actors: must be at least 1, got {actors}\n")
    assert not Path("results").exists()


@pytest.mark.parametrize("option", [("--address", "auto"), ("--actors", "2")])
def test_where_on_a_cluster_needs_a_cluster(run: Callable[..., Said], option: tuple[str, str]) -> None:
    code, out, err = run(*option)
    assert (code, out) == (2, "")
    assert err == f"{option[0]}: says where on a cluster; add --on ray, or leave it out\n"


def test_a_runner_that_there_is_not_is_told_with_those_there_are(run: Callable[..., Said]) -> None:
    code, _, err = run("--on", "rya")
    assert code == 2 and "no runner 'rya' is installed; did you mean 'ray'?" in err


def test_one_point_on_a_cluster_of_its_own_is_simulated_without_ray(run: Callable[..., Said]) -> None:
    here = run("--json", "--out", "here")
    code = (
        "import sys; from vinfra.cli import main; status = main(sys.argv[1:]); assert 'ray' not in sys.modules, status"
    )
    command = [sys.executable, "-c", code, "run", "single.yaml", "--on", "ray", "--json", "--out", "there"]
    there = subprocess.run(command, check=True, capture_output=True, text=True, timeout=60)
    assert (0, there.stdout, there.stderr) == here
