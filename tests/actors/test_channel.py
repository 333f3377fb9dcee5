"""Connections between the processes of one simulation: who is let in, what silence means, and that frames arrive."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

from actors import channel as channels
from actors.channel import Channel, Silent
from vinfra.engine.windows import Frame, Frames, Message

TOKEN = bytes(range(32))
NAMES = ["north", "south", "west"]


def together(ends: list[Channel], work: Callable[[int, Channel], Any], join: bool = True) -> list[Any]:
    """What every process finds, each in a thread; an exception in its place."""
    found: list[Any] = [None] * len(ends)
    addresses = [end.address for end in ends]

    def one(index: int) -> None:
        try:
            if join:
                ends[index].join(index, addresses, NAMES, TOKEN)
            found[index] = work(index, ends[index])
        except Silent as silent:
            found[index] = silent

    threads = [threading.Thread(target=one, args=(index,), daemon=True) for index in range(len(ends))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return found


@pytest.fixture
def ends() -> Any:
    made = [Channel("127.0.0.1") for _ in NAMES]
    yield made
    for end in made:
        end.close()


def frame(index: int, window: int, size: int = 1) -> Frames:
    message = Message(NAMES[index], "north", window, 1.0, 2.0, "told", "x" * size)
    return {NAMES[index]: Frame(float(window), [message])}


def test_everybody_gets_everybodys_frames_of_the_same_window(ends: list[Channel]) -> None:
    def work(index: int, end: Channel) -> list[Frames]:
        return [end.exchange(frame(index, window)) for window in range(50)]

    found = together(ends, work)
    for window in range(50):
        expected = frame(0, window) | frame(1, window) | frame(2, window)
        assert [one[window] for one in found] == [expected] * 3


def test_frames_larger_than_what_a_socket_holds_do_not_wait_for_each_other(ends: list[Channel]) -> None:
    found = together(ends, lambda index, end: end.exchange(frame(index, 1, size=20_000_000)))
    assert all(len(one["south"].messages[0].body) == 20_000_000 for one in found)


def test_a_process_that_is_gone_is_named_with_what_was_waited_for(ends: list[Channel]) -> None:
    def work(index: int, end: Channel) -> Any:
        end.exchange(frame(index, 1))
        if index == 1:
            end.close()
            return "gone"
        return end.exchange(frame(index, 2))

    found = together(ends, work)
    assert found[1] == "gone"
    assert "the process of south is gone" in str(found[0])
    assert "waited for its frames of window 2" in str(found[0])


def test_a_process_that_works_for_long_is_not_given_up(ends: list[Channel], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(channels, "SILENCE", 0.6)
    monkeypatch.setattr(channels, "BEAT", 0.1)

    def work(index: int, end: Channel) -> Frames:
        time.sleep(1.5 if index == 1 else 0.0)
        return end.exchange(frame(index, 1))

    assert all(isinstance(one, dict) for one in together(ends, work))


def test_a_process_that_says_nothing_is_given_up(ends: list[Channel], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(channels, "SILENCE", 0.5)
    monkeypatch.setattr(channels, "BEAT", 60.0)  # it hangs, its signs of life too
    hangs = threading.Event()

    def work(index: int, end: Channel) -> Any:
        if index == 1:
            hangs.wait(5)
            return "hung"
        return end.exchange(frame(index, 1))

    found = together(ends, work)
    hangs.set()
    assert "the process of south said nothing" in str(found[0])


def test_who_does_not_know_the_token_is_sent_away(ends: list[Channel]) -> None:
    def knock() -> bytes:
        with socket.create_connection(ends[0].address, timeout=5) as stranger:
            stranger.sendall(channels.HELLO.pack(bytes(32), 1))
            stranger.settimeout(10)
            try:
                return stranger.recv(1)
            except ConnectionError:
                return b""

    answers: list[bytes] = []
    stranger = threading.Thread(target=lambda: answers.append(knock()))
    stranger.start()
    time.sleep(0.2)
    found = together(ends, lambda index, end: end.exchange(frame(index, 1)))
    stranger.join(15)
    assert answers == [b""]
    assert all(set(one) == set(NAMES) for one in found)


def test_noise_at_the_door_keeps_nobody_out(ends: list[Channel]) -> None:
    strangers = [socket.create_connection(ends[0].address, timeout=5) for _ in range(3)]
    strangers[0].sendall(b"GET / HTTP/1.1\r\n\r\n" * 4)
    for stranger in strangers:
        stranger.close()
    found = together(ends, lambda index, end: end.exchange(frame(index, 1)))
    assert all(set(one) == set(NAMES) for one in found)


def test_one_that_never_comes_is_named(ends: list[Channel], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(channels, "JOIN", 0.5)
    addresses = [end.address for end in ends]
    with pytest.raises(Silent, match=r"the process of south said nothing .*; waited for to connect"):
        ends[0].join(0, addresses, NAMES, TOKEN)
