"""Several clocks as one: whichever process holds them, the same happens as in one clock that held them all."""

from __future__ import annotations

import math
import random
import threading
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vinfra.engine.clock import Clock
from vinfra.engine.windows import (
    BrokenPromise,
    Frame,
    Frames,
    Gate,
    Message,
    alone,
    distances,
    horizons,
    run,
)

Log = list[tuple[float, str]]
UNTIL = 40.0


class Town:
    """A site that acts at whole seconds, like all others: some of its acts are messages, and some messages are
    answered."""

    def __init__(self, name: str, seed: int, delays: dict[tuple[str, str], float], lazy: bool = False) -> None:
        self.name, self.clock, self.log = name, Clock(), Log()
        self.random = random.Random(f"{seed} {name}")
        mine = {there: delay for (here, there), delay in delays.items() if here == name}
        self.gate = Gate(self.clock, name, mine)
        self.gate.listen("told", self.heard)
        self.next = 0.0
        self.gate.promises["acts"] = (lambda: self.clock.now) if lazy else (lambda: self.next)
        for person in ("ada", "bob"):
            self.clock.process(self.act(person), source=f"{name}/{person}")

    def act(self, person: str) -> Any:
        while True:
            self.log.append((self.clock.now, f"{person} acts"))
            for there in sorted(self.gate.delays):
                if self.random.random() < 0.4:
                    self.gate.send(there, "told", (person, self.random.randrange(3)))
            # Both sleep for the same whole seconds, so that nearly everything is a tie.
            self.next = self.clock.now + 1 + (self.clock.now // 3) % 2
            yield self.clock.timeout(self.next - self.clock.now)

    def heard(self, sender: str, body: tuple[str, int]) -> None:
        self.log.append((self.clock.now, f"heard {body} of {sender}"))
        if body[1] and sender in self.gate.delays:
            self.gate.send(sender, "told", (body[0], body[1] - 1))

    def advance(self, until: float) -> None:
        if until > self.clock.now:
            self.clock.run(until=until)


def logs(names: Sequence[str], seed: int, delays: dict[tuple[str, str], float], lazy: bool = False) -> dict[str, Log]:
    towns = {name: Town(name, seed, delays, lazy) for name in names}
    run(towns, distances(names, delays), UNTIL, alone)
    return {name: town.log for name, town in towns.items()}


def in_processes(shares: Sequence[Sequence[str]], seed: int, delays: dict[tuple[str, str], float]) -> dict[str, Log]:
    """The same in one thread for each share, that tell each other their frames and nothing else."""
    names = sorted(name for share in shares for name in share)
    barrier, board, found = threading.Barrier(len(shares), timeout=30), Frames(), dict[str, Log]()

    def exchange(frames: Frames) -> Frames:
        board.update(frames)
        barrier.wait()
        everybody = dict(board)
        barrier.wait()
        return everybody

    def work(share: Sequence[str]) -> None:
        towns = {name: Town(name, seed, delays) for name in share}
        run(towns, distances(names, delays), UNTIL, exchange)
        found.update({name: town.log for name, town in towns.items()})

    threads = [threading.Thread(target=work, args=(share,)) for share in shares]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return found


def triangle(far: float = 0.5) -> dict[tuple[str, str], float]:
    return {("a", "b"): 1.0, ("b", "a"): 1.0, ("b", "c"): far, ("c", "b"): far, ("a", "c"): 2.0, ("c", "a"): 2.0}


def test_any_number_of_processes_hears_and_does_the_same_at_the_same_moments() -> None:
    expected = logs("abc", 1, triangle())
    times = [time for log in expected.values() for time, _ in log]
    assert len(set(times)) < len(times) / 3, "a test without ties proves nothing"
    assert sum("heard" in what for _, what in expected["a"]) > 20
    for shares in (["a", "b", "c"], ["ab", "c"], ["a", "bc"], ["ac", "b"]):
        assert in_processes(shares, 1, triangle()) == expected


@settings(max_examples=30)
@given(seed=st.integers(0, 1000), far=st.sampled_from([0.01, 0.5, 1.0, 3.0]), lazy=st.booleans())
def test_how_much_a_site_promises_changes_windows_and_nothing_else(seed: int, far: float, lazy: bool) -> None:
    assert logs("abc", seed, triangle(far), lazy) == logs("abc", seed, triangle(far))


def test_one_clock_that_holds_all_sites_sees_the_same_messages() -> None:
    """Without ties between messages of several senders, so that a plain clock has but one order to take them in."""
    delays = {("a", "b"): 1.25, ("b", "a"): 1.5}
    clock, log = Clock(), {"a": Log(), "b": Log()}
    noise = {name: random.Random(f"7 {name}") for name in "ab"}

    def hear(name: str, sender: str, body: tuple[str, int]) -> None:
        log[name].append((clock.now, f"heard {body} of {sender}"))
        if body[1]:
            send(name, sender, (body[0], body[1] - 1))

    def send(name: str, there: str, body: tuple[str, int]) -> None:
        clock.call_at(clock.now + delays[name, there], hear, there, name, body, source=f"message/{name}")

    def act(name: str, person: str) -> Any:
        there = {"a": "b", "b": "a"}[name]
        while True:
            log[name].append((clock.now, f"{person} acts"))
            if noise[name].random() < 0.4:
                send(name, there, (person, noise[name].randrange(3)))
            yield clock.timeout(1 + (clock.now // 3) % 2)

    for name in "ab":
        for person in ("ada", "bob"):
            clock.process(act(name, person), source=f"{name}/{person}")
    clock.run(until=UNTIL)
    assert logs("ab", 7, delays) == log


def test_a_site_runs_up_to_what_could_reach_it_first() -> None:
    ways = distances("abc", triangle())
    assert (ways["a", "c"], ways["a", "a"], ways["c", "c"]) == (1.5, 2.0, 1.0)
    frames = {"a": Frame(10.0), "b": Frame(math.inf), "c": Frame(20.0)}
    assert horizons(frames, ways) == pytest.approx({"a": 12.0, "b": 11.0, "c": 11.5})


def test_a_message_counts_from_when_it_can_be_answered() -> None:
    ways = distances("ab", {("a", "b"): 1.0, ("b", "a"): 1.0})
    late = Message("a", "b", 1, 5.0, 50.0, "told", None)
    frames = {"a": Frame(100.0, [late]), "b": Frame(math.inf)}
    assert horizons(frames, ways) == pytest.approx({"a": 51.0, "b": 52.0})


def test_sites_that_promise_nothing_for_long_need_few_windows() -> None:
    def count(soonest: Callable[[Town], float]) -> int:
        towns = {name: Town(name, 1, delays) for name in "ab"}
        for town in towns.values():
            town.gate.promises = {"acts": lambda town=town: soonest(town)}  # type: ignore[misc]
            town.gate.delays = {}  # they have nothing to say
        return run(towns, distances("ab", delays), UNTIL)

    delays = {("a", "b"): 0.01, ("b", "a"): 0.01}
    assert count(lambda town: math.inf) == 1
    assert count(lambda town: 20.0 if town.clock.now < 20 else math.inf) == 2
    assert count(lambda town: town.clock.now) > 1000


def test_a_message_earlier_than_promised_stops_the_run() -> None:
    delays = {("a", "b"): 1.0, ("b", "a"): 1.0}
    towns = {name: Town(name, 1, delays) for name in "ab"}
    towns["a"].gate.promises["acts"] = lambda: 30.0
    with pytest.raises(
        BrokenPromise, match="'told' of a is at b at 1 s; it had promised that nothing would come before"
    ):
        run(towns, distances("ab", delays), UNTIL)


def test_links_that_take_no_time_are_refused() -> None:
    delays = {("a", "b"): 0.0, ("b", "a"): 0.0}
    with pytest.raises(ValueError, match="must take time"):
        run({}, distances("ab", delays), UNTIL)


def test_nothing_goes_through_a_gate_that_is_shut() -> None:
    clocks = {name: Clock() for name in "ab"}
    gates = {name: Gate(clock, name, {other: 1.0}) for (name, clock), other in zip(clocks.items(), "ba", strict=True)}
    heard: list[tuple[float, str]] = []
    gates["b"].listen("told", lambda sender, body: heard.append((clocks["b"].now, body)))
    gates["b"].close(5.0)
    gates["a"].promises["acts"] = lambda: clocks["a"].now
    for moment in (0.0, 3.5, 4.5, 9.0):
        clocks["a"].call_at(moment, gates["a"].send, "b", "told", f"at {moment}")

    class Site:
        def __init__(self, name: str) -> None:
            self.gate, self.clock = gates[name], clocks[name]

        def advance(self, until: float) -> None:
            if until > self.clock.now:
                self.clock.run(until=until)

    run({name: Site(name) for name in "ab"}, distances("ab", {("a", "b"): 1.0, ("b", "a"): 1.0}), 20.0)
    assert heard == [(5.5, "at 4.5"), (10.0, "at 9.0")]
    gates["b"].close(30.0)
    gates["b"].send("a", "told", "never")
    assert gates["b"].frame().messages == []
