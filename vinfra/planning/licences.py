"""What a target is billed for: the hypervisor's edition on all its hosts, those kept for failures too, and the licences
of Windows guests, which follow the cores of the hosts they may run on.

An edition that covers Windows guests itself (Windows Server Datacenter under Hyper-V) is billed once. Where a host
needs guest licences and several editions would do, the cheapest over the plan's years is taken: the bill names it.
Source: facts/editions.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from vinfra.hypervisors.cheapest import sold
from vinfra.hypervisors.edition import Bill, Edition, HostShape, bill, edition
from vinfra.planning.inventory import Inventory
from vinfra.planning.target import Target
from vinfra.scenario.schema_costs import Costs


def bills(target: Target, hosts: Sequence[HostShape], windows: int, costs: Costs) -> list[Bill]:
    """The bills of one target on some hosts, of which one runs `windows` Windows guests at the most; `costs` say the
    day, the currency, its rates and prices of one's own.

    Refused where the edition may not be used on these hosts, or where a rate of exchange is missing.
    """
    main = _priced(target.edition, costs)
    found = [bill(main, hosts, windows, product=target.hypervisor, support=costs.support)]
    if windows and target.windows_edition is not None and main.terms.guests != "windows":
        found.append(_guests(target.windows_edition, hosts, windows, costs))
    return [one.exchanged(costs.currency, costs.rates) for one in found]


def _guests(named: str, hosts: Sequence[HostShape], windows: int, costs: Costs) -> Bill:
    """The cheapest way to license the Windows guests of hosts, of the editions sold beside the one that is named."""
    product = next(iter(edition(named).terms.products))
    kinds = {one.name for one in [edition(named), *sold(product, costs.date)] if one.terms.guests == "windows"}
    offers = [
        bill(_priced(one, costs), hosts, windows, for_guests=True, support=costs.support) for one in sorted(kinds)
    ]
    return min(offers, key=lambda one: (one.exchanged(costs.currency, costs.rates).over(costs.years), one.edition))


def _priced(name: str, costs: Costs) -> Edition:
    """An edition at its list price, or at the one that is said in place of it."""
    found = edition(name)
    return found.priced(costs.prices[name], "costs.prices") if name in costs.prices else found


def windows_per_host(hosts: int, guests: int, busiest: int) -> int:
    """Windows guests that one host must be licensed for: those of the fullest one, or its part when a host fails."""
    return max(busiest, math.ceil(guests / max(hosts - 1, 1))) if guests else 0


def shapes_of_today(inventory: Inventory) -> list[HostShape]:
    """The hosts of today as licences count them, alike ones together, in order of size."""
    counts: dict[tuple[int, int], int] = {}
    for host in inventory.hosts:
        key = (host.sockets, host.cores_per_socket)
        counts[key] = counts.get(key, 0) + 1
    return [
        HostShape(f"{sockets} x {cores} cores", sockets, cores, count)
        for (sockets, cores), count in sorted(counts.items())
    ]
