"""What every plan keeps, checked beside the planner: by arithmetic of its own over what the plan says."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest

from vinfra import facts
from vinfra.hardware.processor import Processor
from vinfra.hardware.server import Server
from vinfra.planning import planner
from vinfra.planning.hosting.demand import factors
from vinfra.planning.moving.waves import WEEK
from vinfra.planning.plan import Plan, TargetPlan
from vinfra.report.planning.document import document


def check(plan: Plan) -> None:
    """All of it, for every target; targets that take all machines come first, then the cheaper ones."""
    for one in plan.targets:
        check_hosts(plan, one)
        check_racks(plan, one)
        check_costs(plan, one)
        check_nights(plan, one)
    keys = [(len(one.fleet.unplaced), one.total) for one in plan.targets]
    assert keys == sorted(keys)
    assert all(plan.refused.values())
    json.dumps(document(plan), allow_nan=False)


def check_hosts(plan: Plan, one: TargetPlan) -> None:
    """Every machine that runs has a host or a reason, and no host promises more than it may give."""
    fleet, rules = one.fleet, plan.assumptions.hosts
    placed, running = list(fleet.machines), [machine.name for machine in plan.inventory.running()]
    assert sorted([*placed, *fleet.unplaced]) == sorted(running)
    assert all(fleet.unplaced.values())
    server = facts.load("servers", rules.server or one.target.server, Server)
    there = facts.load("processors", server.processor, Processor)
    cores, more = fleet.sockets * fleet.cores_per_socket, 1 + rules.growth
    machines = {machine.name: machine for machine in plan.inventory.machines}
    sized = {suggestion.machine: suggestion for suggestion in plan.suggestions}
    apply = plan.assumptions.sizing.apply
    asks = np.zeros((max(fleet.chosen.hosts, 1), 3))
    worth, _ = factors([machines[name] for name in placed], plan.inventory, there)
    for name, at, factor in zip(placed, fleet.chosen.at.tolist(), worth.tolist(), strict=True):
        said = sized[name]
        asks[at] += (
            max(said.cpu, machines[name].cpu_reservation) * factor,
            said.memory if apply else said.memory_now,
            said.vcpus if apply else said.vcpus_now,
        )
    gives = (
        cores * there.frequency * rules.cpu_fill / more,
        fleet.memory * (1 - one.target.overhead) * rules.memory_fill * rules.overcommit / more,
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
        known = [machine for machine in moving if machine.disk or machine.in_use is not None]
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
