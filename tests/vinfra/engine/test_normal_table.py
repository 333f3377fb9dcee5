"""The table of normal draws is the same on every machine, whatever its logarithm rounds to."""

from __future__ import annotations

import hashlib
import math
from statistics import NormalDist

import numpy as np
import pytest

from vinfra.engine.streams import GRAIN, LEVELS, Streams, normal

KEYS = Streams(11).keys("test", [f"vm-{number}" for number in range(20_000)])


def test_draws_are_pinned_to_the_bit() -> None:
    table = np.unique(np.concatenate([normal(KEYS, counter) for counter in range(8)]))
    assert len(table) == 1 << LEVELS, "every level is drawn"
    assert (table == -table[::-1]).all()
    assert np.mean(table**2) == pytest.approx(1, abs=1e-9)
    assert hashlib.sha256(table.astype("<f8").tobytes()).hexdigest()[:16] == "e205ce18ac2a0039"


def test_no_value_is_so_near_to_a_rounding_edge_that_a_machine_could_tip_it() -> None:
    count = 1 << LEVELS
    middle = [NormalDist().inv_cdf((level + 0.5) / count) for level in range(count)]
    deviation = math.sqrt(math.fsum(value * value for value in middle) / count)
    edges = [abs((value / deviation / GRAIN) % 1 - 0.5) * GRAIN for value in middle]
    assert min(edges) > 50 * np.spacing(max(middle))
