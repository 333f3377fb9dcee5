"""The plan, from an inventory to ranked targets: what each room of planning says, put together; nothing is computed
here but sums and their order.

    cost = licences of hypervisor and guests + power with cooling, over the years, + hardware where all prices are known

A part that could not be found out is None and keeps a target's total None; targets are ranked by total, those without
one behind the others, by the parts they have. Money is in the currency of the assumptions.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from vinfra.errors import Refused
from vinfra.hypervisors.edition import Bill, HostShape
from vinfra.planning import licences, reasons
from vinfra.planning.assuming import Assumed
from vinfra.planning.assumptions import Assumptions
from vinfra.planning.choosing import chosen
from vinfra.planning.hosting.placing import fleet
from vinfra.planning.hosting.power import power_report
from vinfra.planning.hosting.tariff import Tariff
from vinfra.planning.inventory import Inventory
from vinfra.planning.moving.backups import backup
from vinfra.planning.moving.waves import waves
from vinfra.planning.plan import Fleet, Plan, Suggestion, TargetPlan
from vinfra.planning.settling import settled
from vinfra.planning.sizing.suggesting import suggestions
from vinfra.planning.target import Target
from vinfra.planning.trying.load import Load
from vinfra.planning.trying.roster import Roster
from vinfra.planning.trying.scene import prepared
from vinfra.planning.trying.trial import trial
from vinfra.planning.utilisation import Utilisation
from vinfra.scenario.schema_costs import Costs

Telling = Callable[[str], None]  # what is being worked on, in words

HYPERVISOR, GUESTS, POWER, HARDWARE = "hypervisor", "guest licences", "power and cooling", "hardware"


@dataclass(frozen=True, slots=True)
class Made:
    """The plan, and the VMs and demand it was tried with, which the scenario file is written from; None where no
    machine runs."""

    plan: Plan
    tried: tuple[Roster, Load] | None


def plan(inventory: Inventory, utilisation: Utilisation | None, assumed: Assumed, tell: Telling) -> Made:
    """The whole plan; `tell` hears what is being worked on. InputError where nothing can be planned for.

    Another order of the inventory's rows is the same plan, to the digest.
    """
    inventory = inventory.in_order()
    assumptions = settled(assumed.values, inventory.taken)
    day = assumptions.costs.date
    assert day is not None, "it has been settled"
    targets = chosen(assumptions, day)
    tell("sizing machines")
    sized = suggestions(inventory, utilisation, assumptions)
    tried = None
    if any(True for _ in inventory.running()):
        tried = prepared(inventory, sized, utilisation, assumptions, list(targets.values()))
    planned: list[TargetPlan] = []
    refused: dict[str, str] = {}
    for name, target in targets.items():
        tell(f"planning {target.title}")
        try:
            planned.append(_target(name, target, inventory, utilisation, assumptions, sized, tried, day))
        except Refused as reason:
            refused[name] = str(reason)
    ranked = reasons.given(sorted(_comparable(planned), key=_rank), assumptions)
    whole = Plan(
        inventory=inventory,
        utilisation=utilisation,
        assumptions=assumptions,
        suggestions=sized,
        targets=ranked,
        refused=refused,
        warnings=reasons.warnings(inventory, utilisation, sized, ranked, assumptions),
        currency=assumptions.costs.currency,
        day=day,
        sources=reasons.sources(ranked, assumptions),
        written=assumed.written,
    )
    return Made(whole, tried)


def _comparable(planned: Sequence[TargetPlan]) -> list[TargetPlan]:
    """The same targets, with hardware in the cost of all or of none: else who hides it would be first."""
    if all(HARDWARE in one.parts for one in planned):
        return list(planned)
    found = []
    for one in planned:
        parts = {name: part for name, part in one.parts.items() if name != HARDWARE}
        found.append(replace(one, parts=parts, total=_total(parts)))
    return found


def _total(parts: Mapping[str, float | None]) -> float | None:
    """All parts together; None where one is not known."""
    return None if None in parts.values() else math.fsum(part for part in parts.values() if part is not None)


def _target(
    name: str,
    target: Target,
    inventory: Inventory,
    utilisation: Utilisation | None,
    assumptions: Assumptions,
    sized: Sequence[Suggestion],
    tried: tuple[Roster, Load] | None,
    day: date,
) -> TargetPlan:
    """One target; Refused where its hosts cannot be, or may not be licensed."""
    hosts = fleet(sized, inventory, utilisation, target, assumptions)
    if hosts.unplaced and not len(hosts.machines):
        raise Refused(f"no host of this kind takes any machine: one {min(hosts.unplaced.values())}")
    costs = assumptions.costs
    tariff = Tariff(costs.electricity, costs.pue, costs.carbon)
    report = power_report(hosts, sized, inventory, utilisation, target, assumptions, tariff)
    bills = licences.bills(target, _shapes(hosts), _windows(inventory, hosts), costs) if hosts.hosts else []
    price = assumptions.hosts.price if target.price is None else target.price
    hardware = None if price is None else price * hosts.hosts
    parts = _parts(bills, report.after.cost, hardware, costs.years)
    staying = [machine for machine in inventory.machines if machine.power == "on" or not machine.template]
    return TargetPlan(
        target=target,
        fleet=hosts,
        power=report,
        bills=bills,
        hardware=hardware,
        # Spare hosts carry nothing, and send nothing.
        backup=backup(staying, target, hosts.chosen.hosts, assumptions) if hosts.hosts else None,
        migration=waves(staying, target, assumptions, day, hosts.unplaced) if hosts.hosts else None,
        trial=trial(target, hosts, tried[0], assumptions, tried[1], utilisation, inventory.datastores)
        if tried is not None and hosts.machines
        else None,
        parts=parts,
        total=_total(parts),
        reasons=(),
        warnings=(),
        name=name,
        kept=_kept(target, inventory, costs),
    )


def _kept(target: Target, inventory: Inventory, costs: Costs) -> list[Bill]:
    """The bills of the hosts of today, were they to stay; none where there are no hosts, they may not be licensed, or
    servers stand for themselves and no hypervisor runs."""
    if any(machine.kind == "physical" for machine in inventory.machines):
        return []
    hosts = licences.shapes_of_today(inventory)
    if not hosts:
        return []
    there = {host.name for host in inventory.hosts}
    guests = [machine for machine in inventory.running() if machine.family == "windows"]
    # Guests whose host nobody knows count among all, and are not taken to share one.
    on = Counter(machine.host for machine in guests if machine.host in there)
    windows = licences.windows_per_host(len(there), len(guests), max(on.values(), default=0))
    try:
        return licences.bills(target, hosts, windows, costs)
    except Refused:
        return []


def _shapes(hosts: Fleet) -> list[HostShape]:
    return [HostShape("host", hosts.sockets, hosts.cores_per_socket, hosts.hosts, hosts.memory)]


def _windows(inventory: Inventory, hosts: Fleet) -> int:
    """Windows guests that one host must be licensed for."""
    family = {machine.name: machine.family for machine in inventory.running()}
    counts = [0] * max(hosts.chosen.hosts, 1)
    for machine, host in zip(hosts.machines, hosts.chosen.at.tolist(), strict=True):
        counts[host] += family[machine] == "windows"
    return licences.windows_per_host(hosts.hosts, sum(counts), max(counts))


def _parts(bills: Sequence[Bill], power: float, hardware: float | None, years: int) -> Mapping[str, float | None]:
    """Cost over the years by part; hardware only where its price is known."""
    found: dict[str, float | None] = {HYPERVISOR: bills[0].over(years) if bills else 0.0}
    if len(bills) > 1:
        found[GUESTS] = bills[1].over(years)
    found[POWER] = power * years
    return found if hardware is None else {**found, HARDWARE: hardware}


def _rank(one: TargetPlan) -> tuple[int, bool, float, str]:
    """Targets that take all machines first, then by cost."""
    known = math.fsum(part for part in one.parts.values() if part is not None)
    return len(one.fleet.unplaced), one.total is None, known if one.total is None else one.total, one.name
