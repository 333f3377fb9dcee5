"""How a scenario says which points it wants: ranges of values, samples of rows, and how many replications."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from vinfra.spec import Spec, field
from vinfra.units import Fraction

MOST_VALUES = 100_000  # of one range: a slip of a zero must not fill the memory
MOST_ROWS = 1_000_000  # of one design
MOST_REPLICATIONS = 10_000
Kind = Literal["latin-hypercube", "sobol", "random"]


class Range(Spec):
    """Values between two ends, both included."""

    start: int | float | str = field(..., "the first value, a number or a quantity with its unit", alias="from")
    to: int | float | str = field(..., "the last value, in the same unit")
    step: int | float | str | None = field(None, "from one value to the next, in the same unit")
    count: int | None = field(None, "how many values, in place of `step`", ge=2, le=MOST_VALUES)
    scale: Literal["linear", "log"] = field("linear", "values are evenly apart, or their logarithms are")


class Design(Spec):
    """A sample of what `sweep` spans; a list is drawn from evenly, a range everywhere between its ends."""

    kind: Kind = field(..., "how rows are drawn")
    points: int = field(..., "how many rows; of sobol a power of two", ge=1, le=MOST_ROWS)
    seed: int = field(0, "another seed is another sample", ge=0, le=2**32 - 1)


class Replications(Spec):
    """As many seeds as it takes until the means are known well enough: a point stops at the first replication at which
    every 95 % interval (Student's t) is as narrow as asked."""

    at_least: int = field(5, "replications before the intervals are looked at", ge=2, le=MOST_REPLICATIONS)
    at_most: int = field(100, "replications at which it stops in any case", ge=2, le=MOST_REPLICATIONS)
    until: dict[str, Annotated[Fraction, Field(gt=0)]] = field(
        ..., "metric: half the width of its interval, as a part of its mean, such as 1 %", min_length=1
    )
