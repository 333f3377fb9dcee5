"""Which edition is the cheapest that carries what is used: every edition of a product that was sold at a date, ranked.

    cost = once + years * per year, of the edition and of what is bought beside it for the features that are used

A la carte needs no rule of its own: an edition that sells a feature beside it competes with one that carries it.
Source: facts/editions.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from vinfra import facts
from vinfra.errors import Refused
from vinfra.hypervisors.edition import Bill, Edition, GuestCounts, HostShape, bill, edition
from vinfra.hypervisors.product import Product


@dataclass(frozen=True, slots=True)
class Offer:
    """An edition with its bill, or why it does not do."""

    edition: Edition
    bill: Bill | None
    reason: str = ""


def sold(product: str, at: date | None = None) -> list[Edition]:
    """Editions that license a product and were sold at a date, with the newest prices of that day or before; those of
    the newest price when no date is given. Sorted by name."""
    known = [one for one in map(edition, facts.names("editions")) if product in one.terms.products]
    if at is None:
        at = max((one.terms.date for one in known), default=date.min)
    then = [one for one in known if one.terms.date <= at and (one.terms.until is None or at <= one.terms.until)]
    replaced = {
        name for one in map(edition, facts.names("editions")) if one.terms.date <= at for name in one.terms.replaces
    }
    return [one for one in then if one.name not in replaced]


def cheapest(
    product: str,
    features: Collection[str],
    hosts: Sequence[HostShape],
    at: date | None = None,
    *,
    guests_per_host: GuestCounts = 0,
    years: float = 3.0,
    currency: str | None = None,
    rates: Mapping[str, float] | None = None,
    prices: Mapping[str, float] | None = None,
    support: bool = True,
) -> list[Offer]:
    """Offers of every edition of a product at a date, the cheapest over `years` first, then those that do not do, each
    with the reason, the one that lacks least first. Empty where nothing was sold. Costs are compared in `currency`,
    that of the first edition when unsaid; `rates` as in Bill.exchanged; `prices` by edition are paid in place of those
    of the list. A tie goes to the edition that carries more.
    """
    editions = sold(product, at)
    currency = currency or (editions[0].terms.currency if editions else "")
    own = prices or {}
    paid = [one.priced(own[one.name], "a price of one's own") if one.name in own else one for one in editions]
    offers = [_offer(one, product, features, hosts, guests_per_host, currency, rates or {}, support) for one in paid]

    def rank(offer: Offer) -> tuple[bool, float, int, str]:
        carried = len(offer.edition.carries(product))
        if offer.bill is None:
            return True, float(len(offer.edition.lacks(product, features))), -carried, offer.edition.name
        return False, offer.bill.over(years), -carried, offer.edition.name

    return sorted(offers, key=rank)


def smallest(product: str, features: Collection[str]) -> str | None:
    """The smallest feature set of a product (its `editions`) that carries some features; None when none does."""
    of: Product = facts.load("products", product, Product)
    fitting = [(len(one.features), name) for name, one in of.editions.items() if set(features) <= set(one.features)]
    return min(fitting)[1] if fitting else None


def _offer(
    one: Edition,
    product: str,
    features: Collection[str],
    hosts: Sequence[HostShape],
    guests: GuestCounts,
    currency: str,
    rates: Mapping[str, float],
    support: bool,
) -> Offer:
    if missing := one.lacks(product, features):
        return Offer(one, None, f"{one} has no {', '.join(missing)}")
    try:
        found = bill(one, hosts, guests, features, product=product, support=support)
        return Offer(one, found.exchanged(currency, rates))
    except Refused as reason:
        return Offer(one, None, str(reason))
