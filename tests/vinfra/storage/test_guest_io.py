"""What guests read and write: shared by what they have outstanding, slowed down by others, over the way there is."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vinfra.engine.activity import Resource
from vinfra.engine.clock import Clock
from vinfra.engine.recorder import Recorder
from vinfra.engine.sharing import Sharing
from vinfra.storage.fabric import Fabric, Presented
from vinfra.storage.guest_io import GuestIo
from vinfra.storage.guest_stream import Pattern, Seat
from vinfra.topology.graph import Segment, build

SERVICE = 0.005  # seconds of one I/O on an idle disk, whatever its kind
SPINDLES = 10
SMALL = Pattern(block=8192.0, reads=0.5, sequential=0.0, outstanding=4.0)
LARGE = Pattern(block=65536.0, reads=1.0, sequential=0.0, outstanding=4.0)


@dataclass(frozen=True)
class PlainLun:
    """A LUN that takes 5 ms of a disk for a read and twice that for a write, and queues as M/M/1 does."""

    def per_byte(self, block: float, direction: str, sequential: bool) -> float:
        return SERVICE * (2 if direction == "write" else 1) / block

    def response(self, block: float, direction: str, sequential: bool, utilisation: float, outstanding: float) -> float:
        return SERVICE / max(1 - utilisation, 1e-3)


class Room:
    """Two hosts with two HBAs each, one LUN of ten disks, and two groups of guests."""

    def __init__(self, speed: float = 500e6) -> None:
        san = Segment("fibre-channel", speed, ["esx", "array1"])
        networks = build({"san": san}, {"esx": ["esx-1", "esx-2"]}, {"esx-1": 2, "esx-2": 2}, {"array1": 2})
        self.fabric = Fabric(networks, {"vmfs": Presented("array1")})
        self.clock, self.recorder = Clock(), Recorder()
        self.sharing = Sharing(self.clock)
        capacities = self.fabric.capacities() | {"lun/vmfs": float(SPINDLES)}
        self.resources = {name: Resource(name, capacity) for name, capacity in sorted(capacities.items())}
        luns: dict[str, Any] = {"vmfs": PlainLun()}
        patterns = {"small": SMALL, "large": LARGE}
        self.io = GuestIo(self.clock, self.sharing, self.fabric, luns, patterns, self.resources, self.recorder)

    def run(self, until: float) -> dict[Seat, tuple[float, float, float]]:
        self.clock.run(until=until)
        found = self.io.span()
        for name, one, other in self.io.balance():
            assert one == pytest.approx(other, rel=1e-9, abs=1e-6), name
        for name, resource in self.resources.items():
            others = sum(
                a.served * s
                for a in resource.activities.values()
                for r, s in a.uses
                if r is resource and not a.name.startswith("io/")
            )
            assert self.io.used(name) + others == pytest.approx(resource.carried(until), rel=1e-9, abs=1e-6), name
        return found

    def copy(self, outstanding: float, start: float = 0.0) -> None:
        """A copy of 64 KiB reads that never ends."""
        uses = {self.resources["lun/vmfs"]: SERVICE / 65536}
        go = lambda: self.sharing.start("copy", math.inf, uses, outstanding * 65536)  # noqa: E731
        self.clock.call_at(start, go)


ONE, TWO = Seat("small", "esx-1", "vmfs"), Seat("small", "esx-2", "vmfs")


def latency(found: tuple[float, float, float]) -> float:
    return found[1] / found[0]


def test_ios_that_are_wanted_are_done_and_take_the_response_time_of_the_lun() -> None:
    room = Room()
    room.io.want({ONE: (10, 400.0)})
    found = room.run(100.0)[ONE]
    busy = 400 * 1.5 * SERVICE / SPINDLES
    assert found[0] == pytest.approx(40_000) == pytest.approx(found[2])
    assert latency(found) == pytest.approx(SERVICE / (1 - busy))


def test_where_more_is_wanted_than_disks_can_do_littles_law_is_the_latency() -> None:
    room = Room()
    room.io.want({ONE: (10, 1e6)})
    found = room.run(100.0)[ONE]
    assert found[0] == pytest.approx(100 * SPINDLES / (1.5 * SERVICE))
    assert latency(found) * found[0] / 100 == pytest.approx(10 * SMALL.outstanding)


def test_a_guest_gets_no_more_than_its_outstanding_ios_of_an_idle_lun() -> None:
    room = Room()
    room.io.want({ONE: (1, 1e6)})
    found = room.run(10.0)[ONE]
    assert found[0] == pytest.approx(10 * SMALL.outstanding / SERVICE)
    assert latency(found) == pytest.approx(SERVICE)


def test_who_has_more_outstanding_gets_more_ios_of_a_full_lun_and_all_wait_alike() -> None:
    room = Room()
    large = Seat("large", "esx-2", "vmfs")
    room.io.want({ONE: (30, 1e6), large: (10, 1e6)})
    found = room.run(50.0)
    assert found[ONE][0] == pytest.approx(3 * found[large][0])
    assert latency(found[ONE]) == pytest.approx(latency(found[large]))


def test_who_wants_little_of_a_full_lun_gets_it_and_waits_with_the_others() -> None:
    room = Room()
    room.io.want({ONE: (10, 1e6), TWO: (1, 10.0)})
    found = room.run(50.0)
    assert found[TWO][0] == pytest.approx(500.0)
    assert latency(found[TWO]) == pytest.approx(latency(found[ONE]))


def test_a_copy_that_starts_within_an_epoch_counts_for_its_time() -> None:
    alone, beside, half = Room(), Room(), Room()
    beside.copy(32)
    half.copy(32, start=50.0)
    for room in (alone, beside, half):
        room.io.want({ONE: (10, 400.0)})
    low, high, found = (room.run(100.0)[ONE] for room in (alone, beside, half))
    assert found[0] == pytest.approx(low[0]), "what guests want is less than their part"
    assert latency(high) > 3 * latency(low)
    assert latency(found) == pytest.approx((latency(low) + latency(high)) / 2, rel=1e-6)


def test_a_link_that_is_full_makes_those_who_share_it_wait() -> None:
    room = Room(speed=8192 * 100.0)
    room.io.want({ONE: (10, 400.0)})
    found = room.run(100.0)[ONE]
    assert found[0] == pytest.approx(100 * 100)
    assert latency(found) == pytest.approx(40 / 100)


def test_a_stream_takes_the_next_path_when_its_own_is_lost_and_the_first_again_when_it_is_back() -> None:
    room = Room()
    room.io.want({ONE: (10, 400.0)})
    room.clock.call_at(10.0, room.fabric.lose, "esx-1.hba1")
    room.clock.call_at(40.0, room.fabric.restore, "esx-1.hba1")
    found = room.run(100.0)[ONE]
    carried = {name: room.resources[f"link/san/esx-1.hba{name}"].carried(100.0) for name in (1, 2)}
    assert found[0] == pytest.approx(40_000), "nothing is lost on the way"
    assert carried == {1: pytest.approx(70 * 400 * 8192), 2: pytest.approx(30 * 400 * 8192)}


def test_without_a_path_guests_do_nothing_and_the_timeline_says_why() -> None:
    room = Room()
    room.io.want({ONE: (10, 400.0), TWO: (10, 100.0)})
    room.clock.call_at(25.0, room.fabric.lose, "esx-1")
    room.clock.call_at(75.0, room.fabric.restore, "esx-1")
    found = room.run(100.0)
    assert found[ONE][0] == pytest.approx(50 * 400) and found[ONE][2] == pytest.approx(100 * 400)
    assert found[TWO][0] == pytest.approx(100 * 100)
    states = [interval for interval in room.recorder.intervals(100.0) if interval[0] == "I/O of small on esx-1"]
    assert [(state[1], state[2:]) for state in states] == [
        ("esx-1 does not see vmfs: every path to array1 is lost", (25.0, 75.0))
    ]


def test_guests_that_leave_take_their_ios_with_them() -> None:
    room = Room()
    room.io.want({ONE: (10, 400.0)})
    room.clock.call_at(50.0, room.io.want, {TWO: (10, 400.0)})
    found = room.run(100.0)
    assert found[ONE][0] == found[TWO][0] == pytest.approx(20_000)


seats = st.sampled_from([ONE, TWO, Seat("large", "esx-1", "vmfs"), Seat("large", "esx-2", "vmfs")])
wants = st.dictionaries(seats, st.tuples(st.integers(1, 50), st.floats(0.0, 5e3)), max_size=4)
losses = st.lists(st.sampled_from(["esx-1.hba1", "esx-2", "array1.port1", "san"]), max_size=3)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(wants, losses), min_size=1, max_size=4), st.booleans())
def test_ios_and_bytes_add_up_whatever_happens_and_nobody_does_more_than_he_wants(
    story: list[tuple[dict[Seat, tuple[int, float]], list[str]]], copy: bool
) -> None:
    room, done, wanted = Room(speed=20e6), 0.0, 0.0
    if copy:
        room.copy(16, start=3.0)
    for number, (want, lost) in enumerate(story):
        room.io.want(want)
        for name in lost:
            room.clock.call_at(10.0 * number + 5.0, room.fabric.lose, name)
            room.clock.call_at(10.0 * number + 8.0, room.fabric.restore, name)
        for ios, waited, asked in room.run(10.0 * (number + 1)).values():
            done, wanted = done + ios, wanted + asked
            assert ios <= asked * (1 + 1e-9) + 1e-6
            assert waited >= ios * SERVICE * (1 - 1e-9)
    assert wanted == pytest.approx(10 * math.fsum(rate for want, _ in story for _, rate in want.values()), abs=1e-6)


def test_the_order_in_which_seats_are_named_decides_nothing() -> None:
    def bits(*order: Seat) -> list[tuple[float, float, float]]:
        room = Room(speed=20e6)
        room.copy(8, start=7.0)
        room.io.want({seat: (7, 900.0) for seat in order})
        return [value for _, value in sorted(room.run(33.0).items())]

    assert bits(ONE, TWO) == bits(TWO, ONE)
