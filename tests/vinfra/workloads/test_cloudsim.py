"""CloudSim's deletion of idle VMs, as it was found to be."""

from __future__ import annotations

import numpy as np

from vinfra.workloads.cloudsim import DeletedAtZero
from vinfra.workloads.demand import Recording


def deleted(*columns: list[int]) -> tuple[DeletedAtZero, list[list[int]]]:
    percent = np.array(columns, dtype=np.uint8).T
    demand = DeletedAtZero(Recording(300.0, percent, [str(c) for c in range(len(columns))], ""))
    return demand, (np.array([demand.at(k) for k in range(len(percent))]).T * 100).astype(int).tolist()


def test_two_zeros_in_a_row_delete_a_vm_for_good() -> None:
    demand, seen = deleted([5, 0, 0, 7, 8], [5, 0, 6, 0, 8])
    assert seen == [[5, 0, 0, 0, 0], [5, 0, 6, 0, 8]]
    assert demand.alive.tolist() == [False, True]


def test_the_first_sample_is_never_looked_at() -> None:
    assert deleted([0, 4, 4])[1] == [[0, 4, 4]]
    assert deleted([0, 0, 4, 4])[1] == [[0, 0, 4, 4]]


def test_the_last_sample_has_no_next() -> None:
    demand, _ = deleted([5, 5, 0])
    assert demand.alive.tolist() == [False]
