"""States that many entities come to together leave the intervals that each would leave by itself."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from vinfra.engine.names import Names
from vinfra.engine.recorder import Recorder

COUNT = 12
patterns = st.lists(st.lists(st.booleans(), min_size=COUNT, max_size=COUNT), max_size=8)


@given(patterns, st.integers(0, 8))
def test_switching_many_is_entering_one_by_one(pattern: list[list[bool]], stop: int) -> None:
    names = Names.numbered("esx", COUNT)
    single, many, later = Recorder(), Recorder(), Recorder()
    switches, again = many.switches(names, "full"), later.switches(names, "full")
    for recorder in (single, many):
        recorder.enter("esx-3/else", "busy", 1.0)
    for number, inside in enumerate(pattern):
        for name, one in zip(names, inside, strict=True):
            single.enter(name, "full" if one else "", 300.0 * number)
        switches.enter(np.array(inside), 300.0 * number)
        if number == stop:
            later.restore(many.state())
        elif number > stop:
            again.enter(np.array(inside), 300.0 * number)
    end = 300.0 * len(pattern)
    assert many.intervals(end) == single.intervals(end)
    if stop < len(pattern):
        assert later.intervals(end) == many.intervals(end)
