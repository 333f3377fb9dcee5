"""Where tests find things: the repository, its scenarios, and real traces where they are there."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings

ROOT = Path(__file__).parents[1]
DATA = Path(os.environ.get("VINFRA_DATA", ROOT.parent / "shared" / "data"))

# Machines that run tests are shared and noisy: an example that takes long is not a failure.
settings.register_profile("shared", deadline=None)
settings.load_profile("shared")


@pytest.fixture(scope="session")
def root() -> Path:
    """The repository."""
    return ROOT


@pytest.fixture(scope="session")
def planetlab_day() -> Path:
    """A recorded PlanetLab day; the test is skipped where there is none."""
    day = DATA / "planetlab" / "20110303"
    if not day.is_dir():
        pytest.skip(f"no recorded PlanetLab day at {day}; set VINFRA_DATA to a folder that holds planetlab/20110303")
    return day
