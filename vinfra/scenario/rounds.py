"""Which points are still missing, round by round, until every row of every variant has the replications it needs.

The first round asks for what every point has in any case. Each later one gives every point that is not known well
enough its next replications: one, or more where there are more processes than such points, so that none stands idle.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from vinfra.scenario.ledger import apart, key
from vinfra.scenario.points import Column, Row, Spot
from vinfra.scenario.replications import Measured, Stopping, Watch

AHEAD = 2  # replications asked for at once for each process: one it works at, one that waits


class _Group:
    """One row of one variant: its replications by number, and how many of them are enough."""

    def __init__(self, column: Column, row: Row, stopping: Stopping) -> None:
        self.column, self.row = column, row
        self.found: dict[int, Measured] = {}
        self._watch = Watch(stopping)

    @property
    def enough(self) -> int | None:
        """How many of its replications are enough, where they are."""
        return self._watch.enough

    def settle(self) -> None:
        """See whether the replications that are there without a gap are enough."""
        while self.enough is None and self._watch.seen in self.found:
            self._watch.see(self.found[self._watch.seen])

    def lacks(self, until: int) -> Iterable[Spot]:
        """Replications below `until` that are not there; those that were seen are."""
        numbers = range(self._watch.seen, until)
        return (Spot(self.column, self.row, number) for number in numbers if number not in self.found)


class Rounds:
    """The points of a run. `done` maps the key of each point that is in the ledger to its metrics."""

    def __init__(
        self, stopping: Stopping, columns: Sequence[Column], rows: Sequence[Row], done: Mapping[str, Measured]
    ) -> None:
        self.stopping = stopping
        self._groups = [_Group(column, row, stopping) for row in rows for column in columns]
        self._of = {apart(key(group.column.name, group.row.at, 0))[0]: group for group in self._groups}
        for name, measured in done.items():
            common, number = apart(name)
            if common in self._of and number < stopping.at_most:
                self._of[common].found[number] = measured
        for group in self._groups if done else ():
            group.settle()

    def missing(self, processes: int = 1) -> list[Spot]:
        """What to simulate next, in the order of the file; nothing when the run is complete."""
        for group in self._groups:
            group.settle()
        rest = [group for group in self._groups if group.enough is None]
        first = [spot for group in rest for spot in group.lacks(self.stopping.at_least)]
        if first or not rest:
            return first
        step = max(1, AHEAD * processes // len(rest)) if processes > 1 else 1
        until = {id(group): min(len(group.found) + step, self.stopping.at_most) for group in rest}
        return [spot for group in rest for spot in group.lacks(until[id(group)])]

    def note(self, variant: str, at: Mapping[str, object], replication: int, measured: Measured) -> None:
        """A point is done."""
        common, number = apart(key(variant, dict(at), replication))
        self._of[common].found[number] = measured

    def spots(self) -> list[Spot]:
        """The points of the answer, row by row, variant by variant, replication by replication."""
        return [
            Spot(group.column, group.row, number)
            for group in self._groups
            for number in range(group.enough if group.enough is not None else self.stopping.at_least)
        ]

    @property
    def done(self) -> int:
        """Points that are there and count."""
        return sum(min(len(group.found), group.enough or len(group.found)) for group in self._groups)
