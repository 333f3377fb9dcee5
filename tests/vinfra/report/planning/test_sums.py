from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.vinfra.report.planning import planned
from vinfra.planning.assumptions import Assumptions, Hosts, Sizing
from vinfra.report.planning import estate, loads, sizing

PLAN = planned.full(120)


def test_machines_are_counted_once_and_templates_aside() -> None:
    found, machines = estate.estate(PLAN), PLAN.inventory.machines
    assert found.machines + found.templates == len(machines)
    assert found.running + found.off + found.suspended == found.machines
    assert sum(count for _, count in found.families) == sum(count for _, count in found.places) == found.machines


def test_the_disk_of_the_plan_falls_back_to_what_is_known() -> None:
    wanted = PLAN.assumptions.model_copy(
        update={"storage": PLAN.assumptions.storage.model_copy(update={"truth": "guest-used"})}
    )
    found = estate.estate(replace(PLAN, assumptions=wanted))
    real = [machine for machine in PLAN.inventory.machines if not machine.template]
    assert dict(found.disk_by) == {
        "guest-used": sum(machine.guest_used is not None for machine in real),
        "in-use": sum(machine.guest_used is None for machine in real),
    }
    assert found.disk == pytest.approx(
        sum((m.guest_used if m.guest_used is not None else m.in_use) or 0.0 for m in real)
    )


def test_snapshots_are_sorted_by_age_and_those_without_a_date_come_last() -> None:
    ages = [one.age for one in estate.estate(PLAN).snapshots]
    known = [age for age in ages if age is not None]
    assert known == sorted(known, reverse=True) and ages[-1] is None
    undated = replace(PLAN, inventory=replace(PLAN.inventory, taken=None))
    assert {one.age for one in estate.estate(undated).snapshots} == {None} and estate.estate(undated).old == 0


def test_sizes_add_up_to_the_suggestions_of_machines_that_run() -> None:
    found = sizing.sizes(PLAN)
    real = [one for one in PLAN.suggestions if one.verdict != "not running"]
    assert sum(count for _, count in found.verdicts) == len(PLAN.suggestions)
    assert sum(one.now for one in found.by_vcpus) == sum(one.then for one in found.by_memory) == len(real)
    assert all(one.vcpus < one.vcpus_now or one.vcpus_now == 1 for one in found.oversized)
    changes = [abs(one.vcpus - one.vcpus_now) for one in found.undersized]
    assert changes == sorted(changes, reverse=True)


@given(st.integers(0, 2**32 - 1), st.integers(1, 9), st.floats(0, 1), st.booleans())
@settings(max_examples=30, deadline=None)
def test_whatever_is_placed_is_on_some_host_and_nothing_twice(
    seed: int, hosts: int, growth: float, apply: bool
) -> None:
    one = PLAN.targets[0]
    at = np.random.default_rng(seed).integers(-1, hosts, len(one.fleet.machines))
    fleet = replace(one.fleet, chosen=replace(one.fleet.chosen, at=at, hosts=hosts))
    assumed = Assumptions(sizing=Sizing(apply=apply), hosts=Hosts(growth=growth))
    plan = replace(PLAN, assumptions=assumed)
    suggested = loads.by_name(plan)
    found = loads.loads(plan, replace(one, fleet=fleet), suggested)
    placed = [suggested[name] for name, host in zip(fleet.machines, at, strict=True) if host >= 0]
    assert len(found.machines) == hosts and found.machines.sum() == len(placed)
    memory = sum(of.memory if apply else of.memory_now for of in placed)
    assert found.memory.sum() == pytest.approx(memory * (1 + growth))
    vcpus = sum(of.vcpus if apply else of.vcpus_now for of in placed)
    assert found.vcpus.sum() == pytest.approx(vcpus * (1 + growth))
