"""An edition and what it costs: one product edition at one date, what it is counted in, and the bill of an estate.

    amount of a line = billed units * price / units the price is for        bill over years = once + years * per year

Prices are facts (facts/editions), each with its date, source and tag, in the currency they are sold in. Nothing here
knows today: the caller says which date he asks about, and with which rates currencies are exchanged. Money is a plain
float in a named currency.
"""

from __future__ import annotations

import dataclasses
import functools
import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Literal

from vinfra import facts
from vinfra.errors import Refused
from vinfra.facts import Provenance
from vinfra.hypervisors.licence_unit import Counted, HostShape, LicenceUnit, licence_units
from vinfra.hypervisors.product import Product, ProductFeature
from vinfra.spec import Day, Spec, field
from vinfra.units import Bytes, show

__all__ = ["Bill", "BillLine", "Edition", "HostShape", "Item", "Terms", "bill", "edition", "guests_on"]

Per = Literal["once", "year"]
GuestCounts = int | Mapping[str, int]  # on one host: the same everywhere, or by the name of the shape


class Item(Spec):
    """Something that is sold beside an edition: a feature by itself, or a server that features need."""

    title: str = field(..., "what it is called")
    price: float = field(..., "of one unit", ge=0)
    support_per_year: float = field(0.0, "support and updates of one unit, for a year", ge=0)
    unit: str | None = field(None, "what it is counted in (a licence unit); as its edition when unsaid")
    unit_terms: dict[str, Any] = field({}, "parameters of the unit")
    adds: list[ProductFeature] = field([], "features it adds; bought when one of them is used that the edition lacks")
    wanted_by: list[ProductFeature] = field([], "bought when one of these is used, whoever carries it")

    def counted_in(self, terms: Terms) -> LicenceUnit:
        """Its unit, or that of the edition it is sold beside."""
        name, own = (terms.unit, terms.unit_terms) if self.unit is None else (self.unit, self.unit_terms)
        return licence_units[name].model_validate(own)


class Terms(Spec):
    """One edition at one date, as it is sold (fact kind `editions`)."""

    title: str = field(..., "what it is called")
    vendor: str = field(..., "who sells it")
    products: dict[str, str | None] = field(
        {}, "products it licenses, and which of a product's `editions` it is; null for a product of one edition"
    )
    guests: Literal["windows", "linux"] | None = field(None, "guests whose operating system it licenses too")
    guests_covered: int | None = field(
        None, "guests on a host that one licence of the host covers, stacked for more; any number when unsaid", ge=1
    )
    unit: str = field(..., "what it is counted in (vinfra list licence-units)")
    unit_terms: dict[str, Any] = field({}, "parameters of the unit: its floors")
    price: float = field(..., "of so many units as `price_for` says", ge=0)
    price_for: int = field(1, "units that the price is for", ge=1)
    per: Per = field(..., "whether it is paid once or every year")
    support_per_year: float = field(0.0, "support and updates for a year beside the price, for as many units", ge=0)
    support_needed: bool = field(False, "whether it is not sold without support")
    currency: str = field(..., "currency of all its prices", pattern=r"^[A-Z]{3}$")
    date: Day = field(..., "day its prices are of")
    until: Day | None = field(None, "last day it was sold; still sold when unsaid")
    replaces: list[str] = field([], "editions whose place it takes from its date on")
    realised: list[float] = field([], "least and most that buyers report to pay instead of the price", max_length=2)
    most_hosts: int | None = field(None, "hosts it may be used on at most", ge=1)
    most_sockets: int | None = field(None, "processors of one host at most", ge=1)
    most_memory: Bytes | None = field(None, "memory of one host at most", gt=0)
    items: dict[str, Item] = field({}, "what is sold beside it, by a short name")
    cautions: list[str] = field([], "what sources say against each other, and what the price leaves out")


