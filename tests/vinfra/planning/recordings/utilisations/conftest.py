"""Real traces for the tests that compare with them; never part of the repository."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[5]


def _data(name: str) -> Path:
    folder = Path(os.environ.get("VINFRA_DATA", ROOT.parent / "shared" / "data"))
    if not (folder / name).exists():
        pytest.skip(f"no real trace at {folder / name}; say where they are with VINFRA_DATA")
    return folder / name


@pytest.fixture
def planetlab_day() -> Path:
    return _data("planetlab/20110303")


@pytest.fixture
def bitbrains_vm() -> Path:
    return _data("bitbrains/bitbrains.csv")
