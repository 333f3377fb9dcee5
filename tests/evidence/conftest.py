"""The whole comparison, made once for each process of the tests: it repeats every published experiment."""

from __future__ import annotations

import pytest

from vinfra.evidence.comparison import Cell, compare


@pytest.fixture(scope="session")
def evidence() -> list[Cell]:
    return compare()
