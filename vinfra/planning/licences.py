"""What a target is billed for: the hypervisor's edition on all its hosts, those kept for failures too, and the licences
of Windows guests, which follow the cores of the hosts they may run on.

An edition that covers Windows guests itself (Windows Server under Hyper-V) is billed once. Where a host
needs guest licences and several editions would do, the cheapest over the plan's years is taken: the bill names it.
Source: facts/editions.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

from vinfra.errors import Refused
from vinfra.hypervisors.cheapest import sold
from vinfra.hypervisors.edition import Bill, Edition, HostShape, bill, edition
from vinfra.planning.inventory import Inventory
from vinfra.planning.target import Target
from vinfra.scenario.schema_costs import Costs

WINDOWS = "windows"  # family of guests


def bills(target: Target, hosts: Sequence[HostShape], windows: int, costs: Costs) -> list[Bill]:
    """The bills of one target on some hosts, of which one runs `windows` Windows guests at the most; `costs` say the
    day, the currency, its rates and prices of one's own.

    What `costs.uses` names must be in the edition of the hosts or is bought beside it. Refused where it is in neither,
    where the edition may not be used on these hosts, or where a rate of exchange is missing.
    """
    main, product = _priced(target.edition, costs), target.hypervisor
    if main.terms.guests == WINDOWS:
        kinds = [target.edition] if target.fixed else _kinds(target.edition, product, costs)
        carrying = [name for name in kinds if not edition(name).lacks(product, costs.uses)]
        _must_carry(edition(carrying[0]) if carrying else main, product, costs)
        return [_cheapest(carrying, hosts, windows, costs, product)]
    _must_carry(main, product, costs)
    found = [bill(main, hosts, windows, costs.uses, product=product, support=costs.support)]
    found = [one.exchanged(costs.currency, costs.rates) for one in found]
    if windows and target.windows_edition is not None:
        product = next(iter(edition(target.windows_edition).terms.products))
        found.append(_cheapest(_kinds(target.windows_edition, product, costs), hosts, windows, costs))
    return found


def _must_carry(sold: Edition, product: str, costs: Costs) -> None:
    """Refused where an edition lacks what is used."""
    if missing := sold.lacks(product, costs.uses):
        raise Refused(f"{sold} has no {', '.join(missing)} (costs.uses)")


def _kinds(named: str, product: str, costs: Costs) -> list[str]:
    """Editions that license Windows guests: those sold on the day of the costs; the one that is named where it has not
    been replaced by then."""
    there = [one for one in sold(product, costs.date) if one.terms.guests == WINDOWS]
    replaced = {name for one in there for name in one.terms.replaces}
    return sorted({one.name for one in there} | ({named} - replaced))


def _cheapest(
    kinds: Sequence[str], hosts: Sequence[HostShape], windows: int, costs: Costs, product: str | None = None
) -> Bill:
    """The bill of the kind that costs the least over the years; of `product` on the hosts themselves, else for the
    guests alone."""
    offers = [
        bill(
            _priced(one, costs),
            hosts,
            windows,
            () if product is None else costs.uses,
            product=product,
            for_guests=product is None,
            support=costs.support,
        ).exchanged(costs.currency, costs.rates)
        for one in kinds
    ]
    return min(offers, key=lambda one: (one.over(costs.years), one.edition))


def _priced(name: str, costs: Costs) -> Edition:
    """An edition at its list price, or at the one that is said in place of it."""
    found = edition(name)
    return found.priced(costs.prices[name], "costs.prices") if name in costs.prices else found


def windows_per_host(hosts: int, guests: int, busiest: int) -> int:
    """Windows guests that one host must be licensed for: those of the fullest one, or its part when a host fails."""
    return max(busiest, math.ceil(guests / max(hosts - 1, 1))) if guests else 0


def shapes_of_today(inventory: Inventory) -> list[HostShape]:
    """The hosts of today as licences count them, alike ones together, in order of size."""
    counts = Counter((host.sockets, host.cores_per_socket, host.memory) for host in inventory.hosts)
    return [
        HostShape(f"{sockets} x {cores} cores", sockets, cores, count, memory or None)
        for (sockets, cores, memory), count in sorted(counts.items())
    ]
