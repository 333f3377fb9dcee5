"""Which points are missing, round by round, whatever order they come in and however many run ahead."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vinfra.document import Document, parse
from vinfra.scenario.inputs import Inputs
from vinfra.scenario.ledger import Entry, Ledger, key
from vinfra.scenario.overrides import Override
from vinfra.scenario.points import Column, Row, Spot
from vinfra.scenario.replications import Measured, Stopping
from vinfra.scenario.results import Run
from vinfra.scenario.rounds import Rounds
from vinfra.scenario.run import plan, work
from vinfra.scenario.runner import Local, Runner

COLUMNS = [Column("a"), Column("b")]
ROWS = [Row((Override("x", value, {}),)) for value in range(4)]
RULE = Stopping(3, 20, {"energy_kwh": 0.05})
NAMES = [key(column.name, row.at, 0) for row in ROWS for column in COLUMNS]


def draw(spot: Spot) -> Measured:
    """A metric as its replication has it: rows differ in how much it varies."""
    noise = Random(key(spot.column.name, spot.row.at, spot.replication)).uniform(-1, 1)
    return {"energy_kwh": 10.0 + spot.row.at["x"] * noise}


def finished(rule: Stopping, processes: int, order: Random, done: dict[str, Measured]) -> tuple[list[Spot], list[Spot]]:
    """The spots that were simulated, in rounds that come back in any order, and those of the answer."""
    rounds, simulated = Rounds(rule, COLUMNS, ROWS, done), []
    while missing := rounds.missing(processes):
        simulated += missing
        for spot in order.sample(missing, len(missing)):
            rounds.note(spot.column.name, spot.row.at, spot.replication, draw(spot))
    return simulated, rounds.spots()


def named(spots: Sequence[Spot]) -> list[str]:
    return [key(spot.column.name, spot.row.at, spot.replication) for spot in spots]


REFERENCE = named(finished(RULE, 1, Random(0), {})[1])


@given(st.integers(1, 64), st.randoms(use_true_random=False))
def test_the_answer_does_not_depend_on_processes_or_the_order_of_coming(processes: int, order: Random) -> None:
    simulated, answer = finished(RULE, processes, order, {})
    assert named(answer) == REFERENCE
    assert len(set(named(simulated))) == len(simulated)
    assert set(REFERENCE) <= set(named(simulated))


def test_one_process_simulates_nothing_that_does_not_count() -> None:
    simulated, answer = finished(RULE, 1, Random(0), {})
    assert sorted(named(simulated)) == sorted(named(answer))


@given(st.lists(st.booleans(), min_size=len(REFERENCE), max_size=len(REFERENCE)), st.integers(1, 16))
def test_a_run_that_is_continued_has_the_same_answer_and_repeats_nothing(kept: list[bool], processes: int) -> None:
    every = {name: draw(spot) for name, spot in zip(REFERENCE, finished(RULE, 1, Random(0), {})[1], strict=True)}
    done = {name: every[name] for name, keep in zip(REFERENCE, kept, strict=True) if keep}
    simulated, answer = finished(RULE, processes, Random(1), done)
    assert named(answer) == REFERENCE
    assert not set(named(simulated)) & set(done)


@given(st.integers(2, 6), st.integers(0, 14), st.floats(0.001, 0.3), st.integers(1, 16))
def test_every_row_gets_at_least_and_at_most_so_many(least: int, more: int, part: float, processes: int) -> None:
    rule = Stopping(least, least + more, {"energy_kwh": part})
    _, answer = finished(rule, processes, Random(2), {})
    counts = [sum(key(spot.column.name, spot.row.at, 0) == name for spot in answer) for name in NAMES]
    assert all(least <= count <= least + more for count in counts)
    assert [counts[index] for index in (0, 1)] == [least, least]  # the first row does not vary


def test_the_answer_is_row_by_row_variant_by_variant_replication_by_replication() -> None:
    _, answer = finished(Stopping(2, 2, {}), 4, Random(3), {})
    assert [(spot.row.at["x"], spot.column.name, spot.replication) for spot in answer] == [
        (x, name, replication) for x in range(4) for name in ("a", "b") for replication in range(2)
    ]


def test_many_processes_run_ahead_where_few_points_are_left() -> None:
    rounds = Rounds(RULE, COLUMNS[:1], ROWS[3:], {})
    for spot in rounds.missing(8):
        rounds.note("a", spot.row.at, spot.replication, draw(spot))
    assert [spot.replication for spot in rounds.missing(8)] == [*range(3, 3 + 16)]
    assert [spot.replication for spot in rounds.missing(1)] == [3]


QUESTION = """\
scenario: noisy
question: How many days does it take to know?
seed: 5
duration: 1 h
epoch: 5 min
workload: {trace: planetlab}
hosts:
  h: {cores: 4, frequency: 2 GHz, memory: 64 GiB}
