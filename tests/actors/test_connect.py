"""Which cluster is meant, and what Ray is told before it is imported."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from actors.connect import LOOPBACK, NAMED, PRIVATE, QUIET, where


@pytest.mark.parametrize(
    ("given", "environment", "meant"),
    [
        (None, {}, PRIVATE),
        (None, {"RAY_ADDRESS": ""}, PRIVATE),
        (None, {"RAY_ADDRESS": "10.0.0.7:6379"}, "10.0.0.7:6379"),
        ("auto", {"RAY_ADDRESS": "10.0.0.7:6379"}, "auto"),
        (PRIVATE, {"RAY_ADDRESS": "10.0.0.7:6379"}, PRIVATE),
    ],
)
def test_an_option_goes_before_the_environment(given: str | None, environment: dict[str, str], meant: str) -> None:
    assert where(given, environment) == meant


SETTLED = """
import os, sys
from actors.connect import PRIVATE, connected
from vinfra.errors import InputError
try:
    with connected("127.0.0.1:1", 1):
        pass
except InputError:
    print(*(f"{name}={os.environ.get(name)}" for name in sys.argv[1:]))
"""


def test_what_the_environment_says_already_stays() -> None:
    pytest.importorskip("ray")
    names = [*QUIET, *LOOPBACK, *NAMED]
    chosen = {"RAY_USAGE_STATS_ENABLED": "1"}
    environment = {**{name: value for name, value in os.environ.items() if name not in names}, **chosen}
    command = [sys.executable, "-c", SETTLED, *names]
    done = subprocess.run(command, env=environment, check=True, capture_output=True, text=True, timeout=60)
    said = dict(pair.split("=", 1) for pair in done.stdout.split())
    assert said == {**QUIET, **LOOPBACK, **NAMED, **chosen}
