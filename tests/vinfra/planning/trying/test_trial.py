"""A plan under trial: what it says of hosts that are full, of one that fails, of memory and of disks."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.vinfra.planning.hosting.estates import HZ, days, estate
from tests.vinfra.planning.small import GIB, HYPERV, PROXMOX, fleet, listed, machines, recorded
from vinfra.planning import planner
from vinfra.planning.assuming import assumed
from vinfra.planning.assumptions import Assumptions, Hosts
from vinfra.planning.hosting.demand import factors, host_kind
from vinfra.planning.plan import Suggestion, Trial
from vinfra.planning.trying.load import load
from vinfra.planning.trying.roster import ALONE, kebab, roster
from vinfra.planning.trying.trial import trial
from vinfra.planning.utilisation import Utilisation


def tried(
    count: int = 24,
    percent: float = 20.0,
    on_each: int = 6,
    spare: int = 1,
    disk: float | None = None,
) -> Trial:
    some = machines(count)
    use = recorded(some, percent, disk=disk)
    names, wanted = listed(some, use)
    return trial(PROXMOX, fleet(some, on_each, spare), names, Assumptions(), wanted, use)


def test_a_plan_with_room_hurts_nowhere_and_says_what_was_looked_at() -> None:
    found = tried()
    assert list(found.cases) == ["as planned", "a host fails", "memory"]
    assert found.cases["as planned"]["cpu_ready_pct"] == 0
    assert found.cases["as planned"]["hosts_on"] == 5
    assert found.cases["a host fails"]["vms_restarted"] == 6
    assert found.cases["a host fails"]["vms_down"] == 0
    assert found.cases["memory"]["memory_swapped_gib"] == 0
    assert found.pains == [
        "Nothing hurts: no VM ever waits for the CPU it wants; a failed host, memory: tried too, and well."
    ]
    assert found.refused == {
        "storage": "no bytes read and written were recorded, so nobody knows what the disks must do"
    }
    assert found.demand == "recorded for 24 of 24 machines (24 hours, all that is recorded)"


def test_full_hosts_are_named_with_when_and_who_waits() -> None:
    some = machines(42, memory=1 * GIB, vcpus=4)
    use = recorded(some, 10.0, 70.0)
    names, wanted = listed(some, use)
    found = trial(PROXMOX, fleet(some, 24, 1), names, Assumptions(), wanted, use)
    worst = found.pains[0]
    assert worst.startswith("host-1 has all its CPU in use for 1 h; worst at 2026-11-02 10:00, when it denies ")
    assert "Srv 000.example.org" in worst
    told = found.cases["as planned"]
    assert told["cpu_ready_pct"] is not None and told["cpu_ready_pct"] > 0
    assert (told["cpu_ready_max_pct"] or 0) >= (told["cpu_ready_p99_pct"] or 0) > 0


def test_hosts_that_hurt_alike_are_told_of_once() -> None:
    some = machines(48, memory=1 * GIB, vcpus=4)
    use = recorded(some, 10.0, 70.0)
    names, wanted = listed(some, use)
    found = trial(PROXMOX, fleet(some, 24, 1), names, Assumptions(), wanted, use)
    full = [pain for pain in found.pains if "have all their CPU in use" in pain]
    assert len(full) == 1 and full[0].startswith("2 hosts (host-1, host-2) have all their CPU in use for 1 h; worst at")


def test_ready_time_is_what_is_wanted_beyond_the_host() -> None:
    some = machines(24, memory=1 * GIB, vcpus=4)
    use = recorded(some, 100.0)
    names, wanted = listed(some, use)
    found = trial(PROXMOX, fleet(some, 24, 0), names, Assumptions(), wanted, use)
    percent = float(wanted.percent[0, 0])
    asked, there = 24 * 4 * percent / 100 * wanted.clock, 56 * wanted.clock
    expected = max(0.0, 100 * (1 - there / asked))
    assert found.cases["as planned"]["cpu_ready_pct"] == pytest.approx(expected, abs=0.01)
    assert found.cases["as planned"]["cpu_ready_p99_pct"] == pytest.approx(expected, abs=0.01)


def test_without_a_spare_host_the_machines_of_one_that_fails_stay_down() -> None:
    found = tried(count=14, on_each=7, spare=0)
    assert found.cases["a host fails"]["vms_down"] == 6
    assert found.pains == ["6 machines stay down when the fullest host fails"]


def test_one_host_alone_is_not_failed() -> None:
    found = tried(count=4, on_each=4, spare=0)
    assert "a host fails" not in found.cases
    assert found.refused["a host fails"] == "there is one host: when it fails, everything is down"


def test_disks_that_nobody_recorded_are_counted() -> None:
    some = machines(8)
    use = recorded(some[:2], 20.0, disk=1e6)
    names, wanted = listed(some, use)
    found = trial(PROXMOX, fleet(some, 6), names, Assumptions(), wanted, use)
    assert "reads and writes are known of 2 of 8 machines" in found.demand
    assert "known of" not in tried(disk=1e6).demand


def test_disks_are_tried_where_the_recording_has_their_bytes() -> None:
    calm = tried(disk=1e6).cases["storage"]
    busy = tried(disk=400e6)
    assert (calm["guest_latency_ms"] or 0) < 1 and calm["guest_ios_denied_pct"] == 0
    assert calm["guest_iops_per_s"] == pytest.approx(24 * 1e6 / 32768, rel=1e-3)
    assert (busy.cases["storage"]["guest_latency_ms"] or 0) > (calm["guest_latency_ms"] or 0)
    assert any("LUNs cannot do" in pain for pain in busy.pains)


def test_the_same_plan_gives_the_same_digest_and_another_one_another() -> None:
    assert tried().digest == tried().digest != tried(percent=21.0).digest


def test_demand_is_drawn_where_nobody_recorded_any_with_the_mean_the_inventory_saw() -> None:
    some = machines(200)
    some = [machine if number else _used(machine, 0.07) for number, machine in enumerate(some)]
    found = load(some, {}, None, 2.0e9)
    assert found.recorded == 0 and found.basis.startswith("drawn for 200 with the statistics of PlanetLab")
    assert found.percent.shape == (288, 200)
    assert float(found.percent[:, 0].mean()) == pytest.approx(7, rel=0.1)
    assert 5 < float(found.percent.mean()) < 20
    known = load(some, {}, recorded(some[:50], 30.0), 2.0e9)
    assert known.recorded == 50 and (known.percent[:, :50] == 30).all()
    assert np.array_equal(known.percent[:, 50:], found.percent[:, 50:])


def _used(machine, part):  # type: ignore[no-untyped-def]
    from dataclasses import replace

    return replace(machine, cpu_used=part * machine.vcpus * machine.core_hz)


def _suggested(name: str, vcpus: int) -> Suggestion:
    return Suggestion(name, 2, vcpus, 8 * GIB, 4 * GIB, 0, 0, 0, 2 * GIB, None, "oversized", "", "", "low", "")


def test_fewer_and_faster_vcpus_want_another_part_of_themselves_and_what_does_not_fit_is_counted() -> None:
    some = machines(2)
    suggestions = {some[0].name: _suggested(some[0].name, 1)}
    found = load(some, suggestions, recorded(some, 60.0), 2.5e9)
    assert found.percent[0].tolist() == pytest.approx([60 * 2 * 2.0 / 2.5, 60 * 2.0 / 2.5])
    cut = load(some, suggestions, recorded(some, 80.0), 2.0e9)
    assert cut.percent[0].tolist() == [100.0, 80.0] and cut.cut == 0.5


def test_of_a_long_recording_the_busiest_day_is_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("vinfra.planning.trying.load.CELLS", 1000)
    some = machines(2)
    day = recorded(some, 10.0)
    cpu = np.concatenate([day.cpu] * 4)
    cpu[2 * 288 + 100 : 2 * 288 + 112] = 50
    long = Utilisation(300.0, day.names, cpu, begins=day.begins)
    found = load(some, {}, long, 2.0e9)
    assert (found.begins.isoformat(), len(found.percent)) == ("2026-11-04T00:00:00", 288)
    assert found.span == "2026-11-04, the busiest of 4 days"
    assert found.busiest() == 100


def test_few_machines_keep_their_names_and_many_are_classes() -> None:
    few = roster(machines(3), {})
    assert list(few.groups) == ["srv-000-example-org", "srv-001-example-org", "srv-002-example-org"]
    many = roster(machines(ALONE + 1), {})
    assert list(many.groups) == ["c2-m8-linux", "c2-m8-windows"]
    assert many.names[:3] == ["c2-m8-linux-1", "c2-m8-windows-1", "c2-m8-linux-2"]
    assert many.vcpus.tolist() == [2.0] * (ALONE + 1)


def test_names_are_what_the_language_reads_as_names() -> None:
    taken: set[str] = set()
    for text in ("Web 1", "web-1", "no", "8ball", "größe", "---", "host"):
        taken.add(kebab(text, "vm", taken))
    assert taken == {"web-1", "web-1-2", "vm-no", "vm-8ball", "gr-e", "vm", "vm-host"}


def test_a_target_whose_hypervisor_does_not_restart_leaves_them_down() -> None:
    some = machines(12)
    names, wanted = listed(some, recorded(some, 20.0), (HYPERV,))
    bare = HYPERV.model_copy(update={"hypervisor": "kvm-6.8"})
    found = trial(bare, fleet(some, 6), names, Assumptions(), wanted)
    with_ha = trial(HYPERV, fleet(some, 6), names, Assumptions(), wanted)
    assert with_ha.cases["a host fails"]["vms_down"] == 0
    assert found.cases["a host fails"]["vms_down"] == 6
    assert any("6 machines stay down when the fullest host fails: this edition" in pain for pain in found.pains)


def test_short_samples_are_put_together_where_there_are_many(monkeypatch: pytest.MonkeyPatch) -> None:
    some = machines(2)
    cpu = np.tile(np.array([[10.0], [30.0], [np.nan], [20.0]], dtype=np.float32), (720, 2))
    short = Utilisation(75.0, [machine.name for machine in some], cpu)
    assert load(some, {}, short, 2.0e9).percent.shape == (2880, 2)
    monkeypatch.setattr("vinfra.planning.trying.load.CELLS", 2000)
    found = load(some, {}, short, 2.0e9)
    assert (found.interval, found.percent.shape) == (300.0, (288, 2))
    assert (found.percent == 20).all()


def test_a_growth_that_hosts_are_there_for_is_said_not_to_be_simulated() -> None:
    some = machines(6)
    names, wanted = listed(some, None)
    grown = Assumptions(hosts={"growth": "20 %"})  # type: ignore[arg-type]
    assert "without the growth of 20 %" in trial(PROXMOX, fleet(some, 3), names, grown, wanted).demand


def test_demand_beyond_what_the_suggested_vcpus_can_have_is_a_pain() -> None:
    some = machines(4)
    suggestions = {machine.name: _suggested(machine.name, 1) for machine in some}
    names, wanted = listed(some, recorded(some, 80.0), suggestions=suggestions)
    found = trial(PROXMOX, fleet(some, 2), names, Assumptions(), wanted)
    assert "100 % of all samples want more CPU than the suggested vCPUs can have" in found.pains


def test_memory_that_is_promised_twice_is_tried_and_failing_hosts_are_not() -> None:
    some = machines(12)
    names, wanted = listed(some, None)
    tried = trial(PROXMOX, fleet(some, 6), names, Assumptions(hosts=Hosts(overcommit=1.5)), wanted)
    assert tried.cases["memory"]["memory_overcommit"] is not None
    assert "promised twice" in tried.refused["a host fails"]


def test_a_trial_wants_what_the_plan_planned_for_whatever_a_cycle_does() -> None:
    """Skylake to Zen 4: seven cycles do the work of ten; the second target has cycles that do less."""
    inventory, use = estate(24), days(24, 30.0, 30.0, count=1)
    names = ["proxmox-ve", "older"]
    given = assumed(targets=names, sets=["own={older: {like: proxmox-ve, server: dell-r640}}", "sizing.apply=false"])
    made = planner.plan(inventory, use, given, lambda words: None)
    for one in made.plan.targets:
        kind = host_kind(one.target, made.plan.assumptions)
        factor = factors(inventory.machines, inventory, kind.processor)[0][0]
        wanted = 24 * 4 * 0.3 * HZ * factor / (one.fleet.hosts * kind.hertz)
        assert one.trial is not None
        assert one.trial.cases["as planned"]["cpu_utilisation_pct"] == pytest.approx(100 * wanted, rel=1e-3)


def test_a_gap_in_a_recording_wants_the_mean_and_not_nothing() -> None:
    some = machines(1)
    use = recorded(some, 30.0)
    use.cpu[100:200] = np.nan
    wanted = listed(some, use)[1]
    assert wanted.percent[150, 0] == pytest.approx(wanted.percent[0, 0]) and wanted.percent[0, 0] > 0


def test_names_of_machines_need_no_locale(monkeypatch: pytest.MonkeyPatch) -> None:
    def in_ascii(self: Path, text: str, encoding: str | None = None, **more: object) -> int:
        return self.write_bytes(text.encode(encoding or "ascii"))

    monkeypatch.setattr(Path, "write_text", in_ascii)
    some = [replace(one, name=f"größe {number}") for number, one in enumerate(machines(4))]
    use = recorded(some, 20.0)
    names, wanted = listed(some, use)
    assert "as planned" in trial(PROXMOX, fleet(some, 2), names, Assumptions(), wanted, use).cases
