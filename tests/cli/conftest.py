"""The command line as its users see it: arguments in, exit code, standard output and standard error out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from vinfra.cli import main

SMALL = """\
scenario: small
question: Does the small host do?
duration: 1 h
hosts:
  esx1: {cores: 2, frequency: 2 GHz, memory: 8 GiB}
vms:
  web: {count: 3, demand: 50 %, memory: 1 GiB}
compare:
  one: {}
  two: {hosts.esx1.cores: 1}
sweep:
  vms.web.count: [2, 4]
expect:
  - {cpu_ready: one <= two}
"""


@dataclass(frozen=True)
class Said:
    """What a command said."""

    code: int
    out: str
    err: str


@pytest.fixture
def vinfra(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Said]:
    """Run a command in an empty folder that holds small.yaml."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "small.yaml").write_text(SMALL)

    def run(*arguments: str) -> Said:
        try:
            code = main(arguments)
        except SystemExit as exit:
            code = int(exit.code or 0)
        said = capsys.readouterr()
        return Said(code, said.out, said.err)

    return run
