"""The window of a host on a LUN: which limit holds, QUEUE FULL, and what hosts have at a port that is full."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vinfra.storage.window import Window, WindowSettings, taken


def test_the_outstanding_limit_holds_from_two_vms_on() -> None:
    settings = WindowSettings(depth=64, limit=16)
    assert [settings.allowed(vms) for vms in (1, 2, 8)] == [64, 16, 16]


def test_the_queue_depth_holds_where_it_is_smaller() -> None:
    assert WindowSettings(depth=32, limit=255).allowed(4) == 32


def test_a_sample_of_queue_full_halves_the_window() -> None:
    window = Window(WindowSettings(sample=4), vms=1)
    for _ in range(3):
        window.full()
    assert window.size == 32
    window.full()
    assert window.size == 16


def test_good_answers_let_it_grow_by_one_up_to_what_it_was() -> None:
    window = Window(WindowSettings(sample=1, threshold=4), vms=1)
    window.full()
    for _ in range(4):
        window.good()
    assert window.size == 17
    for _ in range(400):
        window.good()
    assert window.size == 32


def test_it_never_closes() -> None:
    window = Window(WindowSettings(sample=1), vms=1)
    for _ in range(20):
        window.full()
    assert window.size == 1


def test_latency_control_bounds_what_it_grows_to() -> None:
    window = Window(WindowSettings(threshold=1), vms=1)
    window.set(8.5)
    for _ in range(40):
        window.good()
    assert window.size == 8.5
    window.set(100.0)
    assert window.size == 32


def test_a_port_that_is_full_is_shared_evenly_by_those_who_want_more() -> None:
    found = taken({"a": 64.0, "b": 8.0, "c": 64.0}, {"a": 32.0, "b": 32.0, "c": 64.0}, 48)
    assert found == {"a": 20.0, "b": 8.0, "c": 20.0}


@given(
    st.dictionaries(st.sampled_from("abcdef"), st.tuples(st.floats(1, 500), st.floats(1, 256)), min_size=1),
    st.floats(1, 2000),
)
def test_no_host_has_more_than_its_window_and_all_no_more_than_the_port(
    hosts: dict[str, tuple[float, float]], port: float
) -> None:
    outstanding, windows = ({host: pair[n] for host, pair in hosts.items()} for n in (0, 1))
    found = taken(outstanding, windows, port)
    wanted = {host: min(pair) for host, pair in hosts.items()}
    assert all(found[host] <= wanted[host] for host in hosts)
    assert sum(found.values()) == pytest.approx(min(port, sum(wanted.values())))
