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


def test_a_vm_that_is_off_writes_nothing_into_the_snapshot_that_was_left() -> None:
    simulation = estate(**SMALL, **DIES)
    assert simulation.protected is not None
    snapshots = simulation.protected.snapshots
    simulation.clock.call_at(10.2 * HOUR, snapshots.halt, "one-1", "off", source="test")
    simulation.run()
    grown = {name: snapshots.spaces["vmfs1"].grown(name, simulation.clock.now) for name in ("one-1", "one-2")}
    assert grown["one-1"] < 0.1 * grown["one-2"]
    assert "one-1" not in {one.vm for one in snapshots.stopped}


def test_a_backup_does_not_start_a_vm_that_is_off() -> None:
    simulation = estate()
    assert simulation.protected is not None
    snapshots, paces = simulation.protected.snapshots, []
    snapshots.pace = lambda vm, pace: paces.append((vm, pace))
    simulation.clock.call_at(HOUR, snapshots.halt, "one-1", "off", source="test")
    simulation.run()
    assert {pace for vm, pace in paces if vm == "one-1"} == {0.0}
    assert {pace for vm, pace in paces if vm == "one-2"} == {0.0, 1.0}
    assert len(snapshots.stuns) == 7 * 2 * 3  # of seven VMs, to make and to remove, on three nights


def test_a_vm_goes_on_when_the_last_reason_to_stand_still_is_gone() -> None:
    takes = {"kind": "full", "what": "vmfs1", "at": "day 1 at 23h", "lasts": "10 h"}
    simulation = estate(**SMALL, faults={**DIES["faults"], "others": takes})
    assert simulation.protected is not None
    snapshots, told = simulation.protected.snapshots, []
    stop = snapshots.stop
    snapshots.stop = lambda vm, still: (told.append((simulation.clock.now / HOUR, vm, still)), stop(vm, still))[1]
    for hour, change, why in (
        (12, "halt", "off"),
        (13, "halt", "moved"),
        (14, "resume", "off"),
        (22, "resume", "moved"),
    ):
        simulation.clock.call_at(hour * HOUR, getattr(snapshots, change), "one-1", why, source="test")
    simulation.run()
    mine = [(hour, still) for hour, vm, still in told if vm == "one-1" and hour < 23]
    assert [still for _, still in mine] == [
        True,
        True,
        True,
        False,
        False,
    ]  # full, off, moved; then it has room and is on
    assert [hour for hour, still in mine if not still] == [22.0, 22.0]


def test_a_vm_that_is_switched_on_where_there_is_no_room_stands_still_on() -> None:
    simulation = estate(**SMALL, **DIES)
    assert simulation.protected is not None
    snapshots, told = simulation.protected.snapshots, []
    snapshots.stop = lambda vm, still: told.append((vm, still))
    for hour, change in ((60.0, snapshots.halt), (60.1, snapshots.resume)):
        simulation.clock.call_at(hour * HOUR, change, "one-1", "off", source="test")
    simulation.run()
    assert [still for vm, still in told if vm == "one-1"] == [True, True]


def test_no_snapshot_is_made_of_a_disk_that_no_host_mounts() -> None:
    simulation = estate()
    assert simulation.protected is not None
    simulation.protected.snapshots.unmounted.add("vmfs1")
    simulation.run()
    ended = conditions(simulation)
    assert ended.count("no host mounts vmfs1") == ended.count("done") == 12


def test_a_snapshot_of_a_vm_that_is_off_stays_empty() -> None:
    simulation = estate(**SMALL, **DIES)
    assert simulation.protected is not None
    snapshots = simulation.protected.snapshots
    simulation.clock.call_at(HOUR, snapshots.halt, "one-1", "off", source="test")
    simulation.run()
    assert snapshots.left("one-1") and snapshots.spaces["vmfs1"].grown("one-1", simulation.clock.now) == 0.0


def test_a_commit_gathers_nothing_of_a_guest_that_is_off() -> None:
    busy: dict[str, Any] = {"rate": "300 MB/s", "hot": "100 %", "share": "100 %"}
    simulation = estate(vms__one__disk_writes=busy, vms__one__changes=None, backup__commit="helper-rounds")
    assert simulation.protected is not None
    snapshots = simulation.protected.snapshots
    for number in range(1, 5):
        simulation.clock.call_at(HOUR, snapshots.halt, f"one-{number}", "off", source="test")
    simulation.run()
    assert snapshots.diverged == 0 and max(snapshots.stuns) < 10


def test_a_vm_that_is_off_stays_so_when_its_snapshot_is_removed() -> None:
    lasts = {"dies": {**DIES["faults"]["dies"], "lasts": "12 h"}}
    simulation = estate(**SMALL, faults=lasts)
    assert simulation.protected is not None
    snapshots, told = simulation.protected.snapshots, []
    snapshots.stop = lambda vm, still: told.append((vm, still))
    simulation.clock.call_at(30 * HOUR, snapshots.halt, "one-1", "off", source="test")
    simulation.run()
    assert all(one.until is not None for one in snapshots.stopped) and not snapshots.open
    assert [still for vm, still in told if vm == "one-1"] == [True, True]
    assert [still for vm, still in told if vm == "one-2"] == [True, False]


def test_a_vm_that_is_off_fills_no_delta() -> None:
    """Its host is dead while its snapshot is open: what it would have written would fill the datastore by noon."""
    host = {"kind": "host-down", "host": "esx-1", "at": "day 1 at 23h"}
    running, _ = nights(**SMALL, **DIES)
    dead, _ = nights(**SMALL, faults={**DIES["faults"], "host": host})
    assert running.protected is not None and dead.protected is not None
    stopped = {one.vm for one in dead.protected.snapshots.stopped}
    here = {name for name, machine in dead.protected.backing.machines.items() if machine.host == "esx-1"}
    assert not stopped & here
    assert {one.vm for one in running.protected.snapshots.stopped} & here


def test_a_vm_that_is_kept_off_by_two_things_waits_for_both() -> None:
    host = {"kind": "host-down", "host": "esx-1", "at": "day 1 at 14h", "lasts": "10 h"}
    cycle = {"kind": "power-cycle", "vms": ["one-1"], "at": "day 1 at 15h", "off": "1 h"}
    simulation = estate(faults={"host": host, "cycle": cycle})
    vm = next(i for i, name in enumerate(simulation.vms.names) if name == "one-1")
    found = {}
    for hour in (1, 3.5, 5, 11, 13):
        simulation.clock.run(until=hour * HOUR)
        found[hour] = simulation.fluid._paces[simulation.fluid._row[vm]]
    assert found == {1: 1.0, 3.5: 0.0, 5: 0.0, 11: 0.0, 13: 1.0}


def test_nobody_makes_a_snapshot_on_a_datastore_that_hosts_ignore() -> None:
    replica = {"kind": "replicated", "lun": "vmfs2", "at": "day 2 at 12h"}
    simulation, _ = nights(faults={"replica": replica}, datastores__vmfs2__unresolved="ignored")
    assert conditions(simulation).count("no host mounts vmfs2") == 8
    assert "stopped: vmfs2 is ignored" in states(simulation, "two-1")
