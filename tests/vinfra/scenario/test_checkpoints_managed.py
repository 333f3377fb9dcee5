"""Hosts under management go on from a checkpoint: migrations, boots, failures and restarts under way among them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vinfra.document import Document
from vinfra.engine.state import apart, together
from vinfra.engine.streams import Streams
from vinfra.scenario.checkpoint import Checkpoint
from vinfra.scenario.load import read, resolve
from vinfra.scenario.managing import Managing
from vinfra.scenario.points import Row, Spot, columns
from vinfra.scenario.resuming import run
from vinfra.scenario.simulation import Simulation
from vinfra.scenario.world import build

FLEET = Path(__file__).parents[3] / "scenarios" / "fleet"
EVERY = 13  # epochs between two stops
# What is made from the scenario and stays, or is made anew in every epoch.
MADE = {"handlers", "when_empty", "_order", "_first"}


class Stopped(Exception):
    """The run ends here."""


class Often(Checkpoint):
    """A checkpoint that is written after so many epochs, and then the run ends."""

    left = EVERY

    def due(self) -> bool:
        self.left -= 1
        if self.left < 0:
            raise Stopped
        return self.left == 0


def variants(name: str) -> list[tuple[str, Document]]:
    document = read(FLEET / name)
    return [(column.name, Spot(column, Row(), 0).document(document)) for column in columns(document)]


CASES = [
    *[("ha-host-failure.yaml", number) for number in range(5)],
    ("power-cap.yaml", 4),
    *[("drs-dpm-office-day.yaml", number) for number in (2, 4)],
    *[("rolling-patches.yaml", number) for number in (1, 2, 5)],
]


def make(name: str, number: int) -> Simulation:
    return Simulation(build(resolve(variants(name)[number][1]), None), Streams(3))


def outcome(simulation: Simulation) -> object:
    record = simulation.record()
    return record.totals, {name: column.tolist() for name, column in record.series.items()}, simulation.intervals()


@pytest.mark.parametrize(("name", "number"), CASES)
def test_a_fleet_that_is_stopped_again_and_again_does_what_it_would_have_done(
    name: str, number: int, tmp_path: Path
) -> None:
    undisturbed = make(name, number)
    undisturbed.run()
    stops, done = 0, None
    while done is None:
        often = Often(tmp_path / "c.npz", {}, [])
        try:
            done = run(lambda: make(name, number), often, "one")
        except Stopped:
            stops += 1
        assert not any("cannot" in remark for remark in often.remarks)
    assert stops > 5
    assert outcome(done) == outcome(undisturbed)


def _changed(was: object, now: object, path: str) -> list[str]:
    """Attributes in which two of a kind differ and that are not kept, all the way down."""
    found = []
    kept = getattr(type(was), "KEPT", ())
    for name, value in vars(was).items():
        other = vars(now)[name]
        if name in MADE or name in kept or callable(value):
            continue
        if isinstance(value, np.ndarray):
            found += [] if np.array_equal(value, other) else [f"{path}.{name}"]
        elif isinstance(value, int | float | dict | set | str | type(None)):
            found += [] if value == other else [f"{path}.{name}"]
        elif type(value).__module__.startswith("vinfra.operations.clusters") and hasattr(value, "__dict__"):
            found += _changed(value, other, f"{path}.{name}")
    return found


@pytest.mark.parametrize(("name", "number"), CASES)
def test_whatever_of_a_fleet_changes_is_kept(name: str, number: int) -> None:
    fresh, over = make(name, number), make(name, number)
    over.run()
    assert isinstance(fresh.operated, Managing) and isinstance(over.operated, Managing)
    before, after = fresh.operated.fleet, over.operated.fleet
    pairs = [(before, after), (before.estate, after.estate), (before.shares, after.shares)]
    pairs += zip(before.parts, after.parts, strict=True)
    # Who has a state that is written out; the fleet is looked at by itself.
    stateful = {"flights", "fleet", "progress", "_turns", "_said"}
    for was, now in pairs:
        found = _changed(was, now, type(was).__name__)
        assert [one for one in found if one.split(".")[1] not in stateful] == []


plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.lists(inner, max_size=3).map(tuple)
        | st.dictionaries(st.text(max_size=5) | st.sampled_from(["array", "map", "tuple", "set"]), inner, max_size=3)
        | st.dictionaries(st.integers() | st.tuples(st.integers(), st.text(max_size=2)), inner, max_size=3)
        | st.sets(st.integers(), max_size=4)
    ),
    max_leaves=12,
)


@given(plain)
def test_plain_values_come_back_as_they_were(value: Any) -> None:
    arrays: list[np.ndarray] = []
    assert together(json.loads(json.dumps(apart(value, arrays))), arrays) == value
    assert arrays == []
