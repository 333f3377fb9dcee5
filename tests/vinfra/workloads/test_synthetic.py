from __future__ import annotations

import hashlib

import numpy as np
import pytest
from numpy.typing import NDArray

from vinfra.engine.streams import Streams
from vinfra.workloads.synthetic import SyntheticDemand
from vinfra.workloads.trace import traces

planetlab = traces["planetlab"]()
bitbrains = traces["bitbrains"]()
SEEDS = range(4)


def percents(demand: SyntheticDemand, epochs: int = 288) -> NDArray[np.float64]:
    """Shape (epochs, columns)."""
    return np.array([demand.at(k) for k in range(epochs)]) * 100


def lag_1(percent: NDArray[np.float64]) -> float:
    centred = percent - percent.mean()
    return float((centred[1:] * centred[:-1]).mean() / percent.var())


@pytest.mark.parametrize("seed", SEEDS)
def test_a_planetlab_day_has_the_published_distribution(seed: int) -> None:
    percent, known = percents(planetlab.synthesise(1052, Streams(seed))), planetlab.statistics
    assert percent.mean() == pytest.approx(known.mean_percent, rel=0.03)
    assert percent.std() == pytest.approx(known.sd_percent, rel=0.05)
    assert np.quantile(percent, [0.25, 0.5, 0.75]) == pytest.approx(known.quartiles_percent, abs=1)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_planetlab_day_varies_between_vms_and_in_time_as_measured(seed: int) -> None:
    percent, known = percents(planetlab.synthesise(1052, Streams(seed))), planetlab.statistics
    assert percent.mean(axis=0).var() / percent.var() == pytest.approx(known.between_vms, abs=0.015)
    assert lag_1(percent) == pytest.approx(known.lag_1, abs=0.015)


def test_planetlab_demand_is_whole_percents() -> None:
    percent = percents(planetlab.synthesise(200, Streams(1)), 20)
    assert np.array_equal(np.round(percent), np.round(percent, 9))
    assert percent.min() == 0 and percent.max() <= 99


@pytest.mark.parametrize("seed", SEEDS)
def test_bitbrains_demand_is_like_its_one_vm(seed: int) -> None:
    percent, known = percents(bitbrains.synthesise(500, Streams(seed))), bitbrains.statistics
    assert percent.mean() == pytest.approx(known.mean_percent, rel=0.03)
    assert percent.std() == pytest.approx(known.sd_percent, rel=0.05)
    assert lag_1(percent) == pytest.approx(known.lag_1, abs=0.02)


def test_bitbrains_demand_warns_that_it_knows_one_vm_only() -> None:
    assert "one nearly idle VM" in bitbrains.synthesise(1, Streams(0)).notes[0]
    assert planetlab.synthesise(1, Streams(0)).notes == ()


def test_the_same_seed_makes_the_same_bits_on_every_machine() -> None:
    percent = np.round(percents(planetlab.synthesise(1100, Streams(2011)), 50)).astype(np.uint8)
    assert hashlib.sha256(percent.tobytes()).hexdigest()[:16] == "50a3b6d0de0f7037"


def test_another_seed_makes_another_demand() -> None:
    one, other = (percents(planetlab.synthesise(50, Streams(seed)), 5) for seed in (1, 2))
    assert not np.array_equal(one, other)


@pytest.mark.parametrize("fewer", [1, 7, 1023, 1024, 1025])
def test_more_vms_change_no_other(fewer: int) -> None:
    few, many = planetlab.synthesise(fewer, Streams(3)), planetlab.synthesise(2100, Streams(3))
    assert list(few.names) == list(many.names)[:fewer]
    for k in range(5):
        assert np.array_equal(few.at(k), many.at(k)[:fewer])


def test_epochs_may_be_asked_for_in_any_order() -> None:
    expected = percents(planetlab.synthesise(30, Streams(4)), 12)
    demand = planetlab.synthesise(30, Streams(4))
    for k in (7, 7, 2, 0, 11, 10):
        assert np.array_equal(demand.at(k) * 100, expected[k])


def test_what_was_returned_does_not_change_later() -> None:
    demand = planetlab.synthesise(30, Streams(5))
    first = demand.at(0)
    kept = first.copy()
    demand.at(1)
    assert np.array_equal(first, kept)
    first[:] = 9.0
    assert np.array_equal(demand.at(0), kept)


def test_levels_are_dealt_evenly_and_without_order() -> None:
    means = percents(planetlab.synthesise(1024, Streams(6)), 100).mean(axis=0)
    assert means.mean() == pytest.approx(planetlab.statistics.mean_percent, rel=0.02)
    neighbours = np.corrcoef(means[1:], means[:-1])[0, 1]
    assert abs(neighbours) < 0.1


def test_a_shorter_interval_keeps_the_distribution_and_remembers_more() -> None:
    usual = percents(bitbrains.synthesise(500, Streams(7)))
    finer = percents(bitbrains.synthesise(500, Streams(7), interval=60.0), 1440)
    assert bitbrains.synthesise(5, Streams(7), interval=60.0).interval == 60.0
    assert finer.mean() == pytest.approx(usual.mean(), rel=0.05)
    assert lag_1(finer) > lag_1(usual) + 0.2
    assert lag_1(finer[::5]) == pytest.approx(lag_1(usual), abs=0.03)


def test_it_never_ends_and_does_not_begin_before_zero() -> None:
    demand = planetlab.synthesise(3, Streams(8))
    assert (demand.epochs, demand.columns, demand.interval) == (None, 3, 300.0)
    assert demand.at(1000).shape == (3,)
    with pytest.raises(IndexError):
        demand.at(-1)


@pytest.mark.parametrize(("columns", "interval"), [(0, 300.0), (-1, 300.0), (5, 0.0), (5, -1.0), (5, float("nan"))])
def test_no_vms_or_no_time_is_refused(columns: int, interval: float) -> None:
    with pytest.raises(ValueError, match="demand needs VMs"):
        planetlab.synthesise(columns, Streams(0), interval)
