"""Why a target stands where it stands, what to know before believing it, and where its numbers come from.

Sentences only: every number in them is one of the plan's own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

from vinfra.hypervisors.edition import Bill, edition
from vinfra.hypervisors.licence_unit import licence_units
from vinfra.planning.assumptions import Assumptions
from vinfra.planning.inventory import Inventory
from vinfra.planning.plan import Suggestion, TargetPlan
from vinfra.planning.settling import known_rates
from vinfra.planning.utilisation import Utilisation
from vinfra.scenario.resolved import cited
from vinfra.scenario.results import Source
from vinfra.units import show

LONG = 100  # nights of a migration, half a year of four a week; longer ones are worth another word (assumed)


def given(ranked: Sequence[TargetPlan], assumptions: Assumptions) -> list[TargetPlan]:
    """The same targets, each with its reasons and warnings."""
    return [
        replace(
            one, reasons=list(_reasons(place, one, ranked, assumptions)), warnings=list(_warnings(one, assumptions))
        )
        for place, one in enumerate(ranked)
    ]


def _reasons(place: int, one: TargetPlan, ranked: Sequence[TargetPlan], assumptions: Assumptions) -> Iterator[str]:
    """Why it is before or behind the others."""
    first, money = ranked[0], assumptions.costs.currency
    years = f"{assumptions.years} year{'s' if assumptions.years != 1 else ''}"
    if len(ranked) > 1 and one.total is not None and first.total is not None:
        if place == 0:
            least = all(other.total is None or other.total >= one.total for other in ranked)
            among = f"of {len(ranked)} targets" if least else "of those that take the most machines"
            yield f"{among} it costs least over {years}: {one.total:,.0f} {money}"
        elif one.total >= first.total:
            yield f"over {years} it costs {one.total - first.total:,.0f} {money} more than {first.target.title}"
        else:
            yield f"it costs less than {first.target.title}, but leaves more machines without a host"
    fleet = one.fleet
    each = f" in {fleet.clusters} clusters" if fleet.clusters > 1 else ""
    spare = f", {fleet.spare} of them for failures{each}" if fleet.spare else ""
    gap = (
        "which is proven to be the fewest"
        if fleet.chosen.hosts == fleet.chosen.bound
        else (f"at most {fleet.chosen.hosts - fleet.chosen.bound} above what any placement could do")
    )
    hosts, carrying = _many(fleet.hosts, "host"), fleet.chosen.hosts
    carry = "carries" if carrying == 1 else "carry"
    yield f"{hosts}{spare}; {fleet.needed_by} decides, and {carrying} {carry} machines, {gap}"
    largest = max(((cost or 0.0, name) for name, cost in one.parts.items()), default=(0.0, ""))
    if one.total and largest[0] > 0:
        both = ", and the licence of the hosts is that of their Windows guests too" if _covers(one) else ""
        yield f"{largest[0] / one.total * 100:.0f} % of the cost is for {_spoken(largest[1])}{both}"
    for bill in one.bills:
        if bill.units > bill.counted:
            yield f"{bill.title}: {bill.units:,} billed, not {bill.counted:,.0f}: {bill.lines[0].why}"
    for bill in one.kept[:1]:
        there = f"where {bill.counted:,.0f} are there"
        yield f"on the hosts of today it would be billed for {bill.units:,} {_units(bill)} {there}: {_price(bill)}"
    before, after = one.power.before, one.power.after
    if before is not None and before.kwh > 0:
        yield f"without cooling, hosts draw {after.kwh:,.0f} kWh a year instead of {before.kwh:,.0f}"


def _many(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def _spoken(part: str) -> str:
    """A part of cost in a sentence."""
    return f"the {part}" if part == "hypervisor" else part


def _covers(one: TargetPlan) -> bool:
    """Whether the licence of the hosts is that of Windows guests too."""
    return bool(one.bills) and edition(one.bills[0].edition).terms.guests is not None


def _units(bill: Bill) -> str:
    """What it is counted in, several of them."""
    return licence_units[bill.lines[0].unit].plural


def _price(bill: Bill) -> str:
    """What it costs, in words."""
    parts = [f"{bill.once:,.0f} {bill.currency} once"] if bill.once else []
    parts += [f"{bill.per_year:,.0f} {bill.currency} a year"] if bill.per_year else []
    return " and ".join(parts) or "nothing"


def _warnings(one: TargetPlan, assumptions: Assumptions) -> Iterator[str]:
    """What to know before believing it."""
    if one.fleet.unplaced:
        without = len(one.fleet.unplaced)
        yield f"{_many(without, 'machine')} {'has' if without == 1 else 'have'} no host there"
    yield from one.fleet.notes
    if one.backup is not None and not one.backup.fits:
        yield f"the nightly backup does not fit its window: {one.backup.limited_by}; {one.backup.cure} (backup.proxies)"
    if one.migration is not None and one.migration.blocked:
        blocked = len(one.migration.blocked)
        yield f"{_many(blocked, 'machine')} need{'s' if blocked == 1 else ''} hands to be moved"
    if one.migration is not None and len(one.migration.nights) > LONG:
        nights = f"{len(one.migration.nights):,} nights"
        cure = "more machines at once (waves.streams) or more nights a week (waves.nights)"
        yield f"moving takes {nights}; {cure} would cut it"
    for bill in one.bills:
        yield from bill.warnings
    if assumptions.hosts.spare == 0:
        yield "no host is kept for failures"


def warnings(
    inventory: Inventory,
    utilisation: Utilisation | None,
    sized: Sequence[Suggestion],
    ranked: Sequence[TargetPlan],
    assumptions: Assumptions,
) -> list[str]:
    """What concerns all targets."""
    found = [f"without {one.what} the plan cannot say {one.without}" for one in inventory.missing]
    if chores := Counter(chore for machine in inventory.machines for chore in machine.chores):
        said = "; ".join(f"{chore} ({count:,})" for chore, count in chores.most_common())
        found.append(f"to be done before machines move: {said}")
    if utilisation is None:
        kinds = Counter(one.basis for one in sized if one.verdict != "not running")
        how = ", ".join(f"{basis} ({count:,})" for basis, count in sorted(kinds.items()))
        found.append(f"no recording of use: machines are sized by {how or 'nothing'}")
    else:
        found += _recorded(inventory, utilisation, assumptions)
    if ranked and all("hardware" not in one.parts for one in ranked):
        known = "known of some targets alone" if any(one.hardware is not None for one in ranked) else "not known"
        found.append(f"costs are without hardware: its price is {known} (hosts.price)")
    return found


def _recorded(inventory: Inventory, utilisation: Utilisation, assumptions: Assumptions) -> Iterator[str]:
    """What a recording leaves open."""
    least = assumptions.sizing.least_recording
    if utilisation.duration < least:
        covers, whole = show(utilisation.duration, "time"), show(least, "time")
        yield f"the recording covers {covers}; less than {whole} makes nothing smaller (sizing.least_recording)"
    if utilisation.memory is None:
        yield "the recording has no memory in use: memory stays as it is configured, however little of it is used"
    known, there = set(utilisation.names), [machine.name for machine in inventory.running()]
    if without := sum(name not in known for name in there):
        are = "is" if without == 1 else "are"
        yield f"{without:,} of {_many(len(there), 'running machine')} {are} not in the recording"
    if unmatched := len(utilisation.unmatched):
        yield f"{_many(unmatched, 'column')} of the recording belong{'s' if unmatched == 1 else ''} to no machine"


def sources(ranked: Sequence[TargetPlan], assumptions: Assumptions) -> list[Source]:
    """Where numbers come from that no target names: rates of exchange, where a price was in another currency."""
    return list(cited("rates", "eur")) if _exchanged(ranked, assumptions) else []


def _exchanged(ranked: Sequence[TargetPlan], assumptions: Assumptions) -> bool:
    """Whether a price was in another currency, at a rate that is published and not one's own."""
    costs = assumptions.costs
    published = {} if costs.date is None else known_rates(costs.currency, costs.date)
    sold = {edition(bill.edition).terms.currency for one in ranked for bill in one.bills} - {costs.currency}
    return any(costs.rates.get(money) == published.get(money) for money in sorted(sold))
