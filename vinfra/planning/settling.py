"""What nobody said, settled before a plan is made: its day, and what other currencies are worth.

The day is that of the newest price there is, or of the inventory where that is newer; no clock is looked at. A rate is
the mean of the newest year up to the plan's that is known. Unit: one of another currency in the plan's. Source:
facts/rates.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from vinfra import facts
from vinfra.hypervisors.edition import edition
from vinfra.planning.assumptions import Assumptions
from vinfra.spec import Spec, field

DOLLAR = "USD"  # what rates are known in


class Rate(Spec):
    """US dollars for one of a currency (fact kind `rates`)."""

    title: str = field(..., "what it is")
    currency: str = field(..., "the currency", pattern=r"^[A-Z]{3}$")
    by_year: dict[str, float] = field(..., "mean of a year")


def settled(assumptions: Assumptions, taken: date | None) -> Assumptions:
    """The same with the day and the rates that were left unsaid; `taken` is the day of the inventory."""
    costs = assumptions.costs
    day = costs.date or max(filter(None, (taken, newest_price())))
    rates = {**known_rates(costs.currency, day), **costs.rates}
    return assumptions.model_copy(update={"costs": costs.model_copy(update={"date": day, "rates": rates})})


def newest_price() -> date:
    """The day of the newest price there is."""
    return max(edition(name).terms.date for name in facts.names("editions"))


def known_rates(currency: str, day: date) -> Mapping[str, float]:
    """What one of every other currency is worth in one, as far as is known of the year or the last one before it."""
    dollars = {DOLLAR: 1.0}
    for name in facts.names("rates"):
        rate: Rate = facts.load("rates", name, Rate)
        years = [year for year in rate.by_year if int(year) <= day.year]
        if years:
            dollars[rate.currency] = rate.by_year[max(years)]
    if currency not in dollars:
        return {}
    return {other: worth / dollars[currency] for other, worth in sorted(dollars.items()) if other != currency}
