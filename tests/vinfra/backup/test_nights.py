"""Nights of backup, and what goes wrong in them: every job ends in a stated condition, and the next run repairs it."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest

from tests.vinfra.backup.nights import DAY, GIB, HOUR, conditions, estate, nights, states

FIRST_NIGHT = 10 * HOUR  # from the start at noon to the first backup at ten


def fault(**parameters: Any) -> dict[str, Any]:
    return {"faults": {"trouble": parameters}}


def test_a_quiet_estate_has_a_restore_point_of_every_vm_each_night() -> None:
    simulation, record = nights()
    assert conditions(simulation) == ["done"] * 24
    assert record.totals["backups_missed"] == record.totals["backups_failed"] == 0
    assert record.totals["snapshots_left"] == 0


def test_increments_read_what_changed_and_fulls_read_everything() -> None:
    _, record = nights()
    used = 0.8 * 20 * GIB
    # One full of each of eight VMs, and two nights on which a twentieth of the data is another.
    assert record.totals["backup_read_bytes"] == pytest.approx(8 * used * (1 + 2 * 0.05), rel=0.01)
    _, every = nights(backup__jobs__nightly__method="full")
    assert every.totals["backup_read_bytes"] == pytest.approx(3 * 8 * used)


def test_what_is_read_is_what_is_stored_and_what_reduction_took() -> None:
    simulation, record = nights()
    assert simulation.protected is not None
    kept = sum(result.kept for result in simulation.protected.tally.results())
    assert record.totals["backup_read_bytes"] == pytest.approx(kept)
    assert record.totals["backup_stored_bytes"] == pytest.approx(kept / 2.0)  # LZ4 makes one byte of two
    assert record.totals["repository_bytes"] == pytest.approx(record.totals["backup_stored_bytes"])


def test_the_same_estate_twice_and_with_vms_listed_otherwise_is_the_same_to_the_bit() -> None:
    first, _ = nights()
    second, _ = nights(backup__jobs__nightly__vms=["one", "two"])
    assert first.intervals() == second.intervals()


def test_a_proxy_that_dies_leaves_a_snapshot_and_the_next_night_removes_it() -> None:
    happens = fault(kind="host-down", host="backup1", at="day 1 at 22h06", lasts="20 h")
    simulation, record = nights(**happens)
    assert simulation.protected is not None
    first = simulation.protected.server.runs[0].results
    assert {result.condition for result in first if result.attempt == 1} >= {"done", "proxy backup1 died"}
    ended = conditions(simulation)
    assert "missed: no proxy was up" in ended[:8], "what had failed waited for a proxy until the window closed"
    assert ended[8:] == ["done"] * 16
    hit = next(result.machine for result in first if result.condition == "proxy backup1 died")
    assert "removing an old snapshot" in states(simulation, hit)
    assert record.totals["snapshots_left"] == 0


def test_a_snapshot_that_cannot_be_removed_is_said_and_repaired_when_it_can() -> None:
    stuck = {"kind": "snapshot-stuck", "vms": ["one-1"], "at": "day 1 at 20h", "lasts": "12 h"}
    simulation, record = nights(**fault(**stuck))
    assert simulation.protected is not None
    first = next(r for r in simulation.protected.tally.results() if r.machine == "one-1")
    assert first.condition == "its snapshot cannot be removed"
    assert first.taken is not None, "what was read is a restore point all the same"
    assert "removing an old snapshot" in states(simulation, "one-1")
    assert record.totals["snapshots_left"] == 0


def test_a_snapshot_that_is_never_removed_is_counted() -> None:
    _, record = nights(**fault(kind="snapshot-stuck", vms=["one-1"], at="day 1 at 20h"))
    assert record.totals["snapshots_left"] == 1


def test_a_full_repository_ends_jobs_with_that_condition_and_spoils_nothing() -> None:
    happens = fault(kind="full", what="repository", at="day 2 at 12h", lasts="20 h")
    simulation, _ = nights(**happens)
    ended = conditions(simulation)
    assert ended[:8] == ["done"] * 8
    assert all(one.startswith("the repository is full") for one in ended[8:16])
    assert ended[16:] == ["done"] * 8


def test_a_link_that_is_down_for_longer_than_patience_fails_what_needs_it() -> None:
    happens = fault(kind="link-down", link="lan/vault", at="day 1 at 22h02", lasts="10 h")
    simulation, _ = nights(**happens, backup__schedule={"nightly": "daily at 22h", "retries": 0})
    ended = conditions(simulation)
    assert all("lost" in one for one in ended[:8]), ended[:8]
    assert ended[8:] == ["done"] * 16


def test_a_link_that_is_down_for_a_moment_delays_and_fails_nothing() -> None:
    quiet, _ = nights()
    happens = fault(kind="link-down", link="lan/vault", at="day 1 at 22h02", lasts="5 min")
    simulation, record = nights(**happens)
    assert conditions(simulation) == ["done"] * 24
    assert record.samples["backup_window_s"][0] > quiet.record().samples["backup_window_s"][0]


def test_what_failed_is_tried_again_in_the_same_window() -> None:
    happens = fault(kind="host-down", host="backup1", at="day 1 at 22h01", lasts="5 min")
    simulation, _ = nights(**happens)
    assert conditions(simulation) == ["done"] * 24
    assert simulation.protected is not None
    assert max(r.attempt for run in simulation.protected.server.runs for r in run.results) == 2


def test_a_window_that_is_too_short_misses_vms_and_says_so() -> None:
    simulation, record = nights(backup__schedule={"nightly": "daily at 22h", "window": "3 min"})
    assert 0 < record.totals["backups_missed"] < 24
    assert set(conditions(simulation)) == {"done", "missed"}


def test_a_map_of_changes_that_dies_at_power_off_makes_the_next_night_read_everything() -> None:
    happens = fault(kind="power-cycle", vms=["all"], at="day 2 at 20h")
    kept, lost = {}, {}
    for format, found in (("qcow2", kept), ("raw", lost)):
        changes = {"hosts__esx__hypervisor": "kvm-6.8", "hosts__esx__processor": "xeon-x5670"}
        changes |= {"vms__one__format": format, "vms__two__format": format}
        _, found["quiet"] = nights(**changes)
        _, found["cycled"] = nights(**changes, **happens)
    assert lost["cycled"].totals["backup_read_bytes"] > 1.5 * lost["quiet"].totals["backup_read_bytes"]
    assert kept["cycled"].totals["backup_read_bytes"] == pytest.approx(kept["quiet"].totals["backup_read_bytes"])


def test_a_host_that_goes_down_takes_its_vms_backups_with_it() -> None:
    simulation, _ = nights(**fault(kind="host-down", host="esx-1", at="day 1 at 21h", lasts="6 h"))
    ended = conditions(simulation)
    assert ended[:8].count("esx-1 is down") == 4


def test_a_catalog_of_two_days_keeps_two_points_and_merges_the_third() -> None:
    simulation, _ = nights(backup__catalog={"keep": ["2 daily"]})
    assert simulation.protected is not None
    for _, chain in simulation.protected.store.chains("one-1"):
        assert [point.form for point in chain.points] == ["full", "increment"]


@pytest.mark.parametrize("method", ["full", "incremental", "synthetic-full", "reverse-incremental"])
def test_every_method_leaves_points_that_can_be_restored(method: str) -> None:
    simulation, _ = nights(backup__jobs__nightly__method=method)
    assert simulation.protected is not None
    for vm in simulation.protected.store.jobs:
        for _, chain in simulation.protected.store.chains(vm):
            assert len(chain.living()) == 3
            assert all(one.taken < other.taken for one, other in pairwise(chain.points))


def test_copies_reach_the_second_site_and_say_how_late() -> None:
    far = {"host": "far", "disks": "12 x sata-7k2", "raid": "raid6", "size": "2 TiB"}
    simulation, record = nights(backup__offsite=far)
    assert len(record.samples["offsite_lag_s"]) == 24
    assert simulation.protected is not None and simulation.protected.offsite is not None
    assert simulation.protected.offsite.behind == 0


def test_a_restore_is_taken_from_the_second_site_when_the_repository_is_gone() -> None:
    far = {"host": "far", "disks": "12 x sata-7k2", "raid": "raid6", "size": "2 TiB"}
    changes = {"restores": {"lost": {"vm": "one-1", "at": "day 3 at 14h"}}} | fault(
        kind="host-down", host="vault", at="day 3 at 12h"
    )
    _, without = nights(**changes)
    _, with_copies = nights(**changes, backup__offsite=far)
    assert without.totals["restores_failed"] == 1
    assert with_copies.totals["restores_done"] == 1


def test_nothing_is_left_running_when_nobody_is_backed_up() -> None:
    simulation = estate(backup="none")
    simulation.run()
    assert simulation.protected is None
    assert simulation.clock.now == pytest.approx(2 * DAY + 20 * HOUR)
