"""The planner: what every plan keeps, whatever the estate, and what it says of estates that are hardly there."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.vinfra.planning.drawn import HZ, changes, inventories
from vinfra import facts
from vinfra.errors import InputError
from vinfra.hardware.processor import Processor
from vinfra.hardware.server import Server
from vinfra.planning import planner
from vinfra.planning.assuming import assumed
from vinfra.planning.estates.drawn import estate
from vinfra.planning.inventory import Host, Inventory, Machine
from vinfra.planning.moving.waves import WEEK
from vinfra.planning.plan import Plan, TargetPlan
from vinfra.report.planning.document import document

GIB = 2.0**30
TARGETS = ("hyper-v", "proxmox-ve", "vmware-vvf")


def planned(inventory: Inventory, sets: Sequence[str] = (), targets: Sequence[str] = TARGETS) -> Plan:
    return planner.plan(inventory, None, assumed(sets=sets, targets=targets), lambda words: None).plan


def check_hosts(plan: Plan, one: TargetPlan) -> None:
    """Every machine that runs has a host or a reason, and no host promises more than it may give."""
    fleet, rules = one.fleet, plan.assumptions.hosts
    placed, running = list(fleet.machines), [machine.name for machine in plan.inventory.running()]
    assert sorted([*placed, *fleet.unplaced]) == sorted(running)
    assert all(fleet.unplaced.values())
    server = facts.load("servers", rules.server or one.target.server, Server)
    clock = facts.load("processors", server.processor, Processor).frequency
    cores, more = fleet.sockets * fleet.cores_per_socket, 1 + rules.growth
    machines = {machine.name: machine for machine in plan.inventory.machines}
    sized = {suggestion.machine: suggestion for suggestion in plan.suggestions}
    apply = plan.assumptions.sizing.apply
    asks = np.zeros((max(fleet.chosen.hosts, 1), 3))
    for name, at in zip(placed, fleet.chosen.at.tolist(), strict=True):
        said = sized[name]
        asks[at] += (
            max(said.cpu, machines[name].cpu_reservation),
            said.memory if apply else said.memory_now,
            said.vcpus if apply else said.vcpus_now,
        )
    gives = (
        cores * clock * rules.cpu_fill / more,
        fleet.memory * (1 - one.target.overhead) * rules.memory_fill / more,
        cores * one.target.vcpus_per_core / more,
    )
    assert (asks <= np.array(gives) * (1 + 1e-9)).all()
    assert fleet.chosen.bound <= fleet.chosen.hosts <= fleet.heuristic.hosts
    assert set(fleet.chosen.at.tolist()) == set(range(fleet.chosen.hosts))
    assert fleet.spare == fleet.clusters * rules.spare
    assert fleet.hosts <= fleet.clusters * rules.cluster


def check_racks(plan: Plan, one: TargetPlan) -> None:
    """All hosts stand somewhere, and no feed carries more than it may."""
    limits = plan.assumptions.racks
    assert sum(rack.hosts for rack in one.fleet.racks) == one.fleet.hosts
    assert all(rack.peak <= limits.power and 1 <= rack.hosts <= limits.hosts for rack in one.fleet.racks)
    assert sum(rack.peak for rack in one.fleet.racks) == pytest.approx(one.power.after.peak)
    assert one.power.after.idle <= one.power.after.mean * (1 + 1e-9) <= one.power.after.peak * (1 + 2e-9)


def check_costs(plan: Plan, one: TargetPlan) -> None:
    """What it costs is what its parts cost, and nobody pays for less than there is."""
    years, price = plan.assumptions.years, plan.assumptions.hosts.price
    assert one.total == pytest.approx(math.fsum(part or 0.0 for part in one.parts.values()))
    assert sum(bill.over(years) for bill in one.bills) == pytest.approx(
        (one.parts[planner.HYPERVISOR] or 0.0) + (one.parts.get(planner.GUESTS) or 0.0)
    )
    assert one.parts[planner.POWER] == pytest.approx(one.power.after.cost * years)
    assert one.parts.get(planner.HARDWARE) == (None if price is None else price * one.fleet.hosts)
    assert all(bill.units >= bill.counted for bill in (*one.bills, *one.kept))
    assert bool(one.bills) == bool(one.fleet.hosts)


def check_nights(plan: Plan, one: TargetPlan) -> None:
    """Every machine but a template moves in exactly one night or is named with the reason; nights hold what is in
    them."""
    moving = [machine for machine in plan.inventory.machines if not machine.template]
    if one.migration is None:
        known = [machine for machine in moving if machine.disks or machine.in_use is not None]
        assert not known or not one.fleet.hosts
        return
    nights, rules = one.migration.nights, plan.assumptions.waves
    moved = [move.machine for night in nights if night.kind == "wave" for move in night.moves]
    assert sorted([*moved, *one.migration.blocked]) == sorted(machine.name for machine in moving)
    assert set(one.fleet.unplaced) <= set(one.migration.blocked)
    days = [night.on for night in nights]
    assert days == sorted(set(days)) and all(WEEK[day.weekday()] in rules.nights for day in days)
    for night in nights:
        assert night.fits
        assert max(move.ends for move in night.moves) <= rules.window * (1 + 1e-9)
        for move in night.moves:
            under_way = [other for other in night.moves if other.begins <= move.begins < other.ends - 1e-6]
            assert len(under_way) <= rules.streams


@settings(max_examples=40)
@given(inventories(), changes())
def test_whatever_the_estate_a_plan_keeps_its_promises(inventory: Inventory, sets: list[str]) -> None:
    plan = planned(inventory, sets)
    assert sorted([*(one.name for one in plan.targets), *plan.refused]) == sorted(TARGETS)
    assert all(plan.refused.values())
    for one in plan.targets:
        check_hosts(plan, one)
        check_racks(plan, one)
        check_costs(plan, one)
        check_nights(plan, one)
    keys = [(len(one.fleet.unplaced), one.total) for one in plan.targets]
    assert keys == sorted(keys)
    json.dumps(document(plan), allow_nan=False)


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
    assert "1 machines have no host there" in cheap.warnings


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


def test_a_price_of_the_hosts_is_a_part_of_the_cost() -> None:
    (without,) = planned(estate(5, 1), targets=["proxmox-ve"]).targets
    (one,) = planned(estate(5, 1), ["hosts.price=9000"], targets=["proxmox-ve"]).targets
    assert without.hardware is None and planner.HARDWARE not in without.parts
    assert one.total == pytest.approx((without.total or 0.0) + 9000 * one.fleet.hosts)


def test_the_targets_of_the_day_are_planned_where_none_is_named() -> None:
    plan = planned(estate(3, 1), ["costs.date=2007-10-01"], targets=[])
    assert sorted(one.name for one in plan.targets) == ["vi3-enterprise-2006", "virtual-iron", "xen-enterprise"]
    assert plan.day == date(2007, 10, 1)
    with pytest.raises(InputError, match="no target is of 1999-01-01"):
        planned(estate(3, 1), ["costs.date=1999-01-01"], targets=[])
