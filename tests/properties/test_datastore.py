"""Space of a datastore under whatever happens in whatever order: nobody ever has more than there is, a delta grows
while its guest writes and not otherwise, and it is full first at the moment that was foretold.
"""

from __future__ import annotations

import math

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from vinfra.storage.datastore import STEP, Space
from vinfra.workloads.writable_set import WritableSet

MIB = 2.0**20
ROUNDING = 1.0  # bytes
GUESTS = st.sampled_from(["one", "two", "three", "four"])


class Datastore(RuleBasedStateMachine):
    """A datastore with room for 40 steps; guests of all sorts come, stop, go on and leave."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0
        self.space = Space(100 * STEP, 60 * STEP)

    @rule(name=GUESTS, rate=st.floats(0.01, 50), size=st.floats(1, 2000))
    def begin(self, name: str, rate: float, size: float) -> None:
        if name not in self.space.deltas and self.space.room(self.now):
            self.space.open(name, WritableSet((size * MIB,), (rate * MIB,)), self.now)

    @rule(seconds=st.floats(0.1, 5000))
    def pass_time(self, seconds: float) -> None:
        end = self.now + seconds
        while (at := self.space.fills_at(self.now)) <= end:
            assert at >= self.now
            self.now = at
            grown = {name: self.space.grown(name, at) for name in self.space.deltas}
            stopped = self.space.stand_still(at)
            assert stopped, "somebody needs what is not there"
            assert all(self.space.grown(name, at) <= grown[name] + ROUNDING for name in stopped)
            self.fits()
        before = {name: self.space.grown(name, self.now) for name in self.space.deltas}
        writing = {name for name, delta in self.space.deltas.items() if delta.growing}
        for name, was in before.items():
            later = self.space.grown(name, end)
            assert later >= was - ROUNDING if name in writing else later == was
        self.now = end

    @precondition(lambda self: self.space.deltas)
    @rule(data=st.data())
    def leave(self, data: st.DataObject) -> None:
        self.space.close(data.draw(st.sampled_from(sorted(self.space.deltas))), self.now)

    @precondition(lambda self: self.space.deltas)
    @rule(data=st.data(), off=st.booleans())
    def switch(self, data: st.DataObject, off: bool) -> None:
        name = data.draw(st.sampled_from(sorted(self.space.deltas)))
        was = self.space.grown(name, self.now)
        (self.space.freeze if off else self.space.thaw)(name, self.now)
        assert abs(self.space.grown(name, self.now) - was) < ROUNDING

    @rule(part=st.floats(0, 1))
    def others(self, part: float) -> None:
        self.space.take(0.0)
        self.space.take(part * self.space.free(self.now))

    @rule()
    def go_on(self) -> None:
        waiting = [name for name, delta in self.space.deltas.items() if delta.still and not delta.off]
        room = self.space.free(self.now) // STEP
        assert len(self.space.go_on(self.now)) >= min(len(waiting), room)

    @invariant()
    def fits(self) -> None:
        space = self.space
        assert space.taken + space.others + space.allocated(self.now) <= space.size + ROUNDING
        assert all(space.grown(name, self.now) <= STEP * delta.steps(self.now) for name, delta in space.deltas.items())

    @invariant()
    def is_full_first_when_it_was_foretold(self) -> None:
        at = self.space.fills_at(self.now)
        if at == math.inf:
            return
        just_before = at - max(1e-6 * (at - self.now), 1e-6)
        if self.now < just_before:
            assert (
                self.space.taken + self.space.others + self.space.allocated(just_before) <= self.space.size + ROUNDING
            )
            assert self.space.taken + self.space.others + self.space.allocated(at) > self.space.size - ROUNDING


Datastore.TestCase.settings = settings(max_examples=40, stateful_step_count=25, deadline=None)
test_whatever_happens_nobody_has_more_than_there_is = Datastore.TestCase
