"""What nobody said is settled from facts: the day of a plan, and rates of exchange."""

from __future__ import annotations

from datetime import date

import pytest

from vinfra import facts
from vinfra.hypervisors.edition import edition
from vinfra.planning.assuming import assumed
from vinfra.planning.assumptions import Assumptions
from vinfra.planning.settling import known_rates, newest_price, settled


def of(*sets: str) -> Assumptions:
    return assumed(sets=sets).values


def test_the_day_is_that_of_the_newest_price() -> None:
    dates = [edition(name).terms.date for name in facts.names("editions")]
    assert newest_price() in dates and all(day <= newest_price() for day in dates)
    assert settled(of(), None).costs.date == newest_price()


def test_or_that_of_the_inventory_where_it_is_newer() -> None:
    assert settled(of(), date(2099, 5, 4)).costs.date == date(2099, 5, 4)
    assert settled(of(), date(2001, 5, 4)).costs.date == newest_price()


def test_a_day_that_is_said_stays() -> None:
    assert settled(of("costs.date=2007-10-01"), date(2099, 5, 4)).costs.date == date(2007, 10, 1)


def test_a_rate_is_that_of_the_plans_year_or_of_the_last_one_known() -> None:
    assert known_rates("USD", date(2007, 10, 1)) == {"EUR": 1.371}
    assert known_rates("USD", date(2099, 1, 1)) == {"EUR": 1.13}
    assert known_rates("EUR", date(2007, 10, 1)) == {"USD": pytest.approx(1 / 1.371)}


def test_no_rate_is_made_up() -> None:
    assert known_rates("USD", date(1999, 1, 1)) == {}
    assert known_rates("CHF", date(2026, 1, 1)) == {}


def test_a_rate_that_is_said_stays() -> None:
    assert settled(of("costs.rates={EUR: 1.5, CHF: 2}"), None).costs.rates == {"EUR": 1.5, "CHF": 2}


def test_everything_else_is_as_it_was() -> None:
    before = of("hosts.spare=2", "costs.years=5")
    after = settled(before, None)
    assert after.model_copy(update={"costs": before.costs}) == before
    assert after.costs.years == 5
