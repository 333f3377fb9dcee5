"""The writable working set against its own theory: occupancy, and what a sender that looks twice need not send."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vinfra.workloads.writable_set import WritableSet, hot_and_cold

MB = 1e6


def test_little_time_dirties_what_is_written_and_much_time_everything_that_is_written() -> None:
    writes = WritableSet((100 * MB, 900 * MB), (10 * MB, 0.0))
    assert writes.dirty(0.01) == pytest.approx((0.1 * MB, 0.0), rel=1e-3)
    assert writes.dirty(1e6) == pytest.approx((100 * MB, 0.0))


def test_random_writes_of_one_full_size_leave_one_part_in_e_clean() -> None:
    assert WritableSet((8.0,), (2.0,)).dirty(4.0)[0] == pytest.approx(8.0 * (1 - math.exp(-1)))


@pytest.mark.parametrize("heat", [0.1, 1.0, 10.0, 1000.0])
def test_of_one_heat_the_logarithm_is_sent(heat: float) -> None:
    # dt/dx = B exp(-h t) / r: t = log(1 + h B / r) / h, and r t is sent.
    assert WritableSet((1.0,), (heat,)).clean((1.0,), 1.0)[0] == pytest.approx(math.log1p(heat) / heat, rel=1e-9)


def test_of_several_heats_a_fine_integration_gives_the_same_to_a_percent() -> None:
    sizes, rates, speed = (1.0, 3.0, 4.0), (40.0, 1.0, 0.0), 2.0
    steps, time, sent = 200_000, 0.0, [0.0, 0.0, 0.0]
    for _ in range(steps):
        left = [size * math.exp(-rate / size * time) for size, rate in zip(sizes, rates, strict=True)]
        sent = [there + part / steps for there, part in zip(sent, left, strict=True)]
        time += math.fsum(left) / steps / speed
    found = WritableSet(sizes, rates).clean(sizes, speed)
    assert found == pytest.approx(sent, abs=0.01 * math.fsum(sent))
    assert math.fsum(found) == pytest.approx(math.fsum(sent), rel=0.01)


def test_a_guest_that_stands_still_dirties_nothing_again() -> None:
    writes = hot_and_cold(100.0, 50.0, 0.1, 0.9)
    assert writes.clean(writes.sizes, 1.0, pace=0.0) == pytest.approx(writes.sizes)


@given(
    st.floats(1.0, 1e12),
    st.floats(0.0, 1e12),
    st.floats(0.01, 0.99),
    st.floats(0.0, 1.0),
    st.floats(1.0, 1e10),
    st.floats(0.0, 1.0),
)
def test_never_more_is_sent_than_waits_and_never_more_is_dirty_than_there_is(
    size: float, rate: float, hot: float, share: float, speed: float, pace: float
) -> None:
    writes = hot_and_cold(size, rate, hot, share)
    assert writes.size == pytest.approx(size)
    assert all(
        0 <= part <= there for part, there in zip(writes.clean(writes.sizes, speed, pace), writes.sizes, strict=True)
    )
    assert all(0 <= part <= there for part, there in zip(writes.dirty(speed), writes.sizes, strict=True))


def test_a_class_without_size_is_refused() -> None:
    with pytest.raises(ValueError, match="size above 0"):
        WritableSet((1.0, 0.0), (1.0, 1.0))
