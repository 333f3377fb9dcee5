"""What a scenario's licences cost: hosts of all its sites, editions, features it uses, and Windows guests that follow
the cores.

One bill for each edition over all hosts that have it, since floors of an order are those of one customer. A guest
operating system is licensed on every host for the guests that may run there at the same time; where VMs can move, all
hosts but one run. Money is in the currency of `costs`. Source: terms of the editions; that a licence stays with its
host when guests move is Microsoft's rule (Licensing Windows Server 2003 R2 to run with virtualization technologies,
May 2007, from memory).
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from vinfra import facts
from vinfra.errors import Refused
from vinfra.hardware.server import Server
from vinfra.hypervisors.cheapest import cheapest, smallest
from vinfra.hypervisors.edition import Bill, Edition, HostShape, bill, edition
from vinfra.hypervisors.product import Product
from vinfra.metrics.metric import Record
from vinfra.scenario.expand import host_kinds, vm_counts
from vinfra.scenario.inputs import Inputs
from vinfra.scenario.load import Resolved
from vinfra.scenario.pricing import Plugin
from vinfra.scenario.schema_costs import Costs
from vinfra.scenario.using import eligible, hypervisors, used

CHEAPEST = "cheapest"
MOVES = ("live-migration", "ha", "quick-migration")
Family = Literal["windows", "linux"]


@dataclass(slots=True)
class Group:
    """Hosts that are licensed alike: a host group with what it uses and the guests on one host, at most."""

    product: str
    edition: str | None
    guest_edition: str | None
    shape: HostShape
    uses: Mapping[str, str]
    guests: Mapping[Family, int]


@dataclass(frozen=True, slots=True)
class Costing:
    """The bills of a scenario and what it says of costs; `terms` are its defaults where it says nothing."""

    terms: Costs
    bills: Sequence[Bill] = ()
    guest_bills: Sequence[Bill] = ()
    used: frozenset[Plugin] = field(default_factory=frozenset)

    def added(self, record: Record) -> Record:
        """The record with what metrics of cost are computed from."""
        terms = self.terms
        totals = {
            "cost_per_kwh": terms.electricity,
            "cost_pue": terms.pue,
            "cost_carbon_g_per_kwh": terms.carbon,
            "cost_years": terms.years,
        }
        bills = [*self.bills, *self.guest_bills]
        if bills:
            totals["licence_once"] = math.fsum(one.once for one in bills)
            totals["licence_per_year"] = math.fsum(one.per_year for one in bills)
        if self.bills and len({one.lines[0].unit for one in self.bills}) == 1:
            totals["licence_units"] = float(sum(one.units for one in self.bills))
        return Record({**record.totals, **totals}, record.series, record.samples)

    def notes(self) -> list[str]:
        """Each bill in a sentence, and what must be known of its prices."""
        return [said for one in (*self.bills, *self.guest_bills) for said in (_sentence(one), *one.warnings[1:])]


def _sentence(made: Bill) -> str:
    """Units, prices, where they come from, and the sums."""
    first = made.lines[0]
    own = [line for line in made.lines if not line.support]
    parts = [f"{line.what} {line.billed:,} x {line.price / line.price_for:,.6g}" for line in own]
    tag = first.tag + (", from memory" if first.recalled else "")
    guessed = sorted(line.what for line in own if line.tag == "assumed" and first.tag != "assumed")
    tag += f"; assumed: {', '.join(guessed)}" if guessed else ""
    support = ", with support" if len(own) < len(made.lines) else ""
    paid = [f"{made.once:,.2f} {made.currency} once"] if made.once or not made.per_year else []
    sums = " and ".join(paid + ([f"{made.per_year:,.2f} {made.currency} a year{support}"] if made.per_year else []))
    return f"{' + '.join(parts)} = {sums} ({first.why}; prices of {made.date.isoformat()}, {tag})"


def costing(resolved: Resolved, inputs: Inputs) -> Costing | None:
    """The bills of a scenario; None where it asks for no costs. Refused, with the reason and the cure, where an edition
    does not carry what is used."""
    groups = [group for name, part in resolved.parts.items() for group in _groups(name, part, inputs)]
    licensed = [group for group in groups if group.edition is not None or group.guest_edition is not None]
    if resolved.scenario.costs is None and not licensed:
        return None
    terms = resolved.scenario.costs or Costs()
    for group in licensed:
        if group.edition == CHEAPEST:
            group.edition = _cheapest(group, [one for one in licensed if one.product == group.product], terms)
    bills = [_host_bill(name, alike, terms) for name, alike in _by(licensed, "edition")]
    guests = [_guest_bill(name, alike, terms) for name, alike in _by(licensed, "guest_edition")]
    names = {("editions", one.edition) for one in (*bills, *guests)}
    return Costing(terms, bills, [one for one in guests if one.units], frozenset(names))


def _groups(site: str, part: Resolved, inputs: Inputs) -> Iterator[Group]:
    """Host groups of a site that are licensed, in the order of their names."""
    hosts = part.scenario.hosts
    if not any(group.edition or group.guest_edition for group in hosts.values()):
        return
    families: tuple[Family, ...] = ("windows", "linux")
    uses = used(part)
    guests = {family: _guests(part, inputs, family, uses) for family in families}
    for kind in host_kinds(part):
        settings = hosts[kind.group]
        server = facts.load("servers", settings.server, Server) if settings.server else None
        sockets = settings.sockets or (server.sockets if server else 1)
        name = f"{site}/{kind.group}" if site else kind.group
        shape = HostShape(name, sockets, math.ceil(kind.cores / sockets), kind.count, kind.memory)
        yield Group(
            settings.hypervisor,
            settings.edition,
            settings.guest_edition,
            shape,
            uses.get(kind.group, {}) if settings.edition is not None else {},
            {family: many.get(kind.group, 0) for family, many in guests.items()},
        )


def _guests(part: Resolved, inputs: Inputs, family: str, uses: Mapping[str, Mapping[str, str]]) -> dict[str, int]:
    """Guests of a family that may run on one host of each group at the same time: spread evenly over the hosts they may
    run on, and over all of those but one where VMs can move."""
    hosts, each = hypervisors(part), dict[str, float]()
    moved = {group for group, features in uses.items() if any(feature in MOVES for feature in features)}
    everywhere, every = sum(group.count for group in hosts.values()), list(hosts)
    counts = vm_counts(part, _columns(part, inputs))
    for name, vms in sorted(part.scenario.vms.items()):
        if vms.os != family:
            continue
        anywhere = vms.host is None and vms.hosts is None
        groups = every if anywhere else eligible(hosts, vms)
        pinned = vms.host is not None and vms.host not in hosts
        there = 1 if pinned else everywhere if anywhere else sum(hosts[group].count for group in groups)
        moving = there > 1 and not moved.isdisjoint(groups)
        for group in groups:
            each[group] = each.get(group, 0.0) + counts[name] / (there - 1 if moving else there)
    return {group: math.ceil(many - 1e-9) for group, many in each.items()}


def _columns(part: Resolved, inputs: Inputs) -> int:
    """Traces there are, as the world counts them."""
    if part.trace is None:
        return 0
    recording = inputs.recording(part)
    if recording is not None:
        return recording.columns
    wanted = sum(vms.count for vms in part.scenario.vms.values() if isinstance(vms.count, int) and vms.demand is None)
    alike = any(vms.count == "per-trace" for vms in part.scenario.vms.values())
    return max(wanted, part.trace.columns) if alike else wanted


def _by(groups: Sequence[Group], key: Literal["edition", "guest_edition"]) -> list[tuple[str, list[Group]]]:
    """Groups by the edition they have, those of the same edition together."""
    names = sorted({name for group in groups if (name := getattr(group, key)) is not None})
    return [(name, [group for group in groups if getattr(group, key) == name]) for name in names]


def _host_bill(name: str, groups: Sequence[Group], terms: Costs) -> Bill:
    """What the hosts of one edition pay; Refused where it does not carry what they use."""
    sold = _sold(name, terms)
    for group in groups:
        if missing := sold.lacks(group.product, group.uses):
            raise Refused(_lacking(sold, group, missing, terms))
    features = {feature for group in groups for feature in group.uses}
    shapes = [group.shape for group in groups]
    many = _covered(sold, groups) if all(group.guest_edition in (None, name) for group in groups) else {}
    found = bill(sold, shapes, many, features, product=groups[0].product, support=terms.support)
    return found.exchanged(terms.currency, terms.rates)


def _guest_bill(name: str, groups: Sequence[Group], terms: Costs) -> Bill:
    """What the same hosts pay for guests; nothing where the edition of a host licenses them already."""
    sold = _sold(name, terms)
    apart = [group for group in groups if group.edition != name]
    many = _covered(sold, apart)
    shapes = [group.shape for group in apart]
    return bill(sold, shapes, many, for_guests=True, support=terms.support).exchanged(terms.currency, terms.rates)


def _covered(sold: Edition, groups: Sequence[Group]) -> dict[str, int]:
    """Guests of its family on one host of each shape; all of them where it licenses by VM and not a family."""
    family = sold.terms.guests
    return {
        group.shape.name: sum(group.guests.values()) if family is None else group.guests[family] for group in groups
    }


def _sold(name: str, terms: Costs) -> Edition:
    """An edition at its list price, or at the price the user pays."""
    found = edition(name)
    return found.priced(terms.prices[name], "costs.prices of the scenario") if name in terms.prices else found


def _cheapest(group: Group, alike: Sequence[Group], terms: Costs) -> str:
    """The edition that carries what all hosts of the product use for the least money."""
    features = {feature for one in alike for feature in one.uses}
    family = {one.shape.name: one.guests["windows"] for one in alike}
    offers = cheapest(
        group.product,
        features,
        [one.shape for one in alike],
        terms.date,
        guests_per_host=family,
        years=terms.years,
        currency=terms.currency,
        rates=terms.rates,
        prices=terms.prices,
        support=terms.support,
    )
    if offers and offers[0].bill is not None:
        return offers[0].edition.name
    product = facts.load("products", group.product, Product)
    when = "" if terms.date is None else f" on {terms.date.isoformat()}"
    if not offers:
        raise Refused(f"{product}: no edition with a price is known{when} (vinfra list editions)")
    raise Refused(f"{product}: no edition{when} will do: " + "; ".join(offer.reason for offer in offers))


def _lacking(sold: Edition, group: Group, missing: Sequence[str], terms: Costs) -> str:
    """Which features an edition lacks, who asks for them, and what would do: the cheapest that is sold at the date,
    else the smallest set of the product that has all that is used."""
    product = facts.load("products", group.product, Product)
    asked = ", ".join(f"{feature} (for {group.uses[feature]})" for feature in missing)
    at = terms.date or sold.terms.date
    offers = cheapest(
        group.product,
        group.uses,
        [group.shape],
        at,
        years=terms.years,
        currency=terms.currency,
        rates=terms.rates,
        prices=terms.prices,
        support=terms.support,
    )
    if offers and offers[0].bill is not None:
        best = offers[0].edition
        items = [best.terms.items[name] for name in best.bought(group.product, group.uses)]
        beside = [item.title for item in items if item.adds]
        also = f" with {', '.join(beside)}" if beside else ""
        return f"{sold} has no {asked}; the cheapest that will do is {best.name}{also}"
    least = smallest(group.product, group.uses)
    if least is None:
        return f"{sold} has no {asked}, and no edition of {product} has all that is used"
    return f"{sold} has no {asked}; the smallest that has it is {product.editions[least].title}"
