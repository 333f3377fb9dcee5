"""Where points are simulated. `local` is this process; other packages add runners by the entry point group
vinfra.runners.

A runner takes jobs and yields points in any order; the ledger and the canonical order make that invisible.
"""

from __future__ import annotations

import importlib.metadata
from collections.abc import Iterable, Iterator
from typing import Protocol

from vinfra.errors import InputError, Place, suggest
from vinfra.scenario.inputs import Inputs
from vinfra.scenario.results import Point
from vinfra.scenario.simulate import Job, simulate

GROUP = "vinfra.runners"


class Runner(Protocol):
    """What a runner must do."""

    def work(self, jobs: Iterable[Job], inputs: Inputs) -> Iterator[Point]:
        """Simulate every job."""


class Local:
    """One point after the other, in this process."""

    def work(self, jobs: Iterable[Job], inputs: Inputs) -> Iterator[Point]:
        """Simulate every job."""
        for job in jobs:
            yield simulate(job, inputs)


def runner(name: str) -> Runner:
    """The runner of that name; InputError with the ones there are."""
    if name == "local":
        return Local()
    points = {point.name: point for point in importlib.metadata.entry_points(group=GROUP)}
    if name not in points:
        raise InputError.at(Place("--on"), f"no runner '{name}' is installed{suggest(name, ['local', *points])}")
    made: Runner = points[name].load()()
    return made
