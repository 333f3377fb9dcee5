"""Right-sizing: by percentile and headroom where a recording allows it, and never below what was seen."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vinfra import facts
from vinfra.planning.assumptions import Assumptions, Sizing
from vinfra.planning.inventory import Disk, Host, Inventory, Machine
from vinfra.planning.plan import Suggestion
from vinfra.planning.sizing.minimums import least_memory, stepped
from vinfra.planning.sizing.percentiles import percentiles
from vinfra.planning.sizing.seen import Spread
from vinfra.planning.sizing.suggesting import suggestions
from vinfra.planning.sizing.truths import truth_of
from vinfra.planning.trying.load import load
from vinfra.planning.utilisation import Utilisation

GIB = 2.0**30
HZ = 2.5e9
ASSUMED = Assumptions()


def machine(**changes: Any) -> Machine:
    given: dict[str, Any] = {"name": "web", "kind": "vm", "vcpus": 8, "memory": 32 * GIB, "core_hz": HZ}
    return Machine(**(given | {"os": "Ubuntu Linux (64-bit)"} | changes))


def recorded(cpu: Any, memory: Any = None, days: float = 30.0, name: str = "web") -> Utilisation:
    rows = np.array(cpu, dtype=np.float32).reshape(-1, 1)
    held = None if memory is None else np.array(memory, dtype=np.float32).reshape(-1, 1)
    return Utilisation(days * 86400 / len(rows), [name], rows, held)


def one(of: Machine, seen: Utilisation | None = None, assumed: Assumptions = ASSUMED, **more: Any) -> Suggestion:
    (found,) = suggestions(Inventory("t", "t", machines=[of], **more), seen, assumed)
    return found


def test_a_quiet_machine_gets_what_its_percentile_and_headroom_need() -> None:
    cpu = [10.0] * 96 + [15.0] * 4  # 95 % of the time at most 0.8 of 8 vCPUs, 1.2 at its highest
    found = one(machine(memory=8 * GIB), recorded(cpu, [4 * GIB] * 100))
    assert (found.vcpus, found.memory, found.verdict, found.risk) == (2, 5 * GIB, "oversized", "low")
    assert found.cpu == pytest.approx(0.8 * HZ)
    assert found.busy == pytest.approx(0.1)
    assert found.basis == "30 days of samples"
    assert found.reason.startswith(
        "95 % of the time at most 0.8 of 8 vCPUs in 30 days; 2 vCPUs would be 40 % used then"
    )
    assert "99 % of the time at most 4 GiB of memory" in found.reason


def test_to_lose_more_than_half_of_the_memory_is_a_high_risk() -> None:
    found = one(machine(), recorded([10.0] * 100, [4 * GIB] * 100))
    assert (found.memory, found.risk) == (5 * GIB, "high")
    assert "caches" in found.risk_why


def test_a_busy_machine_gets_more() -> None:
    found = one(machine(vcpus=2), recorded([99.0] * 100, [31 * GIB] * 100))
    assert (found.vcpus, found.memory, found.verdict) == (4, 40 * GIB, "undersized")


def test_a_short_recording_makes_nothing_smaller_but_larger() -> None:
    quiet = one(machine(), recorded([1.0] * 100, [GIB] * 100, days=2))
    assert (quiet.vcpus, quiet.memory, quiet.verdict) == (8, 32 * GIB, "unknown")
    assert "less than 7 d makes nothing smaller" in quiet.reason
    assert one(machine(), recorded([100.0] * 100, days=2)).vcpus == 12


def test_a_recording_of_less_than_a_month_is_a_risk() -> None:
    found = one(machine(), recorded([5.0] * 100, days=10))
    assert (found.verdict, found.risk, found.risk_why) == ("oversized", "medium", "no end of a month in 10 days")


@pytest.mark.parametrize(
    ("highest", "often", "risk"),
    [(20.0, 1, "low"), (90.0, 1, "medium"), (90.0, 4, "high")],
    ids=["fits", "once", "often"],
)
def test_what_does_not_fit_is_the_risk(highest: float, often: int, risk: str) -> None:
    assert one(machine(), recorded([10.0] * (100 - often) + [highest] * often)).risk == risk


def test_one_sample_makes_nothing_smaller() -> None:
    found = one(machine(cpu_used=0.1 * HZ, memory_active=GIB))
    assert (found.vcpus, found.memory, found.verdict, found.basis) == (8, 32 * GIB, "unknown", "one sample")
    assert found.working == GIB
    assert "one sample makes nothing smaller" in found.reason
    # More than its mean is planned for, as busy hours are not in one sample.
    assert found.cpu == pytest.approx(0.1 * HZ * 1.876)


def test_one_sample_above_what_headroom_allows_is_evidence() -> None:
    assert one(machine(vcpus=2, cpu_used=1.9 * HZ)).verdict == "undersized"


def test_a_physical_server_with_a_percentile_is_made_smaller() -> None:
    server = machine(kind="physical", cpu_used=0.2 * HZ, cpu_p95=0.5 * HZ, cpu_peak=3.0 * HZ)
    found = one(server)
    assert (found.vcpus, found.verdict, found.risk) == (1, "oversized", "high")
    assert found.risk_why == "at its highest it used 3 of its cores"


def test_vcpus_that_waited_hide_demand() -> None:
    found = one(machine(ready=0.08), recorded([5.0] * 100))
    assert (found.vcpus, found.verdict, found.risk) == (8, "undersized", "medium")
    assert "waited more than 5 % of the time" in found.reason


def test_a_limit_that_is_reached_hides_demand() -> None:
    found = one(machine(cpu_limit=1.0 * HZ), recorded([12.5] * 100))
    assert (found.vcpus, found.verdict) == (8, "undersized")
    assert "held at its CPU limit" in found.reason


def test_reservations_are_kept() -> None:
    found = one(machine(cpu_reservation=5 * HZ, memory_reservation=20 * GIB), recorded([1.0] * 100, [GIB] * 100))
    assert (found.vcpus, found.memory) == (6, 20 * GIB)


def test_an_operating_system_keeps_its_least_memory() -> None:
    server = machine(os="Microsoft Windows Server 2022 (64-bit)")
    assert one(server, recorded([1.0] * 100, [GIB] * 100)).memory == 4 * GIB
    assert least_memory("Microsoft Windows Server 2003 Standard") == 0.5 * GIB
    assert one(machine(memory=0.25 * GIB), recorded([1.0] * 100, [0.1 * GIB] * 100)).memory == 0.25 * GIB


def test_what_does_not_run_stays_as_it_is() -> None:
    for off in (machine(power="off"), machine(template=True)):
        found = one(off, recorded([50.0] * 100))
        assert (found.vcpus, found.cpu, found.working, found.verdict) == (8, 0.0, 0.0, "not running")


def test_a_machine_nobody_saw_takes_its_part_of_its_host_or_the_published_mean() -> None:
    host = Host("esx", 2, 8, 256 * GIB, core_hz=HZ, cpu_used=0.25)
    found = one(machine(host="esx"), hosts=[host])
    assert (found.verdict, found.basis) == ("unknown", "its part of its host's use")
    assert found.cpu == pytest.approx(min(0.25 * 16 * 1.876, 8) * HZ)
    alone = one(machine())
    assert alone.basis == "its configuration"
    assert alone.cpu == pytest.approx(8 * HZ * 0.1231 * 1.876)
    assert alone.busy is None


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.floats(0, 100, width=32), min_size=1, max_size=30),
    st.lists(st.floats(0, 64, width=32), min_size=1, max_size=1),
    st.integers(1, 64),
    st.floats(0.25, 128),
    st.floats(0.1, 60),
)
def test_no_suggestion_is_below_the_demand_it_was_shown(
    cpu: list[float], held: list[float], vcpus: int, memory: float, days: float
) -> None:
    used = min(held[0], memory) * GIB
    of = machine(vcpus=vcpus, memory=memory * GIB)
    found = one(of, recorded(cpu, [used] * len(cpu), days=days))
    demand = float(np.sort(np.float32(cpu))[int(np.ceil(0.95 * len(cpu) - 1e-9)) - 1]) / 100 * vcpus * HZ
    assert found.cpu == pytest.approx(demand)
    assert found.vcpus * HZ >= demand * (1 - 1e-9)
    assert found.memory >= min(used, np.float32(used)) * (1 - 1e-9)


@settings(max_examples=50, deadline=None)
@given(
    st.lists(st.lists(st.floats(0, 100, width=32) | st.just(float("nan")), min_size=3, max_size=3), max_size=20),
    st.floats(0.5, 100),
)
def test_percentiles_leave_holes_out(rows: list[list[float]], part: float) -> None:
    table = np.array(rows, dtype=np.float32).reshape(-1, 3)
    (found,) = percentiles(table, [part])
    for column, got in zip(table.T, found.tolist(), strict=True):
        there = np.sort(column[~np.isnan(column)])
        if not len(there):
            assert np.isnan(got)
        else:
            assert got in there
            assert (there <= got).mean() >= part / 100 - 1e-9


def test_steps_are_what_people_give() -> None:
    assert [stepped(size * GIB) / GIB for size in (0.3, 2.1, 5, 9.1, 17, 70)] == [0.5, 2.5, 5, 10, 20, 72]


def test_the_next_larger_truth_about_disks_stands_in() -> None:
    of = machine(disks=(Disk("a", 100 * GIB),), provisioned=110 * GIB, guest_used=20 * GIB)
    assert truth_of(of, "guest-used") == (20 * GIB, "guest-used")
    assert truth_of(of, "in-use") == (110 * GIB, "provisioned")
    assert truth_of(machine(in_use=5.0), "provisioned") == (5.0, "in-use")
    assert truth_of(machine(), "in-use") is None
    assert one(machine(in_use=10 * GIB, provisioned=11 * GIB)).disk == 11 * GIB
    assert one(of, None, Assumptions().model_copy(update={"storage": Assumptions().storage.model_copy(
        update={"truth": "guest-used"})})).disk == pytest.approx(24 * GIB)  # fmt: skip


def test_a_stricter_rule_gives_more() -> None:
    strict = Assumptions(sizing=Sizing(cpu_percentile=100.0))
    cpu = [10.0] * 96 + [60.0] * 4
    assert one(machine(), recorded(cpu), strict).vcpus > one(machine(), recorded(cpu)).vcpus


def test_the_published_spread_is_that_of_the_recording(planetlab_day: Path) -> None:
    table = np.stack([np.loadtxt(file, dtype=np.float32) for file in sorted(planetlab_day.iterdir())], axis=1)
    known = facts.load("spreads", "planetlab", Spread)
    found = percentiles(table, known.percent).sum(axis=1) / table.mean(axis=0, dtype=np.float64).sum()
    assert found == pytest.approx(known.of_mean, abs=0.02)
    assert table.mean(dtype=np.float64) / 100 == pytest.approx(known.mean, abs=1e-4)


def test_more_than_two_vcpus_come_in_twos_and_what_fits_is_left_alone() -> None:
    assert one(machine(vcpus=8), recorded([35.0] * 100)).vcpus == 4
    assert one(machine(vcpus=3), recorded([70.0] * 100)).vcpus == 3
    odd = Assumptions(sizing=Sizing(even=False))
    assert one(machine(vcpus=8), recorded([35.0] * 100), odd).vcpus == 4
    assert one(machine(vcpus=8), recorded([50.0] * 100), odd).vcpus == 6
    assert one(machine(vcpus=16), recorded([50.0] * 100), odd).vcpus == 11
    assert one(machine(vcpus=16), recorded([50.0] * 100)).vcpus == 12


def test_an_estimate_above_a_limit_is_no_evidence_that_it_was_reached() -> None:
    found = one(machine(vcpus=2, cpu_limit=1.0 * HZ, cpu_used=0.6 * HZ))  # times the spread it would be above
    assert found.verdict == "unknown"
    assert "held at its CPU limit" not in found.reason
    assert one(machine(vcpus=2, cpu_limit=1.0 * HZ, cpu_used=0.99 * HZ)).verdict == "undersized"


def test_a_record_of_a_peak_alone_makes_nothing_smaller_than_the_peak() -> None:
    found = one(machine(kind="physical", cpu_peak=4.5 * HZ))
    assert found.vcpus == 6
    assert "at most 4.5 of 8 vCPUs at its highest" in found.reason
    busy = one(machine(kind="physical", cpu_used=2.0 * HZ, cpu_peak=7.0 * HZ))
    assert busy.vcpus >= 7, "a mean times the spread of others is no percentile of its own"
    quiet = one(machine(kind="physical", cpu_peak=0.1 * HZ))
    assert quiet.cpu <= 0.1 * HZ, "no mean of others is above the highest that was seen"
    assert quiet.mean <= 0.1 * HZ


def test_memory_seen_for_too_short_a_time_is_not_taken_away() -> None:
    held = [float("nan")] * 99 + [GIB]
    found = one(machine(), recorded([10.0] * 100, held))
    assert (found.vcpus, found.memory) == (2, 32 * GIB)
    assert "its memory was recorded for less than 7 d and stays" in found.reason


def test_who_has_enough_memory_is_given_no_more_for_the_sake_of_a_step() -> None:
    found = one(machine(vcpus=1, memory=4.9 * GIB), recorded([50.0] * 100, [3.8 * GIB] * 100))
    assert (found.memory, found.verdict) == (4.9 * GIB, "fits")


def test_the_size_that_a_recording_says_is_of_all_vcpus_together() -> None:
    """As Bitbrains has it: 4 cores, 10,000 MHz provisioned."""
    use = recorded([20.0] * 100)
    use = replace(use, vcpus=np.array([4.0]), hz=np.array([4 * HZ]))
    found = one(machine(), use)  # it has 8 today
    assert found.cpu == pytest.approx(0.2 * 4 * HZ)
    assert found.mean == pytest.approx(0.2 * 4 * HZ)
    wanted = load([machine()], {}, use, HZ)
    assert wanted.percent == pytest.approx(np.full((100, 1), 10.0))


def test_a_few_gaps_do_not_make_a_week_shorter() -> None:
    def week(holes: int) -> Suggestion:
        return one(machine(), recorded([float("nan")] * holes + [5.0] * (1000 - holes), days=7))

    assert week(0).vcpus == week(1).vcpus == week(50).vcpus == 1
    mostly = week(300)
    assert mostly.vcpus == 8
    assert "less than 7 d of its own samples makes nothing smaller" in mostly.reason
