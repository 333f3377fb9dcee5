"""Memory below which an operating system is not made smaller, by words in its name; and the steps memory is given in.

The first rule of which a word is in the name holds. Unit: bytes. Source: facts/minimums/operating-systems.yaml.
"""

from __future__ import annotations

import functools
import math

from vinfra import facts
from vinfra.spec import Spec, field
from vinfra.units import Bytes

MIB, GIB = 2.0**20, 2.0**30
STEPS = ((2 * GIB, 256 * MIB), (8 * GIB, 512 * MIB), (16 * GIB, GIB), (64 * GIB, 4 * GIB), (math.inf, 8 * GIB))


class Rule(Spec):
    """One rule."""

    words: list[str] = field(..., "any of them in the name of the operating system", min_length=1)
    memory: Bytes = field(..., "least memory", gt=0)


class Minimums(Spec):
    """All rules, the first that holds counts (fact kind `minimums`)."""

    title: str = field(..., "what it is")
    rules: list[Rule] = field(..., "in order", min_length=1)


@functools.cache
def least_memory(os: str) -> float:
    """Least memory of an operating system by its name."""
    known: Minimums = facts.load("minimums", "operating-systems", Minimums)
    said = os.lower()
    return next((rule.memory for rule in known.rules if any(word in said for word in rule.words)), 0.0)


def stepped(memory: float) -> float:
    """Rounded up to what people give: steps of 256 MiB up to 2 GiB, 512 MiB to 8, 1 GiB to 16, 4 to 64, then 8."""
    step = next(step for most, step in STEPS if memory <= most)
    return math.ceil(memory / step - 1e-9) * step
