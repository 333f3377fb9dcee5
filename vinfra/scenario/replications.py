"""How many replications a point has: a number, or as many as it takes until its means are known well enough.

A point stops at the first replication n >= at_least at which, over its replications 0 .. n-1 and for every metric asked
of, t(0.975, n-1) s / sqrt(n) <= part * |mean|. What decides is that prefix alone, so neither the order of computing nor
the number of processes changes n; replications that were simulated beyond it are left out of the answer.
Source: the sequential rule of Chow and Robbins (Annals of Mathematical Statistics 1965); at_least keeps it from
stopping on a lucky pair.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from vinfra.document import Document
from vinfra.errors import InputError, Problem
from vinfra.metrics.interval import quantile
from vinfra.metrics.metric import find
from vinfra.scenario.references import place
from vinfra.scenario.schema_rows import Replications

Measured = Mapping[str, float | None]


@dataclass(frozen=True, slots=True)
class Stopping:
    """At least and at most so many replications; between them, `until` is metric column -> part of its mean."""

    at_least: int
    at_most: int
    until: Mapping[str, float]

    def enough(self, replications: Sequence[Measured]) -> int | None:
        """How many of these, in their order, are enough; None where more are needed. A point that was refused or
        failed has no metrics; it counts, and its interval is over the others."""
        watch = Watch(self)
        for measured in replications:
            watch.see(measured)
        return watch.enough


class Watch:
    """The replications of one point, seen one by one in their order; `enough` is how many are, once they are."""

    def __init__(self, stopping: Stopping) -> None:
        self.seen = 0
        self.enough: int | None = None
        self._stopping = stopping
        fixed = stopping.at_least == stopping.at_most
        self._running = {} if fixed else {column: _Running() for column in stopping.until}

    def see(self, measured: Measured) -> None:
        """The next replication."""
        if self.enough is not None:
            return
        self.seen += 1
        for column, values in self._running.items():
            if (value := measured.get(column)) is not None:
                values.add(value)
        if self.seen >= self._stopping.at_most or (self.seen >= self._stopping.at_least and self._known()):
            self.enough = self.seen

    def _known(self) -> bool:
        asked = self._stopping.until.items()
        return bool(self._running) and all(self._running[column].within(part) for column, part in asked)


class _Running:
    """Mean and variance of numbers one by one (Welford, Technometrics 1962)."""

    def __init__(self) -> None:
        self.count, self.mean, self.squares = 0, 0.0, 0.0

    def add(self, value: float) -> None:
        self.count += 1
        apart = value - self.mean
        self.mean += apart / self.count
        self.squares += apart * (value - self.mean)

    def within(self, part: float) -> bool:
        """Whether the interval is narrow enough; it is where there is nothing to know, and not after one value."""
        if self.count < 2:
            return self.count == 0
        half = quantile(self.count - 1) * math.sqrt(self.squares / (self.count - 1) / self.count)
        return half <= part * abs(self.mean)


def stopping(asked: int | Replications | None, document: Document) -> Stopping:
    """What was asked; InputError for a metric that there is not, and for bounds that leave no room. Where the schema
    did not understand what was asked (None), metrics are looked up all the same."""
    problems = [*_unknown(document)]
    if isinstance(asked, Replications) and asked.at_most < asked.at_least:
        sentence = f"must be at least `at_least`, which is {asked.at_least}; got {asked.at_most}"
        problems.append(Problem(place(document, ("replications", "at_most")), "replications.at_most", sentence))
    if problems:
        raise InputError(problems)
    if not isinstance(asked, Replications):
        return Stopping(asked or 1, asked or 1, {})
    until = {find(name).column: part for name, part in asked.until.items()}
    return Stopping(asked.at_least, asked.at_most, until)


def _unknown(document: Document) -> Iterator[Problem]:
    """Metrics that there are not."""
    written = document.data.get("replications")
    until = written.get("until") if isinstance(written, dict) else None
    for name in until if isinstance(until, dict) else ():
        try:
            find(str(name))
        except KeyError as unknown:
            at = place(document, ("replications", "until", name))
            yield Problem(at, f"replications.until.{name}", str(unknown.args[0]))