@dataclass(frozen=True, slots=True, eq=False)
class Edition:
    """An edition fact with where its prices come from."""

    name: str
    terms: Terms
    provenance: Provenance
    item_provenance: Mapping[str, Provenance] = dataclasses.field(default_factory=dict)

    def __str__(self) -> str:
        return self.terms.title

    @property
    def unit(self) -> LicenceUnit:
        """What it is counted in."""
        return licence_units[self.terms.unit].model_validate(self.terms.unit_terms)

    def carries(self, product: str) -> frozenset[str]:
        """What it carries of a product without anything bought beside; KeyError for a product it does not license."""
        of: Product = facts.load("products", product, Product)
        which = self.terms.products[product]
        return frozenset(of.features if which is None else of.editions[which].features)

    def lacks(self, product: str, features: Collection[str]) -> list[str]:
        """Features that it does not carry and that are not sold beside it, sorted."""
        beside = {feature for item in self.terms.items.values() for feature in item.adds}
        return sorted(set(features) - self.carries(product) - beside)

    def bought(self, product: str | None, features: Collection[str]) -> list[str]:
        """Items that are bought beside it for features that are used, by name; none of what it carries already."""
        carried = frozenset[str]() if product is None else self.carries(product)
        needed = set(features) - carried
        return [
            name
            for name, item in self.terms.items.items()
            if needed.intersection(item.adds) or set(features).intersection(item.wanted_by)
        ]

    def priced(self, price: float, source: str, on: date | None = None) -> Edition:
        """The same at another price, such as the one on somebody's own quote; floors and support stay."""
        terms = self.terms.model_copy(update={"price": price, "date": on or self.terms.date, "realised": []})
        return replace(self, terms=terms, provenance=Provenance(source, "assumed", "a price of the user's own"))


@dataclass(frozen=True, slots=True)
class BillLine:
    """One line: how many units are there, how many are paid for and why, and what that makes."""

    what: str
    unit: str
    counted: float
    billed: int
    price: float
    price_for: int
    currency: str
    per: Per
    amount: float
    why: str
    source: str
    tag: str
    recalled: bool
    support: bool = False


@dataclass(frozen=True, slots=True)
class Bill:
    """What an estate pays for one edition, once and every year, in one currency. `counted` and `units` are those of the
    edition itself."""

    edition: str
    title: str
    lines: Sequence[BillLine]
    once: float
    per_year: float
    currency: str
    date: date
    source: str
    tag: str
    recalled: bool
    warnings: Sequence[str] = ()

    @property
    def counted(self) -> float:
        """Units of the edition that are there."""
        return self.lines[0].counted if self.lines else 0.0

    @property
    def units(self) -> int:
        """Units of the edition that are paid for."""
        return self.lines[0].billed if self.lines else 0

    def over(self, years: float) -> float:
        """All of it over some years."""
        return self.once + years * self.per_year

    def exchanged(self, currency: str, rates: Mapping[str, float]) -> Bill:
        """The same in another currency; `rates` are what one of each other currency is worth in it. Refused where there
        is no rate: currencies are never mixed in silence."""
        if self.currency == currency:
            return self
        if self.currency not in rates:
            raise Refused(f"{self.title} is sold in {self.currency} and costs are in {currency}: give its rate")
        rate = rates[self.currency]
        said = f"exchanged at {rate:g} {currency} for 1 {self.currency}, an assumption"
        lines = [
            replace(line, price=line.price * rate, amount=line.amount * rate, currency=currency) for line in self.lines
        ]
        once, per_year = self.once * rate, self.per_year * rate
        return replace(
            self, lines=lines, once=once, per_year=per_year, currency=currency, warnings=(*self.warnings, said)
        )


@functools.cache
def edition(name: str) -> Edition:
    """The edition fact called `name`; KeyError with a suggestion when there is none, InputError for a file that is
    wrong."""
    terms, fact = facts.load("editions", name, Terms), facts.read_one("editions", name)
    whole = fact.provenance.get(("price",), fact.provenance[()])
    items = {item: fact.provenance["items", item] for item in terms.items}
    return Edition(name, terms, whole, items)


