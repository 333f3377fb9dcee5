"""Lanes, tones and nights: who is who, what a state means, and what a night comes to in a sentence."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.vinfra.report import estates
from tests.vinfra.report.estates import DAY, HOUR
from vinfra.report.crowd import stacked
from vinfra.report.lanes import lanes, windows
from vinfra.report.nights import Night, nights, outcome, restored, sentence
from vinfra.report.tones import TONES, load, tone
from vinfra.scenario.results import Interval

WINDOW = Interval("window/nightly", "window", 22 * HOUR, 30 * HOUR)
NIGHT = Night(22 * HOUR, 30 * HOUR, 8 * HOUR)


def told(*intervals: Interval) -> str:
    found = lanes(intervals)
    return sentence(outcome(found, NIGHT), NIGHT)


def good(name: str, hours: float = 1.0) -> list[Interval]:
    begin = 22 * HOUR
    end = begin + hours * HOUR
    return [Interval(name, "reading", begin, end - 60), Interval(name, "committing", end - 60, end)]


def test_lanes_are_in_the_order_people_look_for_them() -> None:
    names = ["web-10", "web-2", "db", "proxy/backup1", "job/nightly", "fault/renumbered", "restore/web-2"]
    found = lanes([*(Interval(name, "busy 1", 0, 1) for name in names), Interval("esx1", "full", 0, 1), WINDOW])
    assert [(lane.kind, lane.name) for lane in found] == [
        ("fault", "renumbered"),
        ("job", "nightly"),
        ("proxy", "backup1"),
        ("restore", "web-2"),
        ("host", "esx1"),
        ("vm", "db"),
        ("vm", "web-2"),
        ("vm", "web-10"),
    ]


@pytest.mark.parametrize(
    ("state", "name"),
    [
        ("waiting for a slot", "wait"),
        ("waits for 2 GiB of memory on esx2", "wait"),
        ("snapshot", "snapshot"),
        ("reading", "read"),
        ("pre-copy round 7", "move"),
        ("moves to g5-3: g4-7 does little", "move"),
        ("stays on g4-7, which is overloaded: no host takes it", "wait"),
        ("through the tank", "tank"),
        ("committing", "commit"),
        ("failed: the repository is full", "failed"),
        ("stopped: datastore full", "stopped"),
        ("stopped", "still"),
        ("anything that nobody thought of", "other"),
    ],
)
def test_a_state_has_the_tone_of_what_it_means(state: str, name: str) -> None:
    assert tone(state).name == name


def test_only_a_proxy_that_is_busy_has_a_load() -> None:
    assert (load("busy 12"), load("down"), load("busy with itself")) == (12, None, None)


def test_windows_and_jobs_that_overlap_are_one_night() -> None:
    found = [Interval("job/files", "running", begin * HOUR, end * HOUR) for begin, end in ((20, 23), (44, 48))]
    assert nights([WINDOW], lanes(found)) == [
        Night(20 * HOUR, 30 * HOUR, 8 * HOUR),
        Night(44 * HOUR, 48 * HOUR, 0.0),
    ]
    assert nights([], []) == []


def test_a_good_night_is_a_short_sentence() -> None:
    assert told(*good("db-1", 5.2), *good("db-2")) == "2 VMs, all protected in 5 h 12 min of 8 h."
    assert told(*good("db-1", 0.5)) == "1 VM, protected in 30 min of 8 h."


def test_who_is_not_protected_is_named_with_the_reason() -> None:
    stuck = Interval("db-3", "failed: snapshot could not be removed", 23 * HOUR, 40 * HOUR)
    late = [Interval(f"web-{n}", "missed", 30 * HOUR - 1, 40 * HOUR) for n in range(1, 9)]
    words = told(*good("db-1"), *good("db-3"), stuck, *late)
    assert words == (
        "10 VMs, 1 protected in 1 h of 8 h; missed: web-1, web-2, web-3, web-4, web-5, web-6 and 2 more; "
        "failed: db-3 (snapshot could not be removed)."
    )


def test_a_failure_that_a_retry_makes_good_is_none() -> None:
    failed = Interval("db-1", "failed: proxy died", 22 * HOUR, 23 * HOUR)
    again = Interval("db-1", "reading", 23 * HOUR, 24 * HOUR)
    assert told(failed, again) == "1 VM, protected in 2 h of 8 h."


def test_the_failure_of_the_night_before_counts_there() -> None:
    before = Interval("db-1", "failed: proxy died", 2 * HOUR, 22 * HOUR)
    assert told(before, *good("db-1")) == "1 VM, protected in 1 h of 8 h."


def test_machines_that_only_move_are_not_to_be_protected() -> None:
    moves = Interval("web-1", "pre-copy round 1", 22 * HOUR, 23 * HOUR)
    assert told(moves) == "Nothing was to be protected."
    assert told(moves, Interval("web-1", "snapshot", 24 * HOUR, 25 * HOUR)) == "1 VM, protected in 3 h of 8 h."


def test_a_job_that_runs_on_says_how_long() -> None:
    over = Interval("job/nightly", "overran", 30 * HOUR - 1, 31.2 * HOUR)
    assert told(over, *good("db")).endswith("; nightly ran 1 h 12 min past its window.")


def test_what_was_wanted_back_is_told_with_what_did_not_come() -> None:
    back = [Interval("restore/db", "restoring", 0, 60), Interval("restore/web", "failed: no restore point", 60, 900)]
    assert restored(lanes(back)) == "Wanted back: 1 of 2 restored; not web (no restore point)."
    assert restored(lanes(back[:1])) == "Wanted back: the one restored."
    assert restored([]) == ""


@given(st.lists(st.tuples(st.floats(0, 90), st.floats(0.5, 30)), min_size=1, max_size=40))
def test_a_crowd_counts_everybody_once(spans: list[tuple[float, float]]) -> None:
    states = [known.starts[0] for known in TONES if known.starts]
    intervals = [Interval(f"vm-{n}", states[n % len(states)], a, a + b) for n, (a, b) in enumerate(spans)]
    machines = lanes(intervals)
    middles = np.arange(120) + 0.5
    counts, tops = np.zeros(120), np.zeros(120)
    for _, count, begin, end, below in stacked(machines, 120.0, 1):
        here = (begin <= middles) & (middles < end)
        assert here.any() and (tops[here] == below).all()
        counts += count * here
        tops[here] = below + count
    assert counts.tolist() == [sum(i.start <= middle < i.end for i in intervals) for middle in middles]


def test_an_estate_of_nights_has_one_night_a_day() -> None:
    intervals = estates.estate(5, {"db": 3})
    assert [night.begin for night in nights(windows(intervals), lanes(intervals))] == [
        day * DAY + 22 * HOUR for day in range(5)
    ]
