"""Reasons and warnings: every number in them is one of the plan's own, and nothing is warned of that is not so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from tests.vinfra.planning.small import machines, recorded
from vinfra.planning import planner, reasons
from vinfra.planning.assuming import assumed
from vinfra.planning.estates.drawn import estate
from vinfra.planning.inventory import Inventory, Missing
from vinfra.planning.plan import Plan, TargetPlan
from vinfra.planning.utilisation import Utilisation


def planned(
    inventory: Inventory, targets: Sequence[str], sets: Sequence[str] = (), recording: Utilisation | None = None
) -> Plan:
    return planner.plan(inventory, recording, assumed(sets=sets, targets=targets), lambda words: None).plan


@pytest.fixture(scope="module")
def plan() -> Plan:
    return planned(estate(40, 1), ["proxmox-ve", "vmware-vvf"])


def said(one: TargetPlan, words: str) -> list[str]:
    return [told for told in one.reasons if words in told]


def test_the_first_says_what_it_costs_and_the_next_how_much_more(plan: Plan) -> None:
    first, second = plan.targets
    assert first.total is not None and second.total is not None
    assert first.reasons[0] == f"of 2 targets it costs least over 3 years: {first.total:,.0f} USD"
    more = second.total - first.total
    assert second.reasons[0] == f"over 3 years it costs {more:,.0f} USD more than {first.target.title}"


def test_one_target_is_compared_with_nobody() -> None:
    (one,) = planned(estate(5, 1), ["proxmox-ve"]).targets
    assert not said(one, "it costs")


def test_hosts_are_told_with_what_decides_and_how_near_to_the_fewest(plan: Plan) -> None:
    for one in plan.targets:
        fleet = one.fleet
        (told,) = said(one, " machines, ")
        assert told.startswith(f"{fleet.hosts} hosts, {fleet.spare} of them for failures; {fleet.needed_by} decides")
        assert told.endswith("which is proven to be the fewest") == (fleet.chosen.hosts == fleet.chosen.bound)


def test_a_gap_to_the_bound_is_told(plan: Plan) -> None:
    one = plan.targets[0]
    packing = replace(one.fleet.chosen, bound=one.fleet.chosen.hosts - 1)
    (again,) = reasons.given([replace(one, fleet=replace(one.fleet, chosen=packing))], plan.assumptions)
    (told,) = said(again, " machines, ")
    assert told.endswith("at most 1 above what any placement could do")


def test_a_floor_of_a_licence_is_told_with_both_counts() -> None:
    # Two processors of 8 cores, each billed for 16.
    (one,) = planned(estate(5, 1), ["vmware-vvf"], ["hosts.server=dell-r620", "hosts.memory=256 GiB"]).targets
    bill = one.bills[0]
    (told,) = said(one, f"{bill.title}: ")
    assert bill.units >= 2 * bill.counted
    assert told.startswith(f"{bill.title}: {bill.units:,} billed, not {bill.counted:,.0f}: ")


def test_what_an_owner_must_know_is_warned_of_and_nothing_else() -> None:
    whole = planned(estate(5, 1), ["proxmox-ve"], ["hosts.spare=0", "backup.window=1 s"])
    (one,) = whole.targets
    assert "no host is kept for failures" in one.warnings
    assert any(warning.startswith("the nightly backup does not fit its window") for warning in one.warnings)
    assert any("hosts.price" in warning for warning in whole.warnings)
    priced = planned(estate(5, 1), ["proxmox-ve"], ["hosts.price=1"])
    told = [*priced.warnings, *priced.targets[0].warnings]
    assert not any(word in warning for warning in told for word in ("for failures", "backup", "hosts.price"))


def test_machines_that_need_hands_are_counted() -> None:
    inventory = estate(5, 1)
    some = [replace(machine, blockers=("a USB device",)) for machine in inventory.machines[:2]]
    (one,) = planned(replace(inventory, machines=[*some, *inventory.machines[2:]]), ["proxmox-ve"]).targets
    blocked = 0 if one.migration is None else len(one.migration.blocked)
    assert blocked >= 1
    assert f"{blocked} machines need hands to be moved" in one.warnings


def test_a_migration_of_half_a_year_says_what_cuts_it() -> None:
    sets = ["waves.streams=1", "waves.window=1 h", "waves.fixed=50 min", "waves.rate=10 GB/s"]
    (one,) = planned(estate(150, 1), ["proxmox-ve"], sets).targets
    assert one.migration is not None and len(one.migration.nights) > reasons.LONG
    assert any("waves.streams" in warning for warning in one.warnings)
    (one,) = planned(estate(5, 1), ["proxmox-ve"]).targets
    assert not any("waves.streams" in warning for warning in one.warnings)


def test_what_the_inventory_lacks_is_told_with_what_cannot_be_said() -> None:
    inventory = replace(estate(5, 1), missing=[Missing("vNetwork", "which machines pass network cards through")])
    found = planned(inventory, ["proxmox-ve"]).warnings
    assert "without vNetwork the plan cannot say which machines pass network cards through" in found


def test_without_a_recording_it_says_what_sizes_rest_on() -> None:
    found = planned(Inventory("x", "x", machines=machines(4)), ["proxmox-ve"]).warnings
    assert "no recording of use: machines are sized by its configuration (4)" in found


def test_machines_and_columns_that_found_nobody_are_counted() -> None:
    some = machines(4)
    recording = replace(recorded(some[:3], 20.0), unmatched=("db9", "db8"))
    found = planned(Inventory("x", "x", machines=some), ["proxmox-ve"], recording=recording).warnings
    assert "1 of 4 running machines is not in the recording" in found
    assert "2 columns of the recording belong to no machine" in found


def test_a_recording_says_what_it_does_not_show() -> None:
    some = machines(4)
    found = planned(Inventory("x", "x", machines=some), ["proxmox-ve"], recording=recorded(some, 20.0)).warnings
    assert "the recording covers 1 d; less than 7 d makes nothing smaller (sizing.least_recording)" in found
    assert any(one.startswith("the recording has no memory in use") for one in found)
    week = ["sizing.least_recording=1 d"]
    found = planned(Inventory("x", "x", machines=some), ["proxmox-ve"], week, recorded(some, 20.0)).warnings
    assert not any("makes nothing smaller" in one for one in found)


def test_a_rate_of_exchange_is_a_source_where_a_price_was_in_another_currency(plan: Plan) -> None:
    assert any("euro" in f"{one}".lower() for one in plan.sources)  # Proxmox is sold in EUR
    assert not planned(estate(5, 1), ["vmware-vvf"]).sources


def test_a_rate_of_ones_own_has_no_published_source() -> None:
    assert not planned(estate(5, 1), ["proxmox-ve"], ["costs.rates={EUR: 1.25}"]).sources
