"""The timelines of the page: for each variant who did what when, told in a sentence and drawn lane by lane.

A run of one night is one picture; a longer one opens at its worst night and lets the reader choose another, or all of
it. Of many VMs those with trouble are drawn first; everything else is counted, and all of it is in events.parquet.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from vinfra.report import gantt
from vinfra.report.comparison import grouped, where
from vinfra.report.lanes import Lane, lanes, windows
from vinfra.report.rows import crowd, rows
from vinfra.report.spans import Span, Told, sentence, spans
from vinfra.report.tones import TONES, Tone
from vinfra.scenario.results import Run

VMS = 60  # lanes of VMs in one picture
SOME = 40  # of more than that, beside a row for all of them
OTHERS = 16  # lanes of any other kind
PANELS = 24
OPEN = 6  # pictures that are unfolded before the reader asks for more, of the first row of a sweep
BARS = 40_000  # on one page: about a megabyte
QUIET = {"host", "guest I/O"}  # kinds that are no story by themselves


@dataclass(frozen=True, slots=True)
class Panel:
    """The timeline of one point: a sentence, the spans to choose from, the picture, and what it leaves out."""

    id: str
    title: str
    sentence: str
    spans: list[Span]
    chosen: int
    more: str
    unfolded: bool
    picture: gantt.Picture

    @property
    def data(self) -> dict[str, Any]:
        """What the page's script needs of it."""
        about = {"id": self.id, "chosen": self.chosen}
        about |= {"spans": [[span.begin, span.end, span.sentence] for span in self.spans]}
        return {**about, "spec": self.picture.spec, **self.picture.data}


@dataclass(frozen=True, slots=True)
class Timelines:
    """All panels, the tones that occur in them, whether any has a window, and how many points are not shown."""

    panels: list[Panel]
    tones: list[Tone]
    windowed: bool
    left_out: int


def timelines(run: Run) -> Timelines:
    """A panel for each variant at each row of the sweep that has a story to tell; the first replication."""
    told = list(_told(run))
    shown, room = told[:PANELS], BARS // min(PANELS, max(1, len(told)))
    panels = [_panel(f"timeline-{index}", one, told, index, room) for index, one in enumerate(shown)]
    used = {lane.tone(interval).name for one in shown for lane in one.lanes for interval in lane.intervals}
    windowed = any(windows(one.point.intervals) for one in shown)
    return Timelines(panels, [known for known in TONES if known.name in used], windowed, len(told) - len(shown))


def sentences(run: Run) -> Iterator[tuple[str, str]]:
    """The name of each panel and what it says in a sentence, for where there are no pictures."""
    for one in _told(run):
        if any(lane.kind in ("job", "restore") for lane in one.lanes):
            yield one.name, sentence(*spans(one, one.last))


def _told(run: Run) -> Iterator[Told]:
    """Points that have something to tell."""
    for at, points in grouped(run.points):
        for variant in run.variants:
            point = next((point for point in points if point.variant == variant.name and point.intervals), None)
            found = [] if point is None else lanes(point.intervals)
            if point is not None and any(lane.kind not in QUIET for lane in found):
                yield Told(f"{variant.name}, {where(at)}" if at else variant.name, at, point, found)


def _fewer(found: Sequence[Lane]) -> list[Lane]:
    """The lanes to draw, in order: of each kind those with trouble first, the worst of it before the others; where even
    those are too many, some from everywhere, and a quarter of the room for the others."""
    kept: set[tuple[str, str]] = set()
    troubles = {(lane.kind, lane.name): lane.trouble for lane in found}
    for kind in {lane.kind for lane in found}:
        mine = [lane for lane in found if lane.kind == kind]
        room = len(mine) if len(mine) <= (VMS if kind == "vm" else OTHERS) else SOME if kind == "vm" else OTHERS
        for level in (2, 1, 0):
            alike = [lane for lane in mine if troubles[lane.kind, lane.name] == level]
            rest = any(troubles[lane.kind, lane.name] < level for lane in mine)
            taken = _spread(alike, len(alike) if len(alike) <= room else 3 * room // 4 if rest else room)
            kept |= {(lane.kind, lane.name) for lane in taken}
            room -= len(taken)
    return [lane for lane in found if (lane.kind, lane.name) in kept]


def _spread(found: Sequence[Lane], count: int) -> list[Lane]:
    """So many of them, evenly from the first to the last."""
    return [found[index * len(found) // count] for index in range(count)]


def _panel(name: str, one: Told, told: Sequence[Told], index: int, room: int) -> Panel:
    """The panel of a point; those of a row of the sweep share their axis, and those of the first row are unfolded."""
    seen, chosen = spans(one, max(other.last for other in told if other.at == one.at))
    found, whole = _fewer(one.lanes), seen[-1]
    drawn, machines = list(rows(found)), [lane for lane in one.lanes if lane.kind == "vm"]
    if sum(lane.kind == "vm" for lane in found) < len(machines):
        first = next(place for place, row in enumerate(drawn) if row.kind == "vm")
        drawn.insert(first, crowd(machines, whole.end, len(seen)))
    picture = gantt.draw(drawn, windows(one.point.intervals), one.calendar, whole.end, room)
    said = whole.sentence if len(seen) > 2 else sentence(seen, chosen)
    unfolded = index < OPEN and one.at == told[0].at
    return Panel(name, one.name, said, seen, chosen, _more(one.lanes, found, picture), unfolded, picture)


def _more(every: Sequence[Lane], found: Sequence[Lane], picture: gantt.Picture) -> str:
    """What the picture leaves out."""
    shown = {(lane.kind, lane.name) for lane in found}
    left = [lane for lane in every if (lane.kind, lane.name) not in shown]
    machines = [lane for lane in left if lane.kind == "vm"]
    bad = sum(lane.trouble > 0 for lane in machines)
    words = []
    if machines:
        quiet = f"{len(machines) - bad:,} more VMs without trouble" if len(machines) > bad else ""
        words.append(" and ".join(filter(None, [f"{bad:,} more VMs with trouble" if bad else "", quiet])))
    others = len(left) - len(machines)
    words += [f"{others:,} more lanes of other kinds"] if others else []
    words += [f"{picture.left_out:,} shorter intervals"] if picture.left_out else []
    return f"Not drawn: {', '.join(words)}; all are in events.parquet." if words else ""
