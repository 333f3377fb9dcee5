"""Random streams belong to their entity, epochs cover time exactly, the recorder closes what it opened."""

from __future__ import annotations

import numpy as np
import pytest

from vinfra.engine.clock import Clock
from vinfra.engine.epochs import Epochs
from vinfra.engine.recorder import Recorder
from vinfra.engine.streams import Streams, bits, normal, uniform

NAMES = [f"vm-{number}" for number in range(2000)]


def test_adding_an_entity_changes_nobodys_draws() -> None:
    few, many = Streams(1).keys("demand", NAMES[:10]), Streams(1).keys("demand", NAMES)
    assert (bits(few, 3) == bits(many, 3)[:10]).all()


def test_seed_purpose_and_entity_each_make_another_stream() -> None:
    streams = {Streams(seed).key(purpose, name) for seed in (1, 2) for purpose in ("a", "b") for name in ("x", "y")}
    assert len(streams) == 8
    assert Streams(1).key("a", "bx") != Streams(1).key("ab", "x")


def test_a_generator_repeats() -> None:
    draws = [Streams(5).generator("arrivals", "web").random(3).tolist() for _ in range(2)]
    assert draws[0] == draws[1]


def test_draws_are_uniform_over_entities_and_over_time() -> None:
    keys = Streams(2).keys("test", NAMES)
    drawn = np.array([uniform(keys, counter) for counter in range(50)])
    assert drawn.min() >= 0 and drawn.max() < 1
    for axis in (0, 1):
        assert np.abs(drawn.mean(axis=axis) - 0.5).max() < 0.25
    counts = np.histogram(drawn, bins=20, range=(0, 1))[0]
    expected = drawn.size / 20
    assert ((counts - expected) ** 2 / expected).sum() < 43.8, "chi-squared with 19 degrees of freedom, 0.1 %"


def test_neighbours_and_successive_draws_are_unrelated() -> None:
    keys = Streams(3).keys("test", NAMES)
    one, other = uniform(keys, 0), uniform(keys, 1)
    assert abs(np.corrcoef(one, other)[0, 1]) < 0.08
    assert abs(np.corrcoef(one[1:], one[:-1])[0, 1]) < 0.08


def test_normal_draws_are_normal() -> None:
    drawn = np.concatenate([normal(Streams(4).keys("test", NAMES), counter) for counter in range(20)])
    assert drawn.mean() == pytest.approx(0, abs=0.02)
    assert drawn.std() == pytest.approx(1, abs=0.02)
    assert np.mean(np.abs(drawn) < 1.96) == pytest.approx(0.95, abs=0.005)


def test_draws_are_the_same_on_every_machine() -> None:
    keys = Streams(2007).keys("demand", ["vm-1", "vm-2"])
    assert keys.tolist() == Streams(2007).keys("demand", ["vm-1", "vm-2"]).tolist()
    assert bits(np.array([0], dtype=np.uint64), 0).tolist() == [0xE220A8397B1DCDAF], "the first output of SplitMix64(0)"


def ticks(interval: float, end: float) -> list[tuple[int, float, float]]:
    clock, seen = Clock(), []  # type: Clock, list[tuple[int, float, float]]
    Epochs(clock, interval, end, lambda *tick: seen.append(tick))
    clock.run()
    return seen


def test_epochs_cover_time_exactly_and_the_last_may_be_shorter() -> None:
    assert ticks(300.0, 700.0) == [(0, 0.0, 300.0), (1, 300.0, 300.0), (2, 600.0, 100.0)]
    assert len(ticks(300.0, 86400.0)) == 288
    assert sum(length for _, _, length in ticks(0.1, 10.0)) == pytest.approx(10.0)


@pytest.mark.parametrize(("interval", "end"), [(0.0, 1.0), (1.0, 0.0), (-1.0, 5.0)])
def test_epochs_need_time(interval: float, end: float) -> None:
    with pytest.raises(ValueError, match="above 0"):
        Epochs(Clock(), interval, end, print)


def test_states_become_intervals_that_close_at_the_end() -> None:
    recorder = Recorder()
    for entity, state, time in [
        ("b", "full", 0.0),
        ("a", "on", 1.0),
        ("b", "", 2.0),
        ("a", "on", 3.0),
        ("b", "full", 4.0),
    ]:
        recorder.enter(entity, state, time)
    assert recorder.intervals(5.0) == [("a", "on", 1.0, 5.0), ("b", "full", 0.0, 2.0), ("b", "full", 4.0, 5.0)]


def test_a_series_has_one_owner() -> None:
    recorder = Recorder()
    recorder.series("power_w", 3)[1] = 5.0
    assert recorder.columns["power_w"].tolist() == [0.0, 5.0, 0.0]
    with pytest.raises(ValueError, match="two series"):
        recorder.series("power_w", 3)
