"""The planner: what every plan keeps, whatever the estate, and what it says of estates that are hardly there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.vinfra.planning.drawn import HZ, changes, inventories
from tests.vinfra.planning.promises import check
from vinfra.errors import InputError
from vinfra.planning import planner
from vinfra.planning.assuming import assumed
from vinfra.planning.estates.drawn import estate, recording
from vinfra.planning.inventory import Host, Inventory, Machine
from vinfra.planning.plan import Plan
from vinfra.planning.utilisation import Utilisation
from vinfra.report.planning.document import document

GIB = 2.0**30
TARGETS = ("hyper-v", "proxmox-ve", "vmware-vvf")


def planned(
    inventory: Inventory,
    sets: Sequence[str] = (),
    targets: Sequence[str] = TARGETS,
    recorded: Utilisation | None = None,
) -> Plan:
    return planner.plan(inventory, recorded, assumed(sets=sets, targets=targets), lambda words: None).plan


@settings(max_examples=20)
@given(inventories(), changes())
def test_whatever_the_estate_a_plan_keeps_its_promises(inventory: Inventory, sets: list[str]) -> None:
    plan = planned(inventory, sets)
    assert sorted([*(one.name for one in plan.targets), *plan.refused]) == sorted(TARGETS)
    check(plan)


@settings(max_examples=15)
@given(inventories(least=3), changes(), st.sampled_from([0.05, 1.0, 8.0]))
def test_nor_does_it_break_them_where_use_was_recorded(inventory: Inventory, sets: list[str], days: float) -> None:
    assume(any(True for _ in inventory.running()))
    recorded = recording(inventory, days, 1, 3600.0)
    half = replace(recorded, names=recorded.names[::2], cpu=recorded.cpu[:, ::2], memory=None)
    for one in (recorded, half):
        check(planned(inventory, sets, ["vmware-vvf"], one))


@settings(max_examples=8)
@given(inventories(least=2), changes(), st.data())
def test_neither_order_nor_names_of_machines_change_it(inventory: Inventory, sets: list[str], data: st.DataObject):
    machines = data.draw(st.permutations(inventory.machines))
    other = replace(inventory, machines=machines, hosts=inventory.hosts[::-1])
    renamed = replace(other, machines=[replace(one, name=f"m{at:02d}") for at, one in enumerate(machines)])
    here = planned(inventory, sets)
    assert document(planned(other, sets)) == document(here)
    there = planned(renamed, sets)
    assert there.refused == here.refused
    assert [(one.name, one.fleet.hosts, one.bills) for one in there.targets] == [
        (one.name, one.fleet.hosts, one.bills) for one in here.targets
    ]
    for mine, its in zip(here.targets, there.targets, strict=True):
        assert its.total == pytest.approx(mine.total)


def test_other_names_for_the_same_machines_cost_the_same() -> None:
    # Of 200 machines some are alike in what they ask for and unlike in what they draw.
    inventory = replace(estate(200, 1), hosts=())
    names = [f"m{at:04d}" for at in range(len(inventory.machines))][::-1]
    renamed = [replace(machine, name=name) for machine, name in zip(inventory.machines, names, strict=True)]
    (here,), (there,) = (
        planned(one, targets=["proxmox-ve"]).targets for one in (inventory, replace(inventory, machines=renamed))
    )
    assert here.total is not None and there.total == pytest.approx(here.total, rel=1e-12)
    assert there.power.after.mean == pytest.approx(here.power.after.mean, rel=1e-12)


def test_targets_are_ranked_by_what_they_cost_over_the_years() -> None:
    plan = planned(estate(20, 1))
    totals = [one.total for one in plan.targets]
    assert None not in totals and totals == sorted(totals)
    assert len(set(totals)) == len(TARGETS)
    more_years = planned(estate(20, 1), ["costs.years=5"])
    assert all(
        one.parts[planner.POWER] == pytest.approx(mine.parts[planner.POWER] * 5 / 3)
        for one, mine in zip(
            sorted(more_years.targets, key=lambda one: one.name),
            sorted(plan.targets, key=lambda one: one.name),
            strict=True,
        )
    )


def test_a_target_that_takes_all_machines_stands_before_a_cheaper_one_that_does_not() -> None:
    # ESX 3.5 gives a VM 4 vCPUs at most.
    machines = [Machine(f"vm{vcpus}", "vm", vcpus, 2 * GIB, core_hz=HZ) for vcpus in (1, 2, 4, 8)]
    dear, cheap = planned(
        Inventory("x", "x", machines=machines), ["sizing.apply=false"], ["vi3-foundation", "vmware-vcf"]
    ).targets
    assert (dear.name, cheap.name) == ("vmware-vcf", "vi3-foundation")
    assert dear.total is not None and cheap.total is not None and cheap.total < dear.total
    assert cheap.fleet.unplaced["vm8"].startswith("has 8 vCPUs") and not dear.fleet.unplaced
    assert cheap.reasons[0] == f"it costs less than {dear.target.title}, but leaves more machines without a host"
    assert dear.reasons[0] == f"of those that take the most machines it costs least over 3 years: {dear.total:,.0f} USD"
    assert "1 machine has no host there" in cheap.warnings


def test_a_target_that_is_refused_leaves_the_others() -> None:
    plan = planned(estate(5, 1), ["hosts.memory=512 GiB"], ["vi3-enterprise", "proxmox-ve"])
    assert [one.name for one in plan.targets] == ["proxmox-ve"]
    assert list(plan.refused) == ["vi3-enterprise"] and "set hosts.memory" in plan.refused["vi3-enterprise"]


def test_every_target_may_be_refused() -> None:
    made = planner.plan(estate(5, 1), None, assumed(sets=["racks.power=10 W"], targets=TARGETS), lambda words: None)
    assert not made.plan.targets and sorted(made.plan.refused) == sorted(TARGETS)


def test_an_estate_in_which_nothing_runs_needs_no_hosts_and_costs_nothing() -> None:
    inventory = estate(8, 1)
    off = replace(inventory, machines=[replace(machine, power="off") for machine in inventory.machines])
    made = planner.plan(off, None, assumed(targets=["proxmox-ve"]), lambda words: None)
    (one,) = made.plan.targets
    assert made.tried is None and one.trial is None
    assert (one.fleet.hosts, one.total, list(one.bills), one.backup, one.migration) == (0, 0.0, [], None, None)


def test_an_estate_of_nothing_is_a_plan_of_nothing() -> None:
    (one,) = planned(Inventory("x", "x"), targets=["proxmox-ve"]).targets
    assert (one.fleet.hosts, one.total, one.power.before) == (0, 0.0, None)


def test_one_machine_needs_one_host_and_a_spare_one() -> None:
    inventory = estate(1, 1)
    (one,) = planned(replace(inventory, hosts=()), targets=["proxmox-ve"]).targets
    assert (one.fleet.chosen.hosts, one.fleet.hosts, one.power.before) == (1, 2, None)
    assert one.kept == []


def test_hosts_that_stay_are_billed_beside_the_new_ones() -> None:
    hosts = [Host(f"esx{number}", 2, 6, 64 * GIB, core_hz=HZ) for number in range(4)]
    (one,) = planned(replace(estate(5, 1), hosts=hosts), targets=["vmware-vvf"]).targets
    assert one.kept[0].counted == 48 and one.kept[0].units == 128  # 16 for each processor at the least


def test_windows_guests_whose_host_nobody_knows_are_not_all_on_one() -> None:
    some = [Machine(f"w{n}", "vm", 1, GIB, os="Microsoft Windows Server 2022", core_hz=HZ) for n in range(12)]
    hosts = [Host(f"esx{number}", 2, 8, 64 * GIB, core_hz=HZ) for number in range(4)]
    (one,) = planned(Inventory("x", "x", machines=some, hosts=hosts), targets=["vmware-vvf"]).targets
    _, guests = one.kept
    # Four on each of three hosts when one fails: two licences of Standard for two guests each, 16 cores, 4 hosts.
    assert (guests.edition, guests.units) == ("windows-server-2025-standard", 2 * 16 * 4)


def test_a_price_of_the_hosts_is_a_part_of_the_cost() -> None:
    (without,) = planned(estate(5, 1), targets=["proxmox-ve"]).targets
    (one,) = planned(estate(5, 1), ["hosts.price=9000"], targets=["proxmox-ve"]).targets
    assert without.hardware is None and planner.HARDWARE not in without.parts
    assert one.total == pytest.approx((without.total or 0.0) + 9000 * one.fleet.hosts)


def test_the_targets_of_the_day_are_planned_where_none_is_named() -> None:
    plan = planned(estate(3, 1, "2007"), ["costs.date=2007-10-01"], targets=[])
    assert sorted(one.name for one in plan.targets) == ["vi3-enterprise-2006", "virtual-iron", "xen-enterprise"]
    assert plan.day == date(2007, 10, 1)
    with pytest.raises(InputError, match="no target is of 1999-01-01"):
        planned(estate(3, 1), ["costs.date=1999-01-01"], targets=[])


MANY = [10, 1_000, pytest.param(20_000, marks=pytest.mark.slow)]


@pytest.mark.parametrize("machines", MANY)
def test_estates_of_any_size_are_planned_for_four_targets(machines: int) -> None:
    targets = ["hyper-v", "proxmox-ve", "vmware-vvf", "xcp-ng"]
    plan = planned(estate(machines, 2), ["hosts.price=20000"], targets)
    assert len(plan.targets) == len(targets) and len(plan.suggestions) == len(plan.inventory.machines)
    check(plan)
    assert all(one.trial is not None and one.trial.cases for one in plan.targets)


def test_hosts_that_carry_nothing_send_nothing_to_the_backup() -> None:
    (one,) = planned(estate(20, 1), ["hosts.spare=3"], ["proxmox-ve"]).targets
    (alone,) = planned(estate(20, 1), ["hosts.spare=0"], ["proxmox-ve"]).targets
    assert one.fleet.chosen.hosts == alone.fleet.hosts < one.fleet.hosts
    assert one.backup == alone.backup
