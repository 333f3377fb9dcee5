"""In which order things are listed, started, changed or cancelled within one instant shows in no bit of a result."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from vinfra.engine.activity import Resource
from vinfra.engine.clock import Clock
from vinfra.engine.recorder import Interval, Recorder
from vinfra.engine.sharing import Sharing

Result = tuple[tuple[tuple[str, float], ...], tuple[float, ...]]
WEIGHTS = [random.Random(7).uniform(0.01, 9.0) for _ in range(14)]


def orders(count: int) -> list[tuple[int, ...]]:
    """Some orders of so many things, the listed one first."""
    if count <= 4:
        return list(itertools.permutations(range(count)))
    return [tuple(range(count))] + [tuple(random.Random(seed).sample(range(count), count)) for seed in range(12)]


def shared(
    limits: dict[str, float], tied: bool, act: Callable[[Sharing, list[Any], Sequence[Resource]], None]
) -> Result:
    """Fourteen copies on two disks; at 0.1 s something happens to them. Who is done when, and what the disks did."""
    clock = Clock()
    sharing, disks = Sharing(clock), [Resource("a", 1.0), Resource("b", 0.7)]
    done: list[tuple[str, float]] = []
    copies = []
    for number, weight in enumerate(WEIGHTS):
        uses = {disks[number % 2]: 1.0} | ({disks[1 - number % 2]: 0.3} if tied and number == 5 else {})
        copy = sharing.start(f"copy-{number:02}", 1.0 + number % 3, uses, weight, **limits)
        copy.callbacks.append(lambda event: done.append((event.name, clock.now)))
        copies.append(copy)
    clock.call_at(0.1, act, sharing, copies, disks)
    clock.run()
    return tuple(done), tuple(disk.carried(clock.now) for disk in disks)


@pytest.mark.parametrize("limits", [{}, {"bound": 0.13}, {"floor": 0.04}], ids=str)
@pytest.mark.parametrize("tied", [False, True])
def test_cancelling_in_another_order_gives_the_same_bits(limits: dict[str, float], tied: bool) -> None:
    def cancel(order: Sequence[int]) -> Callable[..., None]:
        return lambda sharing, copies, _: [sharing.cancel(copies[index]) for index in order] and None

    assert len({shared(limits, tied, cancel(order)) for order in orders(4)}) == 1


@pytest.mark.parametrize("tied", [False, True])
def test_changing_and_starting_in_another_order_gives_the_same_bits(tied: bool) -> None:
    def act(order: Sequence[int]) -> Callable[..., None]:
        def steps(sharing: Sharing, copies: list[Any], disks: Sequence[Resource]) -> None:
            calls: list[Callable[[], object]] = [
                lambda: sharing.change(copies[0], weight=0.3),
                lambda: sharing.change(copies[6], bound=0.05),
                lambda: sharing.cancel(copies[2]),
                lambda: sharing.set_capacity(disks[0], 1.7),
                lambda: sharing.start("late-a", 1.1, {disks[0]: 1.0}, 0.37),
                lambda: sharing.start("late-b", 0.0, {disks[0]: 1.0, disks[1]: 0.5}),
            ]
            for index in order:
                calls[index]()

        return steps

    assert len({shared({}, tied, act(order)) for order in orders(6)}) == 1


def test_starting_in_another_order_gives_the_same_bits() -> None:
    def run(order: Sequence[int]) -> list[tuple[str, float]]:
        clock = Clock()
        sharing, disk = Sharing(clock), Resource("disk", 1.0)
        done: list[tuple[str, float]] = []
        for index in order:
            copy = sharing.start(f"copy-{index:02}", 1.0 + index % 3, {disk: 1.0}, WEIGHTS[index])
            copy.callbacks.append(lambda event: done.append((event.name, clock.now)))
        clock.run()
        return done

    first, *others = [run(order) for order in orders(len(WEIGHTS))]
    assert len(first) == len(WEIGHTS)
    assert all(other == first for other in others)


def test_entities_that_change_state_at_the_same_moments_are_recorded_in_one_order() -> None:
    def run(order: Sequence[int]) -> list[Interval]:
        clock, recorder = Clock(), Recorder()

        def host(name: str) -> Any:
            for state in ("off", "booting", "on", ""):
                recorder.enter(name, state, clock.now)
                yield clock.timeout(1)

        for index in order:
            clock.process(host(f"host-{index}"), source=f"host-{index}")
        clock.run()
        return recorder.intervals(clock.now)

    first, *others = [run(order) for order in orders(9)]
    assert len(first) == 27
    assert all(other == first for other in others)