vms:
  web: {count: 6, vcpus: 2, memory: 1 GiB}
compare:
  narrow: {hosts.h.cores: 2}
  wide: {}
sweep:
  vms.web.count: {from: 4, to: 12, step: 4}
replications: {at_least: 2, at_most: 12, until: {cpu_utilisation: 10 %}}
"""


class Stopped(Local):
    """A runner that is interrupted after so many points, and makes them in another order."""

    def __init__(self, after: int, order: Random) -> None:
        super().__init__()
        self.after, self.order, self.made = after, order, 0
        self.processes = 3

    def work(self, spots: Sequence[Spot], document: Document, inputs: Inputs) -> Generator[list[Entry]]:
        for handful in super().work(self.order.sample(spots, len(spots)), document, inputs):
            if self.made == self.after:
                raise KeyboardInterrupt
            self.made += 1
            yield handful


def answered(folder: Path, runner: Runner | None = None) -> Run:
    document, inputs = parse(QUESTION, "q.yaml"), Inputs()
    return work(plan(document, inputs, out=folder), inputs, runner)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return answered(tmp_path_factory.mktemp("whole"))


def test_rows_stop_where_they_are_known(whole: Run) -> None:
    counts = {key(point.variant, point.at, 0): point.replication + 1 for point in whole.points}
    assert len(counts) == 6
    assert min(counts.values()) >= 2 and max(counts.values()) <= 12
    assert len(set(counts.values())) > 1


@settings(max_examples=5)
@given(after=st.integers(0, 15), order=st.randoms(use_true_random=False))
def test_a_run_that_was_interrupted_ends_as_if_it_had_not_been(
    whole: Run, tmp_path_factory: pytest.TempPathFactory, after: int, order: Random
) -> None:
    folder = tmp_path_factory.mktemp("stopped")
    with pytest.raises(KeyboardInterrupt):
        answered(folder, Stopped(after, order))
    with Ledger(folder / "ledger.sqlite") as ledger:
        assert len(ledger.done()) == after
    again = answered(folder)
    assert again.document() == whole.document()
    assert again.digest == whole.digest


def test_the_same_replication_has_the_same_streams_in_every_variant_and_row(tmp_path: Path) -> None:
    """What VMs want is then the same, so that a difference between two points is none of the draw."""
    text = (
        QUESTION.replace("hosts.h.cores: 2", "hosts.h.memory: 32 GiB")
        .replace("vms.web.count: {from: 4, to: 12, step: 4}", "hosts.h.cores: [8, 16, 32]")
        .replace("{at_least: 2, at_most: 12, until: {cpu_utilisation: 10 %}}", "3")
    )
    inputs = Inputs()
    run = work(plan(parse(text, "q.yaml"), inputs, out=tmp_path), inputs)
    used: dict[int, list[list[float]]] = {}
    for point in run.points:
        cores = (point.series["cpu_utilisation"] * point.at["hosts.h.cores"]).tolist()
        used.setdefault(point.replication, []).append(cores)
    for same in used.values():
        assert len(same) == 6 and all(cores == pytest.approx(same[0]) for cores in same)
    assert len({tuple(same[0]) for same in used.values()}) == 3
