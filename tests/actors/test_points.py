"""Chunks take about half a second, whatever a point takes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.points import AIM, GROWTH, LONGEST, SHORTEST, Pace


def settled(seconds: float, rounds: int = 12) -> Pace:
    pace = Pace()
    for _ in range(rounds):
        points = pace.chunk(10**9, 1)
        pace = pace.after(points, points * seconds)
    return pace


@pytest.mark.parametrize("seconds", [0.0005, 0.01, 0.1, 0.3])
def test_a_chunk_takes_between_a_tenth_of_a_second_and_one(seconds: float) -> None:
    points = settled(seconds).chunk(10**9, 4)
    assert SHORTEST <= points * seconds <= LONGEST
    assert points * seconds == pytest.approx(AIM, rel=0.35)


def test_a_point_that_takes_long_goes_alone() -> None:
    assert settled(20.0).chunk(1000, 4) == 1


def test_the_first_chunk_is_one_point_and_the_next_grow_step_by_step() -> None:
    pace = Pace()
    assert pace.chunk(1000, 2) == 1
    pace = pace.after(1, 1e-4)
    assert pace.chunk(10**6, 2) == GROWTH


def test_points_that_become_slow_make_chunks_small_again() -> None:
    pace = settled(0.001)
    for _ in range(10):
        pace = pace.after(1, 1.0)
    assert pace.chunk(10**6, 1) == 1


def test_towards_the_end_chunks_shrink_so_that_all_finish_together() -> None:
    pace = settled(0.01)
    sizes, left = [], 400
    while left:
        sizes.append(pace.chunk(left, 4))
        left -= sizes[-1]
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[-2] * 0.01 == pytest.approx(SHORTEST)


@given(st.floats(1e-7, 1e4), st.integers(1, 10**7), st.integers(1, 5000))
def test_a_chunk_is_never_empty_and_never_more_than_is_left(seconds: float, left: int, actors: int) -> None:
    assert 1 <= settled(seconds).chunk(left, actors) <= left
