"""Whatever happens in whatever order, every point ends exactly once; and what happened can be replayed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.coordinator import ATTEMPTS, BARREN, IN_FLIGHT, Coordinator, replay
from actors.events import (
    ActorJoined,
    ActorLost,
    ChunkDone,
    ChunkLost,
    Event,
    GiveUp,
    KeepPoints,
    PointsCame,
    RecordFailure,
    SendChunk,
    StartActor,
)


class Cluster:
    """A cluster that is played: it does what it is told, when the test wants it to."""

    def __init__(self, size: int, poisoned: frozenset[int] = frozenset()) -> None:
        self.coordinator = Coordinator(size)
        self.poisoned = poisoned
        self.starting: list[int] = []
        self.held: dict[int, list[tuple[int, tuple[int, ...]]]] = {}
        self.kept: list[int] = []
        self.failed: list[int] = []
        self.gave_up = False

    def tell(self, event: Event) -> None:
        for instruction in self.coordinator.handle(event):
            match instruction:
                case StartActor(actor):
                    self.starting.append(actor)
                case SendChunk(actor, chunk, points):
                    self.held[actor].append((chunk, points))
                    assert len(self.held[actor]) <= IN_FLIGHT
                case KeepPoints(_, points):
                    self.kept += points
                case RecordFailure(point, _):
                    self.failed.append(point)
                case GiveUp():
                    self.gave_up = True
        assert len(self.held) + len(self.starting) <= self.coordinator.size

    def join(self, which: int) -> None:
        if self.starting:
            actor = self.starting.pop(which % len(self.starting))
            self.held[actor] = []
            self.tell(ActorJoined(actor))

    def busy(self) -> list[int]:
        return sorted(actor for actor, chunks in self.held.items() if chunks)

    def work(self, which: int, part: int = 0) -> None:
        """An actor ends its older chunk, or as much of it as `part` points; a poisoned one ends the actor."""
        if not self.busy():
            return
        actor = self.busy()[which % len(self.busy())]
        chunk, points = self.held[actor][0]
        if self.poisoned & set(points):
            self.lose(which, innocent=False)
            return
        self.held[actor].pop(0)
        done = min(part, len(points)) or len(points)
        self.tell(ChunkDone(actor, chunk, done, 0.05 * done))

    def lose(self, which: int, innocent: bool) -> None:
        if self.busy():
            actor = self.busy()[which % len(self.busy())]
            del self.held[actor]
            self.tell(ActorLost(actor, "it is gone", innocent))

    def forget(self, which: int) -> None:
        """The results of a chunk are lost."""
        if self.busy():
            actor = self.busy()[which % len(self.busy())]
            chunk, _ = self.held[actor].pop(0)
            self.tell(ChunkLost(actor, chunk, "its machine went"))

    def finish(self) -> None:
        for _ in range(100_000):
            if not self.coordinator.open or self.gave_up:
                return
            self.join(0)
            self.work(0)
        raise AssertionError(self.coordinator.waits_for)


moves = st.lists(st.tuples(st.sampled_from(["join", "work", "part", "lose", "machine", "forget", "more"]),
                           st.integers(0, 7)), max_size=60)  # fmt: skip


@given(st.integers(1, 5), st.integers(0, 80), st.sets(st.integers(0, 99), max_size=2), moves)
def test_every_point_ends_exactly_once_whatever_happens(
    size: int, points: int, poisoned: set[int], played: list[tuple[str, int]]
) -> None:
    cluster = Cluster(size, frozenset(poisoned))
    came = points
    cluster.tell(PointsCame(tuple(range(points))))
    killed: Counter[bool] = Counter()
    for move, which in played:
        if move == "join":
            cluster.join(which)
        elif move == "work":
            cluster.work(which)
        elif move == "part":
            cluster.work(which, part=1 + which)
        elif move == "machine":
            cluster.lose(which, innocent=True)
        elif move == "forget":
            cluster.forget(which)
        elif move == "more":
            cluster.tell(PointsCame(tuple(range(came, came + which))))
            came += which
        elif killed[True] < ATTEMPTS - 1:  # as often as no point can be blamed for
            killed[True] += 1
            cluster.lose(which, innocent=False)
    cluster.finish()
    assert not cluster.gave_up
    assert sorted(cluster.kept + cluster.failed) == list(range(came))
    assert set(cluster.failed) >= poisoned & set(range(came))


@given(st.integers(1, 5), st.integers(1, 60), moves)
def test_a_log_of_events_replays_a_run(size: int, points: int, played: list[tuple[str, int]]) -> None:
    cluster = Cluster(size)
    cluster.tell(PointsCame(tuple(range(points))))
    for move, which in played:
        cluster.join(which)
        cluster.lose(which, innocent=True) if move == "lose" else cluster.work(which)
    one, instructions = replay(size, cluster.coordinator.log)
    _, again = replay(size, one.log)
    assert (one.open, one.waits_for, one.pace) == (
        cluster.coordinator.open, cluster.coordinator.waits_for, cluster.coordinator.pace)  # fmt: skip
    assert instructions == again
    kept = [point for told in instructions for one_of in told if isinstance(one_of, KeepPoints)
            for point in one_of.points]  # fmt: skip
    assert kept == cluster.kept


def up(size: int, points: int, poisoned: frozenset[int] = frozenset()) -> Cluster:
    cluster = Cluster(size, poisoned)
    cluster.tell(PointsCame(tuple(range(points))))
    for _ in range(size):
        cluster.join(0)
    return cluster


def test_every_actor_has_a_chunk_before_any_has_two() -> None:
    cluster = up(3, 100)
    assert {actor: len(chunks) for actor, chunks in cluster.held.items()} == {1: 2, 2: 2, 3: 2}
    few = up(3, 3)
    assert [len(chunks) for chunks in few.held.values()] in ([2, 1], [1, 1, 1], [2, 1, 0])


def test_no_more_actors_are_started_than_there_is_work_for() -> None:
    cluster = Cluster(64)
    cluster.tell(PointsCame((0, 1, 2)))
    assert len(cluster.starting) == 3


def test_a_poisoned_point_is_found_and_the_others_are_done() -> None:
    cluster = up(2, 500, frozenset({123}))
    cluster.finish()
    assert cluster.failed == [123]
    assert sorted(cluster.kept) == [point for point in range(500) if point != 123]
    lost = sum(isinstance(event, ActorLost) for event in cluster.coordinator.log)
    assert lost == ATTEMPTS


def test_points_of_a_machine_that_went_are_not_to_blame() -> None:
    cluster = up(1, 1)
    for _ in range(10 * ATTEMPTS):
        cluster.lose(0, innocent=True)
        cluster.join(0)
    cluster.finish()
    assert (cluster.kept, cluster.failed) == ([0], [])


def test_what_comes_late_from_an_actor_that_was_given_up_changes_nothing() -> None:
    cluster = up(2, 10)
    actor = cluster.busy()[0]
    chunk, points = cluster.held[actor][0]
    cluster.lose(0, innocent=False)
    before = list(cluster.kept)
    assert cluster.coordinator.handle(ChunkDone(actor, chunk, len(points), 1.0)) == []
    assert cluster.kept == before
    cluster.finish()
    assert sorted(cluster.kept) == list(range(10))


def test_actors_that_end_before_they_are_up_are_not_started_for_ever() -> None:
    coordinator = Coordinator(2)
    waiting = list(starts(coordinator, PointsCame((0, 1, 2))))
    for count in range(1, BARREN + 1):
        told = coordinator.handle(ActorLost(waiting.pop(0), "no such file"))
        waiting += [one.actor for one in told if isinstance(one, StartActor)]
        assert any(isinstance(one, GiveUp) for one in told) == (count == BARREN)


def starts(coordinator: Coordinator, event: Event) -> Iterator[int]:
    return (one.actor for one in coordinator.handle(event) if isinstance(one, StartActor))


@pytest.mark.parametrize("rounds", [1, 3])
def test_more_points_may_come_when_all_are_done(rounds: int) -> None:
    cluster = Cluster(2)
    for number in range(rounds):
        cluster.tell(PointsCame(tuple(range(10 * number, 10 * number + 10))))
        cluster.finish()
    assert sorted(cluster.kept) == list(range(10 * rounds))
    assert sum(isinstance(event, ActorJoined) for event in cluster.coordinator.log) <= 2
