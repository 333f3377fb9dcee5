"""Orders: who goes when, who waits for room, and that memory is counted on both hosts meanwhile."""

from __future__ import annotations

import pytest

from tests.vinfra.operations.journeys import MB, Trip, plan
from vinfra.operations.migrations.pre_copy import PreCopy


def trip(count: int, room: float = 1e15, at_once: int = 99) -> Trip:
    plans = [plan(PreCopy(), 1000 * MB, (0.0,), (1000 * MB,), f"vm-{number}") for number in range(count)]
    return Trip({"link": 100 * MB}, plans, room, at_once)


def test_one_after_the_other_each_has_the_link_to_itself() -> None:
    together, apart = trip(4), trip(4, at_once=1)
    together.run()
    apart.run()
    assert together.moves.samples()["migration_s"] == pytest.approx([40.009] * 4)
    assert apart.moves.samples()["migration_s"] == pytest.approx([10.009] * 4)
    assert apart.moves.totals()["migrations_took_s"] == pytest.approx(4 * 10.009)


def test_memory_is_taken_on_the_target_before_it_is_left_on_the_source() -> None:
    moving = trip(1, room=1500 * MB)
    moving.run(until=5.0)
    assert moving.moves.room == {"a": 0.0, "b": pytest.approx(500 * MB)}
    moving.run()
    assert moving.moves.room == {"a": pytest.approx(1000 * MB), "b": pytest.approx(500 * MB)}


def test_who_finds_no_room_waits_and_says_for_what() -> None:
    moving = trip(2, room=1500 * MB)
    moving.run(until=100.0)
    assert moving.moves.totals()["migrations_unfinished"] == 1
    states = [state for vm, state, *_ in moving.recorder.intervals(100.0) if vm == "vm-1"]
    assert states == ["waits for 1 GB of memory on b"]


def test_nobody_to_move_leaves_nothing_to_say() -> None:
    moving = trip(0)
    moving.run()
    assert moving.moves.totals()["migrations"] == 0
    assert len(moving.moves.samples()["migration_s"]) == 0
