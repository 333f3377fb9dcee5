"""Streams over a link: when chunks arrive, who waits for whom, and that no byte is lost or made."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vinfra.compute.streams import Failed, Streams, Way
from vinfra.compute.transit import Pipe, Transit
from vinfra.engine.activity import Resource
from vinfra.engine.clock import Clock
from vinfra.engine.sharing import Sharing
from vinfra.engine.windows import Gate, distances, run
from vinfra.storage.fabric import Fabric
from vinfra.topology.graph import Topology

BANDWIDTH, LATENCY = 100.0, 0.25
DELAYS = {("a", "b"): LATENCY, ("b", "a"): LATENCY}


class End:
    """A site with one disk; what comes is written to it."""

    def __init__(self, name: str, disk: float, window: int = 4, beat: float = 1.0, patience: float = 60.0) -> None:
        other = {"a": "b", "b": "a"}[name]
        self.clock = Clock()
        sharing = Sharing(self.clock)
        resources = {"disk": Resource("disk", disk)}
        self.streams = Streams(self.clock, sharing, resources, Fabric(Topology(), {}), patience)
        self.gate = Gate(self.clock, name, {other: LATENCY})
        self.pipe = Pipe(BANDWIDTH, LATENCY, beat, window)
        self.transit = Transit(self.clock, self.gate, self.streams, {other: self.pipe}, patience)
        self.transit.sinks["data"] = self
        self.refusal: str | None = None
        self.opened: list[Any] = []
        self.closed: list[tuple[float, Any]] = []
        self.aborted: list[Any] = []
        self.done: dict[str, float | str] = {}

    def open(self, sender: str, header: Any) -> None:
        if self.refusal is not None:
            raise Failed(self.refusal)
        self.opened.append(header)

    def way(self, sender: str, header: Any) -> Callable[[], Way]:
        return lambda: Way({"disk": 1.0})

    def close(self, sender: str, header: Any) -> None:
        self.closed.append((self.clock.now, header))

    def abort(self, sender: str, header: Any) -> None:
        self.aborted.append(header)

    def send(self, name: str, size: float, at: float = 0.0, read: bool = True, urgent: bool = False) -> None:
        self.gate.promises[name] = lambda: at if self.clock.now <= at else float("inf")
        self.clock.process(self._send(name, size, at, read, urgent), source=name)

    def _send(self, name: str, size: float, at: float, read: bool, urgent: bool) -> Any:
        yield self.clock.timeout(at)
        way = (lambda: Way({"disk": 1.0})) if read else None
        other = next(iter(self.transit.pipes))
        try:
            yield from self.transit.carry(name, other, size, way, "data", name, urgent)
            self.done[name] = self.clock.now
        except Failed as failure:
            self.done[name] = str(failure)

    def advance(self, until: float) -> None:
        if until > self.clock.now:
            self.clock.run(until=until)


def joined(a: End, b: End, until: float = 1000.0) -> None:
    run({"a": a, "b": b}, distances("ab", DELAYS), until)


def test_a_chunk_is_read_waits_for_the_beat_crosses_is_written_and_acknowledged_on_a_beat() -> None:
    a, b = End("a", disk=200.0), End("b", disk=50.0)
    a.send("one", 60.0)
    joined(a, b)
    read, sent, written = 0.3, 0.6, 1.2
    arrives = 1.0 + sent + LATENCY
    assert read < 1.0
    assert b.closed == [(pytest.approx(arrives + written), "one")]
    assert a.done["one"] == pytest.approx(4.0 + LATENCY)  # the beat after 3.05, and back


def test_what_is_urgent_waits_for_no_beat() -> None:
    a, b = End("a", disk=200.0), End("b", disk=50.0)
    a.send("one", 60.0, urgent=True)
    joined(a, b)
    assert a.done["one"] == pytest.approx(0.3 + 0.6 + LATENCY + 1.2 + LATENCY)


def test_what_is_urgent_goes_before_others_who_make_up_for_it() -> None:
    a, b = End("a", disk=1e6, window=100), End("b", disk=1e6)
    a.send("bulk", 1000.0)
    a.send("now", 100.0, at=2.5, urgent=True)
    joined(a, b)
    assert a.done["now"] == pytest.approx(2.5 + 1.0 + 2 * LATENCY, abs=0.01)
    alone, other = End("a", disk=1e6, window=100), End("b", disk=1e6)
    alone.send("bulk", 1000.0)
    joined(alone, other)
    assert float(a.pipe.free) == pytest.approx(float(alone.pipe.free) + 1.0)


def test_a_long_stream_is_as_fast_as_the_narrowest_of_disk_link_and_disk() -> None:
    for there, expected in ((1e4, BANDWIDTH), (20.0, 20.0)):
        a, b = End("a", disk=1e4), End("b", disk=there)
        a.send("one", 10_000.0)
        joined(a, b)
        (ended, _) = b.closed[0]
        assert 10_000.0 / ended == pytest.approx(expected, rel=0.05)


def test_a_slow_disk_holds_up_who_sends_to_it() -> None:
    a, b = End("a", disk=1e4, window=3), End("b", disk=1.0)
    a.send("one", 10_000.0)
    joined(a, b, until=90.0)
    assert a.pipe.sent == 300.0, "so many chunks are under way and no more"


def test_streams_on_one_link_get_the_same() -> None:
    a, b = End("a", disk=1e6), End("b", disk=1e6)
    for name in ("one", "two"):
        a.send(name, 2000.0)
    joined(a, b)
    ends = sorted(time for time, _ in b.closed)
    assert ends[0] / ends[1] > 0.9
    assert 4000.0 / ends[1] == pytest.approx(BANDWIDTH, rel=0.1)


def test_a_stream_that_is_refused_fails_with_the_reason() -> None:
    a, b = End("a", disk=1e4), End("b", disk=1e4)
    b.refusal = "the repository is full"
    a.send("one", 1000.0)
    joined(a, b)
    assert a.done["one"] == "the repository is full"
    assert (b.closed, b.aborted) == ([], [])


def test_a_site_that_is_lost_is_waited_for_so_long_and_no_longer() -> None:
    a, b = End("a", disk=1e4), End("b", disk=1e4)
    b.gate.close(float("inf"))
    a.send("one", 100.0)
    a.send("two", 2000.0, at=200.0)
    joined(a, b)
    assert (a.done["one"], a.done["two"]) == ("b does not answer", "b does not answer")


def test_patience_begins_when_what_is_before_it_has_left() -> None:
    a, b = End("a", disk=1e6, window=100, patience=5.0), End("b", disk=1e6)
    a.send("bulk", 10_000.0)
    a.send("small", 10.0, at=2.0)
    joined(a, b)
    assert isinstance(a.done["small"], float) and a.done["small"] > 90.0


def test_what_came_from_a_site_that_was_given_up_breaks_off() -> None:
    a, b = End("a", disk=1e4), End("b", disk=30.0)
    a.send("one", 1000.0)
    b.clock.call_at(5.0, b.transit.forget, "a", source="test")
    joined(a, b)
    assert (b.closed, b.aborted) == ([], ["one"])
    assert a.done["one"] == "b does not answer"


def test_a_stream_of_nothing_arrives_too() -> None:
    a, b = End("a", disk=1e4), End("b", disk=1e4)
    a.send("post", 0.0, read=False)
    joined(a, b)
    assert [header for _, header in b.closed] == ["post"]


@settings(max_examples=60)
@given(
    streams=st.lists(
        st.tuples(
            st.sampled_from("ab"),
            st.floats(0, 3000),
            st.integers(0, 30),
            st.booleans(),
            st.booleans(),
        ),
        min_size=1,
        max_size=8,
    ),
    disks=st.tuples(st.sampled_from([15.0, 80.0, 1e5]), st.sampled_from([15.0, 80.0, 1e5])),
    beat=st.sampled_from([0.1, 1.0, 7.0]),
)
def test_every_byte_that_is_sent_arrives_once_and_is_acknowledged_once(
    streams: list[tuple[str, float, int, bool, bool]], disks: tuple[float, float], beat: float
) -> None:
    """Also that promises hold whatever is under way: a broken one would stop the run."""
    ends = {"a": End("a", disks[0], beat=beat, patience=1e6), "b": End("b", disks[1], beat=beat, patience=1e6)}
    for number, (name, size, at, read, urgent) in enumerate(streams):
        ends[name].send(f"{name}-{number}", size, float(at), read, urgent)
    joined(ends["a"], ends["b"], until=1e5)
    for here, there in (("a", "b"), ("b", "a")):
        total = sum(size for name, size, *_ in streams if name == here)
        assert ends[here].pipe.sent == pytest.approx(total)
        assert ends[here].transit.sent == pytest.approx(total)
        assert ends[there].transit.arrived == pytest.approx(total)
        assert len(ends[there].closed) == sum(name == here for name, *_ in streams)
