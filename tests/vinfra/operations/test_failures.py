"""Hosts that fail, on small estates: who is down is tried again on its host as soon as there is room."""

from __future__ import annotations

import numpy as np

from tests.vinfra.operations.estates import estate, fleet
from vinfra.operations.clusters.estate import NOWHERE
from vinfra.operations.clusters.failures import Failures


def test_a_vm_that_is_down_starts_when_another_has_left_its_host() -> None:
    floor = fleet(estate(2, [0, 1], [60.0, 60.0]))
    floor.parts.append(Failures(floor))

    def epoch(number: int) -> None:
        floor.epoch(number * 300.0, 300.0, np.zeros(2))

    epoch(0)
    floor.halt(0, "is down: a test says so")
    floor.move(1, 0, "a test says so")
    epoch(1)
    assert floor.estate.host.tolist() == [NOWHERE, 0]
    epoch(2)
    floor.move(1, 1, "a test says so")
    epoch(3)
    assert floor.estate.host.tolist() == [NOWHERE, 1]
    epoch(4)
    assert floor.estate.host.tolist() == [0, 1]
    assert not floor.down and not floor.home
