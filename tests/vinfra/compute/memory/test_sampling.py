"""What the hypervisor believes of working sets."""

from __future__ import annotations

import numpy as np
import pytest

from vinfra.compute.memory.policy import Policy
from vinfra.compute.memory.sampling import WorkingSets
from vinfra.engine.streams import Streams

MANY = 20_000
EVERYBODY = np.ones(MANY, dtype=bool)


def sets(active: float, count: int = MANY, **policy: object) -> WorkingSets:
    names = [f"vm-{number}" for number in range(count)]
    keys = Streams(7).keys("working set", names)
    return WorkingSets(Policy.model_validate(policy), keys, np.full(count, active))


def test_nobody_is_wrong_about_who_is_all_idle_or_all_active() -> None:
    assert (sets(0.0).look(EVERYBODY) == 0.0).all()
    assert (sets(1.0).look(EVERYBODY) == 1.0).all()


def test_a_single_average_errs_as_its_samples_do() -> None:
    """Where both averages are the same, its variance is s^2 g / (2 - g)."""
    seen = sets(0.3, slow="20 %", fast="20 %").look(EVERYBODY)
    assert seen.mean() == pytest.approx(0.3, abs=1e-3)
    assert seen.std() == pytest.approx(np.sqrt(0.3 * 0.7 / 100 * 0.2 / 1.8), rel=0.03)


def test_the_larger_of_two_averages_is_taken_so_that_a_working_set_is_rather_overrated() -> None:
    seen = sets(0.3).look(EVERYBODY)
    assert 0.3 < seen.mean() < 0.3 + np.sqrt(0.3 * 0.7 / 100)


def test_many_samples_at_once_are_as_good_as_one_after_another() -> None:
    once, singly = sets(0.3), sets(0.3)
    for one in (once, singly):
        one.look(EVERYBODY)
        one.active = np.full(MANY, 0.6)
    once.wait(150.0)
    for _ in range(5):
        singly.wait(30.0)
        singly.look(EVERYBODY)
    singly.wait(0.0)
    first, second = once.look(EVERYBODY), singly.look(EVERYBODY)
    assert first.mean() == pytest.approx(second.mean(), abs=2e-3)
    assert first.std() == pytest.approx(second.std(), rel=0.05)


def test_growth_is_seen_within_a_minute_and_shrinking_is_believed_late() -> None:
    seen = {}
    for before, after in ((0.2, 0.8), (0.8, 0.2)):
        one = sets(before)
        one.look(EVERYBODY)
        one.active = np.full(MANY, after)
        one.wait(60.0)
        seen[after] = one.look(EVERYBODY).mean()
    assert seen[0.8] == pytest.approx(0.2 + 0.6 * 0.75, abs=0.02)
    assert seen[0.2] == pytest.approx(0.8 - 0.6 * 0.19, abs=0.02)


def test_another_vm_changes_nobody_elses_samples() -> None:
    np.testing.assert_array_equal(sets(0.3, 100).look(np.ones(100, dtype=bool)), sets(0.3).look(EVERYBODY)[:100])


def test_who_is_not_watched_is_not_known_better() -> None:
    one = sets(0.3)
    before = one.look(EVERYBODY)
    one.wait(3000.0)
    half = np.arange(MANY) % 2 == 0
    after = one.look(half)
    assert (after[~half] == before[~half]).all() and (after[half] != before[half]).mean() > 0.99
