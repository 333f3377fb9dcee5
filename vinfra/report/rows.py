"""The rows of a timeline's picture: a lane is a row, thousands of machines can be one, headings stand between.

A bar is part of its row from `below` to `below + share` of the height: the load of a proxy, or how many machines are in
a state. Heights are pixels, times seconds.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from vinfra.report.crowd import stacked
from vinfra.report.lanes import Lane, title
from vinfra.report.tones import Tone, load

ROW, THIN, LOAD, CROWD = 17, 13, 28, 84  # a lane, one of many, the load of a proxy, all machines together
HEAD, GAP = 22, 8  # a heading, and what is free between kinds
MANY = 24  # lanes of a kind that are drawn thinner
FEW = 6  # proxies whose load has room
RARE = {"fault", "restore"}


@dataclass(frozen=True, slots=True)
class Bar:
    """A state from one moment to another."""

    state: str
    tone: Tone
    start: float
    end: float
    share: float = 1.0
    below: float = 0.0


@dataclass(frozen=True, slots=True)
class Row:
    """`rare` rows hold few and short states that must be seen."""

    name: str
    kind: str
    height: int
    bars: Sequence[Bar]
    rare: bool = False


@dataclass(frozen=True, slots=True)
class Placed:
    """A row and where its top is; a heading is a row without bars."""

    row: Row
    top: int

    @property
    def middle(self) -> int:
        """Where its name stands."""
        return self.top + self.row.height // 2


def rows(found: Sequence[Lane]) -> Iterator[Row]:
    """A row for each lane."""
    count = {lane.kind: 0 for lane in found}
    for lane in found:
        count[lane.kind] += 1
    for lane in found:
        full = max((load(interval.state) or 0 for interval in lane.intervals), default=0)
        usual = THIN if count[lane.kind] > MANY else ROW
        height = LOAD if full > 1 and count[lane.kind] <= FEW else usual
        name = f"{lane.name}, up to {full}" if full > 1 else lane.name
        bars = list(_bars(lane, full))
        yield Row(name, lane.kind, height, bars, lane.kind in RARE)


def _bars(lane: Lane, full: int) -> Iterator[Bar]:
    for interval in lane.intervals:
        busy = load(interval.state)
        share = 1.0 if busy is None else busy / full
        yield Bar(interval.state, lane.tone(interval), interval.start, interval.end, share)


def crowd(machines: Sequence[Lane], end: float, nights: int) -> Row:
    """All machines as one row."""
    every = len(machines)
    bars = [
        Bar(f"{count:,} {known.words}", known, start, stop, count / every, below / every)
        for known, count, start, stop, below in stacked(machines, end, nights)
    ]
    return Row(f"all {every:,}", "vm", CROWD, bars)


def placed(every: Iterable[Row]) -> tuple[list[Placed], list[Placed], int]:
    """Rows with their places, headings with theirs, and the height of all."""
    found: list[Placed] = []
    heads: list[Placed] = []
    top = 0
    for row in every:
        if not found or found[-1].row.kind != row.kind:
            top += GAP if found else 0
            heads.append(Placed(Row(title(row.kind), row.kind, HEAD, ()), top))
            top += HEAD
        found.append(Placed(row, top))
        top += row.height
    return found, heads, top + GAP
