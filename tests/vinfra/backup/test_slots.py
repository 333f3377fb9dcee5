from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from vinfra.backup.slots import Slots, Ticket
from vinfra.engine.clock import Clock


def slots(**limits: int) -> Slots:
    made = Slots(Clock())
    for name, places in limits.items():
        made.limit(name, places)
    return made


def test_the_first_to_come_is_the_first_to_go() -> None:
    made = slots(lun=1)
    first, second, third = (made.ask([("lun",)]) for _ in range(3))
    assert [one.granted.triggered for one in (first, second, third)] == [True, False, False]
    made.leave(first)
    assert [one.granted.triggered for one in (second, third)] == [True, False]


def test_of_several_proxies_the_least_busy_one_is_taken() -> None:
    made = slots(a=2, b=4)
    taken = [made.ask([("a", "b")]).taken[0] for _ in range(6)]
    assert taken == ["a", "b", "b", "a", "b", "b"]
    assert not made.ask([("a", "b")]).granted.triggered


def test_who_waits_for_one_thing_does_not_hold_another() -> None:
    made = slots(lun=1, proxy=1)
    first = made.ask([("lun",), ("proxy",)])
    waits = made.ask([("lun",), ("proxy",)])
    made.leave(first)
    assert waits.granted.triggered
    assert made.used == {"lun": 1, "proxy": 1}


def test_who_can_go_overtakes_who_cannot() -> None:
    made = slots(one=1, other=1, proxy=2)
    made.ask([("one",), ("proxy",)])
    blocked = made.ask([("one",), ("proxy",)])
    goes = made.ask([("other",), ("proxy",)])
    assert goes.granted.triggered and not blocked.granted.triggered


def test_who_gives_up_is_not_let_in() -> None:
    made = slots(lun=1)
    first, second, third = (made.ask([("lun",)]) for _ in range(3))
    made.leave(second)
    made.leave(first)
    assert third.granted.triggered and not second.granted.triggered


def test_a_limit_that_is_closed_and_opened_again_lets_in() -> None:
    made = slots(proxy=0)
    ticket = made.ask([("proxy",)])
    assert not ticket.granted.triggered
    made.limit("proxy", 1)
    assert ticket.granted.triggered


def test_what_nobody_limits_does_not_limit() -> None:
    made = slots()
    assert all(made.ask([("anything",)]).granted.triggered for _ in range(100))


@given(seed=st.integers(0, 10_000), steps=st.integers(1, 80))
def test_no_limit_is_ever_passed_and_nobody_waits_who_could_go(seed: int, steps: int) -> None:
    draw = random.Random(seed)
    limits = {"a": 1, "b": 2, "c": 3, "p1": 1, "p2": 2}
    made, live = slots(**limits), []
    waiting: list[Ticket] = []
    for _ in range(steps):
        if draw.random() < 0.6 or not live:
            pools = [(draw.choice("abc"),), ("p1", "p2")]
            waiting.append(made.ask(pools))
        else:
            made.leave(live.pop(draw.randrange(len(live))))
        live += [ticket for ticket in waiting if ticket.granted.triggered]
        waiting = [ticket for ticket in waiting if not ticket.granted.triggered]
        held = [name for ticket in live for name in ticket.taken]
        assert made.used == {name: held.count(name) for name in limits}
        assert all(made.used[name] <= places for name, places in limits.items())
        for ticket in waiting:
            assert any(not any(made.free(name) for name in pool) for pool in ticket.pools)
