"""Every restore point restores what was written at its time, whatever methods, failures and retention came between.

A machine of a few blocks is written to at random. Beside the chain, which knows sizes alone, the test keeps what every
file really holds, block by block, and moves blocks as each step says it does; then it restores through the files that
the chain names.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from vinfra.backup.chain import Chain, Point, Step
from vinfra.backup.method import Method, methods
from vinfra.backup.retention import Retention
from vinfra.engine.calendar import DAY, Calendar

BLOCKS = 8
CALENDAR = Calendar(datetime(2007, 10, 1))
Content = dict[int, int]

METHODS = [
    methods["full"](),
    methods["incremental"](),
    methods["incremental"](full="every 3 days"),
    methods["forever-incremental"](),
    methods["synthetic-full"](full="every 2 days"),
    methods["synthetic-full"](full="every 2 days", rollbacks=True),
    methods["reverse-incremental"](),
]


@dataclass(frozen=True)
class Night:
    """What happens on one day and in its night; a number of `spoils` picks a point whose file rots."""

    writes: frozenset[int]
    method: int
    breaks: bool
    tracked: bool
    spoils: int | None


@dataclass
class Shadow:
    """What files hold (`files`, by the number of their point), what the machine held when each point was taken
    (`then`), and how many blocks the repository has moved."""

    chain: Chain = field(default_factory=Chain)
    disk: Content = field(default_factory=lambda: dict.fromkeys(range(BLOCKS), 0))
    files: dict[int, Content] = field(default_factory=dict)
    then: dict[int, Content] = field(default_factory=dict)
    changed: set[int] = field(default_factory=set)

    def write(self, blocks: frozenset[int], version: int) -> None:
        self.disk |= dict.fromkeys(blocks, version)
        self.changed |= blocks

    def restore(self, point: Point) -> Content:
        restored: Content = {}
        for needed in self.chain.needs(point):
            restored |= self.files[needed.number]
        return restored

    def night(self, method: Method, now: float, breaks: bool, tracked: bool) -> None:
        newest = self.chain.newest
        plan = method.plan(self.chain, now, CALENDAR, tracked)
        if newest is None or self.chain.trouble(newest) is not None:
            assert plan.kept == "whole", "what cannot be built on is followed by a full"
        assert plan.read == "whole" or tracked
        arrived = dict(self.disk) if plan.kept == "whole" else {block: self.disk[block] for block in self.changed}
        step = plan.step(self.chain, now, float(len(arrived)), float(BLOCKS))
        if breaks:
            return
        moved = self.move(step, arrived, plan.kept == "whole")
        self.chain.apply(step)
        assert (step.read, step.written, step.arrives) == (*moved, len(arrived))
        assert step.growth <= step.space
        self.then[step.point.number] = dict(self.disk)
        self.changed = set()

    def move(self, step: Step, arrived: Content, anew: bool) -> tuple[int, int]:
        """Move the blocks of a step that adds a point; how many were read and written."""
        number, last = step.point.number, step.before[-1] if step.before else None
        if anew or step.point.form == "increment":
            self.files[number] = arrived
            return 0, len(arrived)
        assert last is not None
        if step.after[:-1] == step.before:  # a second full beside the old one
            self.files[number] = self.restore(last) | arrived
            return BLOCKS, len(arrived) + BLOCKS
        if last.form == "full" and step.read == len(arrived):  # in place, at once
            self.files[number] = self.files[last.number] | arrived
            self.files[last.number] = {block: self.files[last.number][block] for block in arrived}
            return len(arrived), 2 * len(arrived)
        return self.roll(last, number, arrived)

    def roll(self, last: Point, number: int, arrived: Content) -> tuple[int, int]:
        """The full goes forward through the increments, and each leaves behind what it replaced."""
        line = [point.number for point in self.chain.needs(last)]
        full, moved = self.files[line[0]], 0
        increments = [self.files[one] for one in line[1:]] + [arrived]
        for one, increment in zip(line, increments, strict=True):
            self.files[one] = {block: full[block] for block in increment}
            full, moved = full | increment, moved + len(increment)
        self.files[number] = full
        return 2 * moved, len(arrived) + 2 * moved

    def spoil(self, pick: int) -> None:
        if self.chain.points:
            point = self.chain.points[pick % len(self.chain.points)]
            self.chain.spoil(point.number, "its file has rotted")
            self.files[point.number] = dict.fromkeys(range(BLOCKS), -1)

    def tidy(self, method: Method, retention: Retention, now: float) -> None:
        points = self.chain.points
        wanted = retention.wanted(points, CALENDAR)
        alive = {point.number for point in self.chain.living()}
        assert wanted <= alive
        harmless = Chain(points)
        harmless.apply(harmless.without({point.number for point in retention.expired(points, now, CALENDAR)}))
        kept = {point.number for point in harmless.points}
        assert {point.number for point in harmless.living()} == alive & kept and wanted <= kept
        step = method.tidy(self.chain, {point.number for point in retention.unwanted(points, now, CALENDAR)})
        self.merge(step)
        self.chain.apply(step)
        assert wanted <= {point.number for point in self.chain.living()}, "nothing that is wanted is lost"
        assert all(point.base is None or point.base in self.files for point in self.chain.points)

    def merge(self, step: Step) -> None:
        """An increment that became a full took the blocks of the fulls before it; files of removed points are gone."""
        before = {point.number: point for point in step.before}
        merged = [p.number for p in step.after if p.form == "full" and before[p.number].form == "increment"]
        moved = 0
        for number in merged:
            moved += sum(len(self.files[needed.number]) for needed in self.chain.needs(before[number])[1:])
            self.files[number] = self.restore(before[number])
        assert (step.read, step.written) == (moved, moved)
        for point in step.removed:
            del self.files[point.number]

    def check(self) -> None:
        for point in self.chain.living():
            assert self.restore(point) == self.then[point.number], f"point {point.number} restores another state"
        for point in self.chain.points:
            if not point.broken:
                assert point.size == len(self.files[point.number])


NIGHTS = st.builds(
    Night,
    writes=st.frozensets(st.integers(0, BLOCKS - 1), max_size=4),
    method=st.integers(0, len(METHODS) - 1),
    breaks=st.sampled_from([False, False, False, True]),
    tracked=st.booleans(),
    spoils=st.one_of(st.none(), st.none(), st.integers(0, 30)),
)
KEEPS = st.dictionaries(
    st.sampled_from(["daily", "weekly", "monthly", "yearly", "points"]), st.integers(1, 6), min_size=1, max_size=3
).map(lambda rules: Retention.parse([f"{count} {kind}" for kind, count in rules.items()]))


@settings(max_examples=300, deadline=None)
@given(nights=st.lists(NIGHTS, max_size=25), keep=KEEPS, one=st.one_of(st.none(), st.integers(0, len(METHODS) - 1)))
def test_every_restore_point_restores_what_was_written_at_its_time(
    nights: list[Night], keep: Retention, one: int | None
) -> None:
    """With one method all the time, or another every night."""
    shadow = Shadow()
    for number, night in enumerate(nights):
        method = METHODS[night.method if one is None else one]
        now = (number + 1) * DAY
        shadow.write(night.writes, number + 1)
        shadow.night(method, now, night.breaks, night.tracked)
        shadow.check()
        if night.spoils is not None:
            shadow.spoil(night.spoils)
        shadow.tidy(method, keep, now)
        shadow.check()


@settings(max_examples=100, deadline=None)
@given(keep=KEEPS, nights=st.integers(1, 120), broken=st.sets(st.integers(1, 120)))
def test_retention_of_independent_points_keeps_what_is_wanted_and_nothing_else(
    keep: Retention, nights: int, broken: set[int]
) -> None:
    chain = Chain()
    for number in range(1, nights + 1):
        chain.apply(chain.full(number * DAY, 1.0, 1.0))
    for number in broken & set(range(1, nights + 1)):
        chain.spoil(number, "its file has rotted")
    wanted = keep.wanted(chain.points, CALENDAR)
    alive = [point.number for point in chain.living()]
    assert not alive or alive[-1] in wanted, "the newest point that can be restored is always kept"
    chain.apply(chain.without({point.number for point in keep.expired(chain.points, nights * DAY, CALENDAR)}))
    left = {point.number for point in chain.points}
    assert wanted <= left
    assert all(number > max(wanted, default=0) for number in left - wanted), "only what broke last stays beside them"
    assert keep.wanted(chain.points, CALENDAR) == wanted, "what leaves changes nothing about what is wanted"
