"""A simulation that goes on where another process stopped: what it knows between two epochs, to and from a checkpoint.

Only one in which nothing but epochs happens can: a transfer, a migration, a backup is a process under way, and of that
there is no picture. Those start again.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from vinfra.engine.state import Resumable, State, refill
from vinfra.scenario.checkpoint import DAMAGED, Checkpoint
from vinfra.scenario.simulation import Simulation


def parts(simulation: Simulation) -> dict[str, object]:
    """Who in a simulation knows more than what it was built from."""
    found = {
        "recorder": simulation.recorder,
        "cluster": simulation.cluster,
        "demand": simulation.demand,
        "operated": simulation.operated,
    }
    return {name: part for name, part in found.items() if part is not None}


def resumable(simulation: Simulation) -> bool:
    """Whether nothing but epochs happens in it, and all who know something can tell."""
    alone = simulation.clock.pending == 1 and not simulation.in_time
    beside = simulation.memory is not None or simulation.protected is not None
    return alone and not beside and all(isinstance(part, Resumable) for part in parts(simulation).values())


def state(simulation: Simulation, number: int) -> State:
    """All that is known after an epoch, by the number of the next one."""
    known = {name: part.state() for name, part in parts(simulation).items() if isinstance(part, Resumable)}
    return {"epoch": number + 1, "full": simulation.full, **known}


def restore(simulation: Simulation, known: State) -> None:
    """Go on from there; KeyError, TypeError or ValueError where it is the state of something else."""
    refill(simulation.full, known["full"])
    for name, part in parts(simulation).items():
        if isinstance(part, Resumable):
            part.restore(known[name])
    simulation.epochs.resume(known["epoch"])


def run(make: Callable[[], Simulation], checkpoint: Checkpoint | None, name: str) -> Simulation:
    """Make a simulation and run it to its end, from its checkpoint on where there is one; a checkpoint is written now
    and then, and at Ctrl-C."""
    simulation = make()
    if checkpoint is None or not resumable(simulation):
        simulation.run()
        return simulation
    known = checkpoint.load()
    if known is not None:
        try:
            restore(simulation, known)
            checkpoint.remarks.append(f"{name}: went on at epoch {known['epoch'] + 1} of {simulation.epochs.count}")
        except DAMAGED as wrong:
            checkpoint.ignore(wrong)
            simulation = make()
    with _interruptions() as interrupted:

        def watch(number: int) -> None:
            if checkpoint.due() or interrupted():
                checkpoint.save(state(simulation, number))
            if interrupted():
                raise KeyboardInterrupt

        simulation.epochs.watch = watch
        simulation.run()
    return simulation


@contextmanager
def _interruptions() -> Iterator[Callable[[], bool]]:
    """Says whether somebody pressed Ctrl-C, which waits for the end of the epoch; who presses it twice does not."""
    pressed = False

    def press(number: int, frame: FrameType | None) -> None:
        nonlocal pressed
        if pressed:
            raise KeyboardInterrupt
        pressed = True

    if threading.current_thread() is not threading.main_thread():
        yield lambda: False
        return
    before = signal.signal(signal.SIGINT, press)
    try:
        yield lambda: pressed
    finally:
        signal.signal(signal.SIGINT, before)
