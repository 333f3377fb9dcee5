"""vinfra from Python: load a question, change it, run it.

question = vinfra.load("scenarios/fleet/planetlab-day.yaml").with_("hosts.g4.count", 200)
run = vinfra.run(question)
run["dvfs"].metrics["energy_kwh"]
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vinfra.document import Document
from vinfra.errors import Place
from vinfra.scenario.inputs import Inputs
from vinfra.scenario.load import read
from vinfra.scenario.overrides import Override, apply
from vinfra.scenario.results import Run
from vinfra.scenario.run import plan, work
from vinfra.scenario.runner import runner


@dataclass(frozen=True, slots=True)
class Question:
    """A scenario as it was written; changing it gives a new one."""

    document: Document

    def with_(self, path: str, value: Any) -> Question:
        """The same question with one value changed, written as in the file (`"4 GiB"`); InputError for a wrong path."""
        place = Place(f"with_({path!r})")
        return Question(apply(self.document, Override(path, value, {(): place})))


def load(path: str | os.PathLike[str]) -> Question:
    """The question in a file; InputError for what cannot be read."""
    return Question(read(path))


def run(
    question: Question,
    on: str = "local",
    out: str | os.PathLike[str] | None = None,
    fresh: bool = False,
    address: str | None = None,
    actors: int | None = None,
) -> Run:
    """Simulate what is missing of the run and return it whole; InputError with every problem of the question.

    `on` names a runner (`local` or `ray`, with the address of a cluster and a number of actors), `out` the run folder
    (by default results/<scenario>/<identity>), `fresh` forgets earlier points.
    """
    chosen, inputs = runner(on, address, actors), Inputs()
    return work(plan(question.document, inputs, out=None if out is None else Path(out)), inputs, chosen, fresh)
