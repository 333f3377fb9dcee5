"""Commits of snapshots: rounds that get less, rounds that do not, and none at all where writes are mirrored."""

from __future__ import annotations

import math
from itertools import pairwise

import pytest

from vinfra.storage.commit import Commit, Ended, commits
from vinfra.workloads.writable_set import WritableSet

MIB, GIB = 2.0**20, 2.0**30


def committed(commit: Commit, grown: float, writes: WritableSet, rate: float) -> tuple[list[float], Ended]:
    """The rounds of a commit that moves `rate` bytes per second, and how it ended."""
    rounds, moved, seconds = commit.rounds(grown, writes), [], 0.0
    try:
        moved.append(next(rounds))
        while True:
            seconds = moved[-1] / rate
            moved.append(rounds.send(seconds))
    except StopIteration as over:
        return moved, over.value


def guest(rate: float, size: float = 100 * GIB) -> WritableSet:
    return WritableSet((size,), (rate,))


def test_rounds_shrink_by_what_is_written_against_what_is_moved() -> None:
    moved, ended = committed(commits["helper-rounds"](), 10 * GIB, guest(10 * MIB), rate=100 * MIB)
    assert all(later / earlier == pytest.approx(0.1, rel=0.06) for earlier, later in pairwise(moved))
    assert ended.stun_bytes <= 16 * MIB and not ended.diverged


def test_commit_diverges_when_dirtying_outruns_it() -> None:
    commit = commits["helper-rounds"]()
    moved, ended = committed(commit, GIB, guest(200 * MIB), rate=100 * MIB)
    assert len(moved) == commit.rounds_at_most
    assert all(earlier < later for earlier, later in pairwise(moved))
    assert ended.diverged and ended.stun_bytes > 50 * GIB


def test_a_guest_that_outruns_its_commit_stands_still_for_no_more_than_it_writes_to() -> None:
    """Rounds grow to where d = B (1 - exp(-w d / (r B))), with w / r = 2: 0.797 B."""
    _, ended = committed(commits["helper-rounds"](rounds_at_most=100), GIB, guest(200 * MIB, 10 * GIB), rate=100 * MIB)
    assert ended.diverged and ended.stun_bytes == pytest.approx(0.7968 * 10 * GIB, rel=1e-3)


def test_one_slow_round_does_not_make_a_commit_diverge() -> None:
    """Another stream has the LUN for a while: the round gathers more than it moves, and the next make up for it."""
    rounds = commits["helper-rounds"]().rounds(GIB, guest(10 * MIB))
    left = rounds.send(next(rounds) / (5 * MIB))
    assert left > GIB
    with pytest.raises(StopIteration) as over:
        while True:
            left = rounds.send(left / (100 * MIB))
    assert not over.value.value.diverged and over.value.value.stun_bytes <= 16 * MIB


def test_a_guest_that_stands_still_gathers_nothing() -> None:
    rounds = commits["helper-rounds"]().rounds(GIB, guest(200 * MIB))
    assert next(rounds) == GIB
    with pytest.raises(StopIteration) as over:
        rounds.send(0.0)
    assert over.value.value == Ended(0.0)


def test_a_small_working_set_converges_however_fast_it_is_written() -> None:
    _, ended = committed(commits["helper-rounds"](), GIB, guest(200 * MIB, size=10 * MIB), rate=100 * MIB)
    assert not ended.diverged and ended.stun_bytes <= 10 * MIB


def test_what_is_little_is_moved_while_the_guest_stands_still() -> None:
    assert committed(commits["helper-rounds"](), 10 * MIB, guest(1.0), rate=100 * MIB) == ([], Ended(10 * MIB))


def test_rounds_end_though_each_gets_only_a_little_less() -> None:
    moved, ended = committed(commits["helper-rounds"](), GIB, guest(99 * MIB), rate=100 * MIB)
    assert len(moved) == commits["helper-rounds"]().rounds_at_most
    assert ended.diverged


def test_mirroring_moves_the_delta_once_and_leaves_nothing() -> None:
    moved, ended = committed(commits["mirror"](), GIB, guest(500 * MIB), rate=100 * MIB)
    assert moved == [GIB] and ended == Ended(0.0)


@pytest.mark.parametrize("name", commits.names())
@pytest.mark.parametrize("grown", [0.0, 1.0, 16 * MIB, 17 * MIB, GIB])
def test_every_way_moves_at_least_what_was_there(name: str, grown: float) -> None:
    moved, ended = committed(commits[name](), grown, guest(5 * MIB), rate=100 * MIB)
    assert math.fsum(moved) + ended.stun_bytes >= grown
