"""Where tests find things: the repository, its scenarios, and real traces where they are there."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import settings

from actors.connect import LOOPBACK, QUIET

ROOT = Path(__file__).parents[1]
DATA = Path(os.environ.get("VINFRA_DATA", ROOT.parent / "shared" / "data"))

# Ray reads its settings when it is imported, which any test may do: a token that all of a session share, as its
# authentication wants it, and nothing but the loopback.
os.environ.setdefault("RAY_AUTH_MODE", "token")
os.environ.setdefault("RAY_AUTH_TOKEN", secrets.token_hex(32))
for name, value in {**LOOPBACK, **QUIET}.items():
    os.environ.setdefault(name, value)

# Machines that run tests are shared and noisy: an example that takes long is not a failure.
settings.register_profile("shared", deadline=None)
settings.load_profile("shared")


@pytest.fixture(scope="session")
def root() -> Path:
    """The repository."""
    return ROOT


@pytest.fixture(scope="session")
def real() -> Callable[[str], Path]:
    """Where real data of a name is; the test is skipped where it is absent. It is never part of the repository."""

    def found(name: str) -> Path:
        if not (DATA / name).exists():
            pytest.skip(f"there is no {DATA / name}; set VINFRA_DATA to a folder that holds {name}")
        return DATA / name

    return found


@pytest.fixture(scope="session")
def planetlab_day(real: Callable[[str], Path]) -> Path:
    """A recorded PlanetLab day."""
    return real("planetlab/20110303")


@pytest.fixture(scope="session")
def bitbrains_vm(real: Callable[[str], Path]) -> Path:
    """A month of one VM of Bitbrains."""
    return real("bitbrains/bitbrains.csv")