def bill(
    sold: Edition,
    hosts: Sequence[HostShape],
    guests_per_host: GuestCounts = 0,
    features: Collection[str] = (),
    *,
    product: str | None = None,
    for_guests: bool = False,
    support: bool = True,
) -> Bill:
    """What `hosts` pay for an edition that carries `features`, with what is bought beside it.

    `guests_per_host` are the guests it licenses (or counts) that may run on one host at the same time; `product` is the
    one whose features it carries, its first one when unsaid. `for_guests` bills it as their operating system: a host
    without such guests needs no licence then. Without `support` only what is not sold otherwise. Refused, with the
    reason, for hosts that it may not be used on.
    """
    terms = sold.terms
    if reason := _refuses(sold, hosts):
        raise Refused(reason)

    def guests(host: HostShape) -> int:
        return guests_on(host, guests_per_host)

    def layers(host: HostShape) -> int:
        if for_guests and not guests(host):
            return 0
        covered = terms.guests_covered
        return 1 if terms.guests is None or covered is None else max(1, math.ceil(guests(host) / covered))

    counted = sold.unit.count(hosts, guests, layers)
    supported = support or terms.support_needed
    lines = _lines(terms, terms, sold.provenance, sold.unit, counted, supported)
    of = product or next(iter(terms.products), None)
    for name in sold.bought(of, features):
        item = terms.items[name]
        unit = item.counted_in(terms)
        lines += _lines(terms, item, sold.item_provenance[name], unit, unit.count(hosts, guests, layers), supported)
    whole = sold.provenance
    return Bill(
        edition=sold.name,
        title=terms.title,
        lines=tuple(lines),
        once=math.fsum(line.amount for line in lines if line.per == "once"),
        per_year=math.fsum(line.amount for line in lines if line.per == "year"),
        currency=terms.currency,
        date=terms.date,
        source=whole.source,
        tag=whole.tag,
        recalled=whole.recalled,
        warnings=tuple(_warnings(sold)),
    )


def guests_on(host: HostShape, guests: GuestCounts) -> int:
    """Guests of one host of a shape, where they are given for all hosts alike or by shape."""
    return guests if isinstance(guests, int) else guests.get(host.name, 0)


def _lines(
    terms: Terms, sold: Terms | Item, source: Provenance, unit: LicenceUnit, counted: Counted, support: bool
) -> list[BillLine]:
    """The line of what is sold, and that of the support beside it."""
    price_for = sold.price_for if isinstance(sold, Terms) else 1

    def line(what: str, price: float, per: Per, support: bool = False) -> BillLine:
        return BillLine(
            what=what,
            unit=unit.name,
            counted=counted.counted,
            billed=counted.billed,
            price=price,
            price_for=price_for,
            currency=terms.currency,
            per=per,
            amount=counted.billed * price / price_for,
            why=counted.why,
            source=source.source,
            tag=source.tag,
            recalled=source.recalled,
            support=support,
        )

    lines = [line(sold.title, sold.price, terms.per)]
    if support and sold.support_per_year:
        lines.append(line(f"support of {sold.title}", sold.support_per_year, "year", support=True))
    return lines


def _refuses(sold: Edition, hosts: Sequence[HostShape]) -> str | None:
    """Why an edition may not be used on these hosts; None where it may."""
    terms, count = sold.terms, sum(host.count for host in hosts)
    if terms.most_hosts is not None and count > terms.most_hosts:
        return f"{sold} is for {terms.most_hosts} hosts at most, and there are {count:,}"
    for host in hosts:
        if terms.most_sockets is not None and host.sockets > terms.most_sockets:
            return f"{sold} is for hosts of {terms.most_sockets} CPUs at most, and {host.name} has {host.sockets}"
        if terms.most_memory is not None and (host.memory or 0.0) > terms.most_memory:
            most, has = show(terms.most_memory, "size"), show(host.memory or 0.0, "size")
            return f"{sold} is for hosts with {most} of memory at most, and {host.name} has {has}"
    return None


def _warnings(sold: Edition) -> list[str]:
    terms, source = sold.terms, sold.provenance
    said = [f"{sold}: price of {terms.date.isoformat()}, {source.tag}" + (", from memory" if source.recalled else "")]
    if terms.realised:
        low, high = min(terms.realised), max(terms.realised)
        said.append(f"{sold}: buyers report {low:g} to {high:g} {terms.currency}, the list says {terms.price:g}")
    return said + [f"{sold}: {caution}" for caution in terms.cautions]
