"""Snapshots in a simulation: stuns, a datastore that fills up, commits that go on while the guest writes."""

from __future__ import annotations

from typing import Any

import pytest

from tests.vinfra.backup.nights import GIB, HOUR, conditions, estate, nights, states

SMALL = {  # vmfs1 has 20 GiB beside its disks, and a proxy that dies leaves what it has begun
    "datastores__vmfs1__size": "100 GiB",
    "vms__one__changes": "60 %/day",
    "backup__schedule": {"nightly": "daily at 22h", "retries": 0},
}
DIES = {"faults": {"dies": {"kind": "host-down", "host": "backup1", "at": "day 1 at 22h02"}}}


def test_a_snapshot_that_is_left_fills_its_datastore_and_stops_its_vms_one_by_one() -> None:
    simulation, record = nights(**SMALL, **DIES)
    assert simulation.protected is not None
    stopped = simulation.protected.snapshots.stopped
    assert {one.datastore for one in stopped} == {"vmfs1"}
    assert len(stopped) == record.totals["vms_stopped"] > 0
    assert record.totals["first_stop_s"] == stopped[0].since > 10 * HOUR
    assert "stopped: vmfs1 is full" in states(simulation, stopped[0].vm)
    space = simulation.protected.snapshots.spaces["vmfs1"]
    assert space.taken + space.allocated(simulation.clock.now) <= space.size


def test_a_vm_that_stopped_does_no_work() -> None:
    running, _ = nights(**SMALL)
    stopped, record = nights(**SMALL, **DIES)
    useful = [sum(one.record().series["cpu_useful_hz"]) for one in (running, stopped)]
    assert useful[1] < useful[0]
    hours = record.totals["vms_stopped_s"] / HOUR
    assert useful[0] - useful[1] == pytest.approx(hours * 0.1 * 2.66e9, rel=0.1)


def test_room_that_comes_back_lets_them_go_on() -> None:
    takes = {"kind": "full", "what": "vmfs1", "at": "day 1 at 23h", "lasts": "10 h"}
    simulation, record = nights(**SMALL, faults={**DIES["faults"], "others": takes})
    assert simulation.protected is not None
    first = simulation.protected.snapshots.stopped[0]
    assert first.until == pytest.approx(21 * HOUR)
    assert record.totals["vms_stopped_s"] > 0


def test_no_snapshot_is_made_where_there_is_no_room_and_the_job_says_so() -> None:
    simulation, _ = nights(datastores__vmfs1__size="80 GiB")
    ended = conditions(simulation)
    assert ended.count("vmfs1 is full: no room for a snapshot") == 12
    assert ended.count("done") == 12


@pytest.mark.parametrize(("commit", "left"), [("helper-rounds", True), ("mirror", False)])
def test_a_guest_that_outruns_its_commit_stands_still_unless_it_is_mirrored(commit: str, left: bool) -> None:
    busy: dict[str, Any] = {"rate": "300 MB/s", "hot": "100 %", "share": "100 %"}
    _, record = nights(vms__one__disk_writes=busy, vms__one__changes=None, backup__commit=commit)
    assert (record.totals["commits_diverged"] > 0) is left
    assert bool(max(record.samples["stun_s"]) > 10) is left


def test_deltas_weigh_what_their_guests_have_written() -> None:
    simulation = estate(vms__one__changes="20 %/day")
    simulation.run()
    record = simulation.record()
    assert 0 < record.totals["snapshot_peak_bytes"] < 0.02 * 8 * 16 * GIB
