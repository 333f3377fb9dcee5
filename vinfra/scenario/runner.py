"""Where points are simulated. `local` is this process; other packages add runners by the entry point group
vinfra.runners.

A runner takes spots and yields their points in any order, in handfuls that are written together; the ledger and the
canonical order make both invisible.
"""

from __future__ import annotations

import importlib.metadata
from collections.abc import Generator, Sequence
from types import TracebackType
from typing import Protocol, Self

from vinfra.document import Document
from vinfra.errors import InputError, Place, suggest
from vinfra.scenario.inputs import Inputs
from vinfra.scenario.ledger import Entry, entry
from vinfra.scenario.points import Spot
from vinfra.scenario.simulate import simulate

GROUP = "vinfra.runners"


class Runner(Protocol):
    """What a runner must do. It is a context manager: what it holds is let go at the end, however it comes.

    `processes` is how many points are simulated at a time; `cpu_s` how many CPU seconds were spent in other processes;
    `remarks` are sentences for whoever asked.
    """

    processes: int
    cpu_s: float
    remarks: list[str]

    def __enter__(self) -> Self:
        """Get ready."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Let go."""

    def work(self, spots: Sequence[Spot], document: Document, inputs: Inputs) -> Generator[list[Entry]]:
        """Simulate every spot of the scenario, each exactly once; may be asked again, always of the same scenario."""


class Local:
    """One point after the other, in this process."""

    processes = 1
    cpu_s = 0.0

    def __init__(self) -> None:
        self.remarks: list[str] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        pass

    def work(self, spots: Sequence[Spot], document: Document, inputs: Inputs) -> Generator[list[Entry]]:
        """Simulate every spot."""
        for spot in spots:
            made = entry(simulate(spot, document, inputs))
            if inputs.checkpoints is not None:
                self.remarks += inputs.checkpoints.remarks
                inputs.checkpoints.remarks.clear()
            yield [made]


def runner(name: str, address: str | None = None, actors: int | None = None) -> Runner:
    """The runner of that name, not yet entered; `address` of a cluster and number of `actors` as its kind has them.
    InputError with the runners there are."""
    if name == "local":
        for option, value in (("--address", address), ("--actors", actors)):
            if value is not None:
                raise InputError.at(Place(option), "says where on a cluster; add --on ray, or leave it out")
        return Local()
    points = {point.name: point for point in importlib.metadata.entry_points(group=GROUP)}
    if name not in points:
        raise InputError.at(Place("--on"), f"no runner '{name}' is installed{suggest(name, ['local', *points])}")
    made: Runner = points[name].load()(address=address, actors=actors)
    return made
