"""Locks on metadata against reservations counted one by one."""

from __future__ import annotations

import numpy as np
import pytest

from vinfra.storage.lock import locks
from vinfra.storage.locks.scsi_reservation import ScsiReservation


def test_others_wait_for_reservations_as_renewal_theory_says() -> None:
    """Holds that begin at random, far apart; I/Os that come at random and wait for the end of one they meet."""
    lock, rate, rng = ScsiReservation(), 2.0, np.random.default_rng(3)
    begins = np.cumsum(rng.exponential(1 / rate, 200_000))
    arrivals = rng.uniform(begins[0], begins[-1], 400_000)
    last = np.searchsorted(begins, arrivals) - 1
    waits = np.clip(begins[last] + lock.hold - arrivals, 0, None)
    assert (waits > 0).mean() == pytest.approx(lock.busy(rate), rel=0.05)
    assert waits.mean() == pytest.approx(lock.wait(rate), rel=0.05)


def test_a_reservation_keeps_the_whole_lun_and_a_test_and_set_nothing() -> None:
    assert locks["scsi-reservation"]().busy(10.0) == pytest.approx(0.1)
    assert locks["ats"]().busy(10.0) == locks["ats"]().wait(10.0) == 0.0


def test_an_io_gives_up_only_where_the_lun_is_reserved_nearly_all_the_time() -> None:
    lock = ScsiReservation()
    assert lock.fails(10.0) < 1e-50
    assert lock.fails(1000.0) == pytest.approx(0.95**80)
    assert lock.busy(1000.0) < 1
