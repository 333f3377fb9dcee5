"""Costs side by side: parts in one order, the price of the largest part at which the ranking flips, bill lines.

Costs are over the plan's years; a line that is paid each year counts so often. Unit: the plan's currency.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from vinfra.hypervisors.edition import BillLine
from vinfra.planning.plan import Plan, TargetPlan


@dataclass(frozen=True, slots=True)
class Flip:
    """The price of a line at which a target costs as much as the best (for the best: as the next one).

    `factor` is that price over today's; None where no price of this line does it, since the rest alone costs more.
    """

    target: str
    line: BillLine
    other: str
    price: float | None
    factor: float | None
    first: bool


def title(one: TargetPlan) -> str:
    """What the target is called."""
    return one.target.title


def parts(plan: Plan) -> list[str]:
    """Names of the parts of cost, in the order in which the targets give them."""
    return list(dict.fromkeys(name for one in plan.targets for name in one.parts))


def cheapest(plan: Plan) -> TargetPlan | None:
    """The target with the least total, of those whose total is known; the first of equals."""
    known = [one for one in plan.targets if one.total is not None]
    return min(known, key=lambda one: one.total or 0.0) if known else None


def over_years(line: BillLine, years: float) -> float:
    """What a line costs over the years."""
    return line.amount * years if line.per == "year" else line.amount


def flips(plan: Plan) -> list[Flip]:
    """One for each target with a known total and a bill in the plan's money, against the cheapest other target."""
    known = [one for one in plan.targets if one.total is not None]
    found = [_flip(plan, one, [other for other in known if other is not one]) for one in known if len(known) > 1]
    return [flip for flip in found if flip is not None]


def _flip(plan: Plan, one: TargetPlan, others: Sequence[TargetPlan]) -> Flip | None:
    """The largest line of its bills, and where it meets the cheapest of the others."""
    years = plan.assumptions.years
    lines = [(over_years(line, years), line) for bill in one.bills for line in bill.lines]
    lines = [(cost, line) for cost, line in lines if cost > 0 and line.price > 0 and _same(plan, line)]
    if not lines:
        return None
    cost, line = max(lines, key=lambda pair: pair[0])
    other = min(others, key=lambda found: found.total or 0.0)
    gap = (other.total or 0.0) - (one.total or 0.0)
    factor = 1 + gap / cost
    price = line.price * factor if factor >= 0 else None
    return Flip(title(one), line, title(other), price, factor if factor >= 0 else None, gap >= 0)


def _same(plan: Plan, line: BillLine) -> bool:
    """Whether a line is in the plan's money, so that its price and the totals can be held together."""
    return line.currency == currency(plan)


def currency(plan: Plan) -> str:
    """Of all money of the plan; the one that is assumed where it does not say."""
    return plan.currency or plan.assumptions.costs.currency


def unknown(plan: Plan) -> list[str]:
    """Parts of cost that some target does not know, each once."""
    return list(dict.fromkeys(name for one in plan.targets for name, cost in one.parts.items() if cost is None))
