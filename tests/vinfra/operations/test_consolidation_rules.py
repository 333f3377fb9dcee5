"""When a host is overloaded, and who leaves it: known answers."""

from __future__ import annotations

import numpy as np
import pytest

from vinfra.operations.consolidation.detector import SAMPLES, Detector, detectors, seen
from vinfra.operations.consolidation.regression import TRICUBE, ahead, robust
from vinfra.operations.consolidation.selection import Candidates, selections


def history(*newest_first: float) -> np.ndarray:
    row = np.zeros((1, SAMPLES))
    row[0, : len(newest_first)] = newest_first
    return row


def overloaded(name: str, load: float, past: np.ndarray, **parameters: float) -> bool:
    return judged(detectors[name](**parameters), load, past)


def judged(detector: Detector, load: float, past: np.ndarray) -> bool:
    return bool(detector.overloaded(np.array([load]), detector.remembered(past), seen(past))[0])


def test_a_threshold_looks_at_the_present_alone() -> None:
    assert overloaded("thr", 0.81, history(0.1))
    assert not overloaded("thr", 0.8, history(1.0, 1.0))


@pytest.mark.parametrize("name", ["iqr", "mad", "lr", "lrr"])
def test_a_host_that_is_hardly_known_is_judged_by_the_threshold(name: str) -> None:
    assert overloaded(name, 0.71, history(0.71, 0.5))
    assert not overloaded(name, 0.69, history(0.69, 0.5))


def test_samples_before_a_vm_came_are_not_known() -> None:
    assert seen(history(0.5, 0.0, 0.5)).tolist() == [3]
    assert seen(history()).tolist() == [1]


def test_the_interquartile_range_of_sixteen_loads_leaves_room() -> None:
    past = history(*(np.arange(1, 17) / 20))  # ranks round(4.25) = 4 and round(12.75) = 13: 0.2 and 0.65
    assert overloaded("iqr", 0.33, past)  # 1 - 1.5 * 0.45 = 0.325
    assert not overloaded("iqr", 0.32, past)


def test_the_median_absolute_deviation_of_twelve_loads_leaves_room() -> None:
    past = history(*[0.4, 0.6] * 6)  # median 0.5, all stray by 0.1
    assert overloaded("mad", 0.76, past)
    assert not overloaded("mad", 0.74, past)


@pytest.mark.parametrize("name", ["lr", "lrr"])
def test_a_line_is_drawn_on_to_the_next_pass(name: str) -> None:
    rising = history(*(0.1 + 0.07 * np.arange(10, 0, -1)))  # the next is 0.87, and 1.2 times that 1.044
    assert overloaded(name, 0.8, rising)
    falling = history(*(0.9 - 0.07 * np.arange(10, 0, -1)))
    assert not overloaded(name, 0.2, falling)


def test_a_line_that_leads_to_a_full_host_but_for_rounding_overloads_it() -> None:
    even = history(*[5 / 6] * 10)
    assert overloaded("lr", 5 / 6, even)
    assert overloaded("lr", 5 / 6, even * (1 - 1e-15))
    assert not overloaded("lr", 5 / 6, even * (1 - 1e-9))


def test_what_is_remembered_of_a_host_is_the_sum_over_its_vms() -> None:
    draws = np.random.default_rng(3).random((4, SAMPLES)) / 4
    for name in sorted(detectors):
        detector = detectors[name]()
        whole = detector.remembered(draws.sum(axis=0)[None])[0]
        assert detector.remembered(draws).sum(axis=0) == pytest.approx(whole)


def test_new_loads_count_more_than_old_ones() -> None:
    counts = ahead(TRICUBE)
    assert counts.sum() == pytest.approx(1.0)
    assert (counts * np.arange(1, 11)).sum() == pytest.approx(11.0)
    assert counts[0] == 0


def test_an_outlier_hardly_bends_the_robust_line() -> None:
    loads = np.full((1, 10), 0.5) + 0.001 * np.arange(10) % 0.002
    loads[0, 6] = 1.5
    plain = float((loads * ahead(TRICUBE)).sum())
    assert abs(float(robust(loads)[0]) - 0.5) < abs(plain - 0.5) / 2


def test_cloudsim_computes_weights_and_does_not_use_them() -> None:
    bent = history(*[0.9] * 4, *[0.3] * 6)
    there = [judged(detectors[name]().as_in_cloudsim(), 0.9, bent) for name in ("lr", "lrr")]
    line = np.polyfit(np.arange(1, 11), bent[0, 9::-1], 1)
    assert there[0] == there[1] == (1.2 * np.polyval(line, 11) >= 1)


ALL = np.arange(3)
CANDIDATES = Candidates(ALL, np.array([3.0, 1.0, 2.0]), np.array([0.5, 0.4, 0.1]), np.zeros((3, SAMPLES)), lambda: 0.99)


@pytest.mark.parametrize(("name", "index"), [("mmt", 1), ("mu", 2), ("rs", 2), ("mc", 1)])
def test_who_leaves(name: str, index: int) -> None:
    assert selections[name]().pick(CANDIDATES) == index


def test_the_vm_that_peaks_with_the_others_leaves_by_correlation() -> None:
    draws = np.random.default_rng(1)
    common, alone = draws.random(SAMPLES), draws.random(SAMPLES)
    together = [common + 0.3 * draws.random(SAMPLES), alone, common + 0.3 * draws.random(SAMPLES)]
    found = selections["mc"]().pick(Candidates(ALL, np.ones(3), np.ones(3), np.array(together), lambda: 0.0))
    coefficients = []
    for one in range(3):
        rest = np.column_stack([np.ones(SAMPLES), *(together[other] for other in range(3) if other != one)])
        fitted = rest @ np.linalg.lstsq(rest, together[one], rcond=None)[0]
        coefficients.append(np.corrcoef(fitted, together[one])[0, 1])
    assert found == int(np.argmax(coefficients)) != 1
