"""Reasons and warnings of a plan are true of the case at hand: a machine room of 2007, and one machine alone."""

from __future__ import annotations

from datetime import date
from functools import cache

import pytest

from tests.vinfra.planning.small import machines
from vinfra import facts
from vinfra.hypervisors.edition import edition
from vinfra.planning import planner
from vinfra.planning.assuming import assumed
from vinfra.planning.estates.drawn import estate
from vinfra.planning.inventory import Host, Inventory
from vinfra.planning.plan import Plan
from vinfra.report.planning import answer


def made(inventory: Inventory, *sets: str) -> Plan:
    return planner.plan(inventory, None, assumed(sets=sets), lambda words: None).plan


@cache
def of_2007() -> Plan:
    return made(estate(60, 3, "2007"), "costs.date=2007-10-01")


def test_no_price_is_younger_than_the_plan() -> None:
    dates = [bill.date for one in of_2007().targets for bill in one.bills]
    assert len(dates) > 3 and max(dates) <= date(2007, 10, 1)


def test_servers_that_stand_for_themselves_are_not_billed_as_hosts_of_today() -> None:
    assert not any(one.kept for one in of_2007().targets)


def test_every_host_of_today_is_counted_once_in_what_its_power_rests_on() -> None:
    power = of_2007().targets[0].power.before
    assert power is not None
    said = power.basis.rpartition("draw: ")[2].split(", ")
    assert any("as measured" in one for one in said)
    assert sum(int(one.split()[0]) for one in said) == power.hosts


def test_sizes_from_percentiles_are_not_said_to_rest_on_one_look() -> None:
    said = " ".join(risk.text for risk in answer.risks(of_2007()))
    assert "percentiles of the record" in said and "one look" not in said


def test_that_hardware_is_not_in_it_is_said_once() -> None:
    plan = of_2007()
    said = [*plan.warnings, *(warning for one in plan.targets for warning in one.warnings)]
    assert sum("hosts.price" in warning for warning in said) == 1


def test_one_host_carries_and_several_carry() -> None:
    some = Inventory("x", "rvtools", machines=machines(2), hosts=[Host("h", 2, 8, 2.0**37)])
    first, second = (one.reasons[1] for one in made(some, "targets=[xcp-ng, vmware-vvf]").targets)
    assert "2 hosts, 1 of them for failures" in first and "and 1 carries machines" in second


@pytest.mark.parametrize("name", facts.names("editions"))
def test_cautions_are_whole_sentences(name: str) -> None:
    assert all(
        len(one) > 25 and one[0].isalpha() and not one.startswith("and ") for one in edition(name).terms.cautions
    )
