"""When a host takes memory back, and when it stops."""

from __future__ import annotations

import numpy as np
import pytest

from vinfra.compute.memory.policy import Policy
from vinfra.compute.memory.states import STATES, following, goal


def state(was: str, free: float) -> str:
    return STATES[following(np.array([STATES.index(was)]), np.array([free]), Policy())[0]]


@pytest.mark.parametrize(
    ("free", "found"), [(0.07, "high"), (0.05, "high"), (0.03, "soft"), (0.015, "hard"), (0.005, "low"), (-0.5, "low")]
)
def test_a_host_that_had_enough_falls_to_the_state_whose_threshold_it_crossed(free: float, found: str) -> None:
    assert state("high", free) == found


def test_soft_is_left_only_well_above_the_six_percent_of_high() -> None:
    assert state("soft", 0.05) == "soft"
    assert state("soft", 0.061) == "soft"
    assert state("soft", 0.0661) == "high"


def test_states_are_left_one_threshold_at_a_time() -> None:
    assert state("low", 0.021) == "low"
    assert state("low", 0.023) == "hard"
    assert state("low", 0.045) == "soft"
    assert state("low", 0.07) == "high"


def test_reclaim_that_reaches_its_goal_reaches_high() -> None:
    assert state("hard", goal(Policy())) == "high"
