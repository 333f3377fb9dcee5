from __future__ import annotations

from vinfra.hardware.events import GUEST_EVENTS, KINDS
from vinfra.metrics.events import BY_EVENT, WORDS
from vinfra.metrics.metric import metrics


def test_kinds_of_events_that_are_told_are_those_that_are_priced() -> None:
    assert list(WORDS) == list(KINDS)


def test_every_event_is_of_one_kind() -> None:
    assert sorted(event for events in KINDS.values() for event in events) == sorted(GUEST_EVENTS)


def test_by_event_stands_for_every_kind() -> None:
    assert len(BY_EVENT) == len(WORDS)
    assert set(BY_EVENT) == {name for name in metrics() if name.startswith("cycles_")}
