"""Published measurements as they were published: rows of numbers with hardware, unit, source and use.

`calibrate` rows may give constants to models, `validate` rows are predicted and give nothing, `context` rows are
background: not predicted, though a constant may be derived from one and says so. Source: facts/published, each row
with its own.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from vinfra import facts
from vinfra.spec import Spec, field


class Range(Spec):
    """A number published as two ends, or as one that is not passed."""

    low: float | None = field(None, "lower end")
    high: float | None = field(None, "upper end")
    above: float | None = field(None, "it is more than this")
    below: float | None = field(None, "it is less than this")


class Measurement(Spec):
    """One row of a published table."""

    table: str = field(..., "where it stands")
    hardware: str | None = field(None, "what it was measured on")
    metric: str = field(..., "what was measured")
    unit: str = field(..., "unit of every number of the row")
    workload: str = field(..., "what ran")
    values: dict[str, float | Range] = field(..., "the numbers by platform or by what they say", min_length=1)
    compares: list[str] = field([], "numbers that are one quantity on several platforms, so that they have an order")
    change: bool = field(False, "whether its percents say by how much something else differs, such as a time")
    evidence: Literal["seen-primary", "seen-secondary", "recalled"] = field(..., "how the source was read")
    use: Literal["calibrate", "validate", "context"] = field(..., "what it may be used for")
    remark: str | None = field(None, "what else the source says")


class Table(Spec):
    """The rows of one source (fact kind `published`)."""

    title: str = field(..., "what the source is about")
    rows: dict[str, Measurement] = field(..., "rows by their identity", min_length=1)


@dataclass(frozen=True, slots=True)
class Value:
    """One published number: both ends of a range, equal for a plain number; `bound` is `above`, `below` or empty."""

    low: float
    high: float
    bound: str = ""

    @property
    def plain(self) -> bool:
        """Whether it is a number, and neither a range nor a bound."""
        return self.low == self.high and not self.bound

    def __str__(self) -> str:
        if self.low != self.high:
            return f"{self.low:g} to {self.high:g}"
        return f"{self.bound} {self.low:g}".strip()

    @property
    def middle(self) -> float:
        """The number itself, or the middle of its range."""
        return (self.low + self.high) / 2


def value(written: float | Range) -> Value:
    """A number of a row as a Value; ValueError for a range that says neither two ends nor one bound."""
    if not isinstance(written, Range):
        return Value(float(written), float(written))
    if written.low is not None and written.high is not None:
        return Value(written.low, written.high)
    if written.above is not None:
        return Value(written.above, written.above, "above")
    if written.below is not None:
        return Value(written.below, written.below, "below")
    raise ValueError("a range has low and high, or above, or below")


@functools.cache
def titles() -> Mapping[str, str]:
    """What each source is about, by its citation."""
    return {
        facts.read_one("published", name).provenance[()].source: facts.load("published", name, Table).title
        for name in facts.names("published")
    }


@functools.cache
def rows() -> Mapping[str, tuple[Measurement, str]]:
    """Every row with the citation of its source, by identity, in the order of names and tables."""
    found: dict[str, tuple[Measurement, str]] = {}
    for name in facts.names("published"):
        source = facts.read_one("published", name).provenance[()].source
        for identity, row in facts.load("published", name, Table).rows.items():
            if identity in found:
                raise ValueError(f"two published rows are called {identity}")
            found[identity] = (row, source)
    return dict(sorted(found.items()))
