"""Migration waves: who moves in which night, what the link and the window allow, and who needs hands."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.vinfra.planning.small import GIB, PROXMOX, machines
from vinfra.errors import Refused
from vinfra.planning.assumptions import Assumptions, Waves
from vinfra.planning.inventory import Machine
from vinfra.planning.moving.waves import waves
from vinfra.planning.plan import Migration
from vinfra.planning.target import Target

DAY = date(2026, 11, 4)  # a Wednesday
BASE = {"streams": 2, "rate": "100 MB/s", "link": "10 Gbit/s", "fixed": "10 min", "pilot": 2, "window": "8 h"}


def moved(
    some: list[Machine], target: Target = PROXMOX, unplaced: dict[str, str] | None = None, **asked: object
) -> Migration:
    found = waves(some, target, Assumptions(waves=Waves(**{**BASE, **asked})), DAY, unplaced)  # type: ignore[arg-type]
    assert found is not None
    return found


def test_a_night_is_on_the_calendar_and_a_machine_takes_its_bytes_and_a_fixed_time() -> None:
    found = moved(machines(6), rehearse="0 %", begins="2026-11-26", nights=["thu", "mon"])
    assert [(night.on.isoformat(), night.kind, night.number) for night in found.nights] == [
        ("2026-11-26", "wave", 1),
        ("2026-11-30", "wave", 2),
    ]
    takes = 50 * GIB / 100e6 + 600
    first = found.nights[0]
    assert [(move.begins, move.ends) for move in first.moves] == [
        (0, pytest.approx(takes)),
        (0, pytest.approx(takes)),
    ]
    assert first.moves[0].downtime == pytest.approx(takes)
    assert first.ends.isoformat(timespec="minutes") == "2026-11-26T22:18"
    assert found.finished == date(2026, 11, 30)
    assert found.moved == pytest.approx(6 * 50 * GIB)
    assert found.downtime == pytest.approx(6 * takes)


def test_the_first_night_is_the_monday_after_the_plan() -> None:
    assert moved(machines(1)).nights[0].on == date(2026, 11, 9)


def test_rehearsals_come_first_and_leave_the_machines_alone() -> None:
    found = moved(machines(20), rehearse="10 %")
    assert [night.kind for night in found.nights][:2] == ["rehearsal", "wave"]
    assert len(found.nights[0].moves) == 2
    assert all(move.downtime == 0 for move in found.nights[0].moves)


def test_the_pilot_is_the_smallest_machines() -> None:
    some = [replace(machine, in_use=(10 + number) * GIB) for number, machine in enumerate(machines(9))]
    pilot = moved(some, rehearse="0 %").nights[0]
    assert sorted(move.machine for move in pilot.moves) == [some[0].name, some[1].name]


def test_clusters_follow_each_other() -> None:
    some = machines(300)
    clusters = {machine.name: machine.cluster for machine in some}
    found = moved(some, rehearse="0 %")
    seen = [sorted({clusters[move.machine] or "" for move in night.moves}) for night in found.nights[1:]]
    assert seen == sorted(seen)
    assert all(len(some) <= 2 for some in seen)


def test_streams_share_the_link() -> None:
    found = moved(machines(8), rehearse="0 %", link="1 Gbit/s", streams=5)
    takes = 50 * GIB / (125e6 / 5) + 600
    assert found.nights[0].moves[0].ends == pytest.approx(takes)
    assert "5 streams share 125 MB/s of the link" in found.source


def test_who_cannot_move_like_the_others_is_told_why() -> None:
    some = machines(5)
    some[0] = replace(some[0], blockers=("a raw LUN", "a USB device"))
    some[1] = replace(some[1], in_use=10000 * GIB)
    some[2] = replace(some[2], in_use=None, provisioned=None, guest_used=None, disks=())
    found = moved(some, unplaced={some[3].name: "it has more memory than a host"}, rehearse="0 %")
    assert found.blocked == {
        some[0].name: "a raw LUN; a USB device",
        some[1].name: "a move of 30 h in nights of 8 h, for which a longer window is needed or data moved ahead",
        some[2].name: "its disks are not in the inventory, so nobody knows how long it takes",
        some[3].name: "no host takes it: it has more memory than a host",
    }
    assert [move.machine for night in found.nights for move in night.moves] == [some[4].name]


def test_templates_stay_and_machines_that_are_off_are_moved_without_downtime() -> None:
    some = machines(3)
    some[0], some[1] = replace(some[0], template=True), replace(some[1], power="off")
    downtimes = {move.machine: move.downtime for night in moved(some, rehearse="0 %").nights for move in night.moves}
    assert downtimes[some[1].name] == 0 < downtimes[some[2].name]
    assert some[0].name not in downtimes


def test_machines_that_are_copied_while_they_run_stand_still_for_the_rest() -> None:
    warm = moved(machines(4), PROXMOX.model_copy(update={"warm": True}), rehearse="0 %")
    cold = moved(machines(4), rehearse="0 %")
    assert warm.downtime < 0.6 * cold.downtime
    assert warm.moved > cold.moved
    assert "copied while they run" in warm.method and "switched off" in cold.method


def test_the_rate_of_the_target_counts_unless_somebody_says_another() -> None:
    slow = PROXMOX.model_copy(update={"converter_rate": 27.7e6})
    assert "27.7 MB/s (as of the target)" in (waves(machines(2), slow, Assumptions(), DAY) or moved([])).source
    assert "waves.rate" in moved(machines(2), slow).source


def test_without_any_disk_there_is_no_plan_of_nights() -> None:
    bare = [replace(machine, in_use=None, provisioned=None, guest_used=None, disks=()) for machine in machines(3)]
    assert waves(bare, PROXMOX, Assumptions(), DAY) is None


SIZES = st.lists(st.tuples(st.floats(0.1, 2000), st.sampled_from(["a", "b", None])), min_size=1, max_size=60)


@settings(max_examples=40, deadline=None)
@given(SIZES, st.integers(1, 6), st.sampled_from(["1 Gbit/s", "10 Gbit/s"]), st.booleans(), st.integers(0, 50))
def test_every_machine_moves_once_and_no_night_has_more_than_its_link_and_window_allow(
    sizes: list[tuple[float, str | None]], streams: int, link: str, warm: bool, rehearse: int
) -> None:
    some = [
        replace(machine, in_use=size * GIB, cluster=cluster)
        for machine, (size, cluster) in zip(machines(len(sizes)), sizes, strict=True)
    ]
    target = PROXMOX.model_copy(update={"warm": warm})
    found = moved(some, target, streams=streams, link=link, rehearse=f"{rehearse} %")
    waved = Counter(move.machine for night in found.nights if night.kind == "wave" for move in night.moves)
    assert set(waved.values()) <= {1}
    assert sorted([*waved, *found.blocked]) == sorted(machine.name for machine in some)
    capacity = {"1 Gbit/s": 125e6, "10 Gbit/s": 1250e6}[link]
    window = 8 * 3600
    for night in found.nights:
        assert night.fits and sum(move.moved for move in night.moves) <= capacity * window
        edges = [(move.begins, 1) for move in night.moves] + [(move.ends - 1e-6, -1) for move in night.moves]
        under_way, most = 0, 0
        for _, step in sorted(edges):
            under_way += step
            most = max(most, under_way)
        assert most <= streams
        assert max(move.ends for move in night.moves) <= window * (1 + 1e-9)
        assert all(move.moved / (move.ends - move.begins) <= min(100e6, capacity / streams) for move in night.moves)
    dates = [night.on for night in found.nights]
    assert dates == sorted(set(dates))


def test_a_physical_server_comes_as_an_image_and_is_stopped_for_it() -> None:
    some = machines(4)
    some[0] = replace(some[0], kind="physical")
    found = waves(some, PROXMOX.model_copy(update={"warm": True}), Assumptions(), DAY)
    assert found is not None and "physical servers (1) are stopped" in found.method
    moves = {move.machine: move for night in found.nights if night.kind == "wave" for move in night.moves}
    server, guest = moves[some[0].name], moves[some[1].name]
    assert "P2V" in server.method and guest.method == PROXMOX.converter
    assert server.downtime == pytest.approx(server.ends - server.begins)
    assert guest.downtime < guest.ends - guest.begins


@pytest.mark.parametrize(("begins", "many"), [("2026-11-02", 20_001), ("9999-12-27", 30)])
def test_more_nights_than_a_calendar_has_are_refused(begins: str, many: int) -> None:
    each = [Machine(f"m{n}", "vm", 1, 1.0, provisioned=2.5e12) for n in range(many)]
    with pytest.raises(Refused, match=r"nights.*waves\.streams"):
        moved(each, begins=begins, nights=["mon"], streams=1, rate="110 MB/s")
