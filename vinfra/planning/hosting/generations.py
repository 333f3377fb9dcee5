"""The generation of a processor from what a record calls it, and what a cycle of it is worth.

By its fact where its model is one (facts/processors), else by its model number: `Xeon Gold 5218` is a Cascade Lake.
Unit: work of one cycle relative to K8. Source: facts/generations, facts/microarchitectures.
"""

from __future__ import annotations

import functools
import re

from vinfra import facts
from vinfra.hardware.pace import WorkPerCycle
from vinfra.planning.records.processors import known
from vinfra.spec import Spec, field


class Rule(Spec):
    """One pattern."""

    pattern: str = field(..., "regular expression, in lower case")
    microarchitecture: str = field(..., "generation of the processors it is found in")


class ModelNumbers(Spec):
    """All of them, in order (fact kind `generations`)."""

    title: str = field(..., "what it is")
    rules: list[Rule] = field(..., "the first that is found holds", min_length=1)


@functools.cache
def generation(text: str) -> str | None:
    """The microarchitecture of the processor that a text names; None where nobody knows it."""
    processor = known(text) if text else None
    return by_number(text) if processor is None else processor.microarchitecture


def by_number(text: str) -> str | None:
    """The same by the model number alone."""
    said = re.sub(r"\((r|tm)\)", "", text.lower())
    said = re.sub(r"[\s,]+", " ", said.replace("cpu", " "))
    numbers: ModelNumbers = facts.load("generations", "model-numbers", ModelNumbers)
    return next((rule.microarchitecture for rule in numbers.rules if re.search(rule.pattern, said)), None)


def work_of(microarchitecture: str) -> float | None:
    """Work of one of its cycles relative to K8; None where it is not known."""
    found: WorkPerCycle = facts.load("microarchitectures", "work-per-cycle", WorkPerCycle)
    return found.work.get(microarchitecture)
