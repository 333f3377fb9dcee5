"""What an estate draws: the hosts of today, those of a plan, and those of a plan with idle ones on standby.

    watts of a host = its server's curve at (hertz wanted / hertz it has), hour by hour where there is a recording
    kWh a year = mean watts * 8,760 h          facility = kWh * PUE          cost, carbon = facility * price, g/kWh

What virtualization adds to the work is left out before and after alike. Hosts that are kept for failures idle. Standby
draws nothing: no source for what a host draws asleep. Units: watts, kWh, kg; money in the currency of the price.
Source: facts/servers (SPECpower); DPM's target of 63 % (operations/clusters/dpm).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from vinfra.engine.calendar import HOUR
from vinfra.hypervisors.edition import edition
from vinfra.operations.clusters.dpm import DEVIATIONS, Dpm
from vinfra.planning.assumptions import Assumptions
from vinfra.planning.hosting.demand import HostKind, factors, host_kind
from vinfra.planning.hosting.packing.loads import Floats, Ints
from vinfra.planning.hosting.servers import Served, served
from vinfra.planning.hosting.tariff import Tariff
from vinfra.planning.inventory import Inventory
from vinfra.planning.plan import Draw, Fleet, PowerReport, Suggestion
from vinfra.planning.recordings.hours import Hours, hours_of
from vinfra.planning.sizing.seen import columns, recorded_hertz
from vinfra.planning.target import Target, carried
from vinfra.planning.utilisation import Utilisation

LONGEST = 2 * HOUR  # of what stands for an hour: monthly statistics of vCenter come every two hours
MISSING = "the inventory has no hosts, so nothing is known of what they draw"


def power_report(
    plan: Fleet,
    suggestions: Sequence[Suggestion],
    inventory: Inventory,
    utilisation: Utilisation | None,
    target: Target,
    assumptions: Assumptions,
    tariff: Tariff,
) -> PowerReport:
    """Before, after, and after with standby; Refused where what the target's server draws is not known."""
    kind = host_kind(target, assumptions)
    suggested = {one.machine: one for one in suggestions}
    work = _Work(inventory, utilisation, assumptions, suggested)
    before, why = _before(inventory, work, tariff)
    load = work.of(plan.machines, plan.chosen.at, plan.chosen.hosts, kind)
    after = _after(plan, kind, load, work, tariff)
    standby, standby_why = _standby(plan, kind, load, work, target, tariff)
    return PowerReport(before, why, after, standby, standby_why)


class _Work:
    """Hertz wanted of hosts, by the hour where there is a recording, else on average (one row)."""

    def __init__(
        self,
        inventory: Inventory,
        utilisation: Utilisation | None,
        assumptions: Assumptions,
        suggested: Mapping[str, Suggestion],
    ) -> None:
        self.inventory, self.utilisation, self.assumptions, self.suggested = (
            inventory,
            utilisation,
            assumptions,
            suggested,
        )
        self.machines = {machine.name: machine for machine in inventory.machines}
        found = None if utilisation is None else hours_of(utilisation)
        self.hours: Hours = Hours(np.zeros((1, 0), np.float32), np.zeros(1, np.int64)) if found is None else found
        self.recorded = found is not None

    @property
    def basis(self) -> str:
        """What loads rest on."""
        return "each hour of the recording" if self.recorded else "the mean use of CPU that the record says or implies"

    def of(self, names: Sequence[str], at: Ints, hosts: int, kind: HostKind | None) -> Floats:
        """Of each host in each hour, shape (hours, hosts), in hertz of the new hosts, or of today's where no kind."""
        machines = [self.machines[name] for name in names]
        factor = np.ones(len(machines))
        if kind is not None:
            factor = factors(machines, self.inventory, kind.processor)[0]
        mean = np.array([self.suggested[name].mean for name in names], dtype=np.float64)
        column = columns(machines, self.utilisation if self.recorded else None)
        hertz = recorded_hertz(machines, self.inventory, self.utilisation, self.assumptions)
        return self.hours.loads(column, hertz * factor, mean * factor, at, hosts)


def _before(inventory: Inventory, work: _Work, tariff: Tariff) -> tuple[Draw | None, str]:
    off = {one.name for one in inventory.machines if one.kind == "physical" and not one.runs}
    hosts = [host for host in inventory.hosts if host.name not in off]
    if not hosts:
        return None, MISSING
    found: list[Served] = [served(host) for host in hosts]
    index = {host.name: number for number, host in enumerate(hosts)}
    running = [machine for machine in inventory.running() if machine.name in work.suggested]
    at = np.array([index.get(machine.host or "", -1) for machine in running], dtype=np.int64)
    load = work.of([machine.name for machine in running], at, len(hosts), None)
    measured = {one.name: one.watts for one in inventory.machines if one.kind == "physical" and one.watts is not None}
    idle = mean = peak = 0.0
    for number, (host, server) in enumerate(zip(hosts, found, strict=True)):
        has = host.cores * (host.core_hz or work.assumptions.sizing.clock)
        use = np.clip(load[:, number] / has, 0.0, 1.0)
        if not work.recorded and host.cpu_used is not None:
            use = np.array([min(max(host.cpu_used, 0.0), 1.0)])
        watts = measured.get(host.name)
        drawn = float(server.curve.watts(use).mean()) if watts is None else watts
        idle += min(float(server.curve.watts(0.0)), drawn)
        peak += max(float(server.curve.watts(1.0)), drawn)
        mean += drawn
    why = _matched([one for host, one in zip(hosts, found, strict=True) if host.name not in measured], len(hosts))
    return tariff.draw("before", len(hosts), idle, mean, peak, f"{work.basis}; {why}"), ""


def _matched(found: Sequence[Served], hosts: int) -> str:
    """How the curves of today's hosts were found that nobody measured, in words."""
    counts: dict[str, int] = {}
    for one in found:
        counts[one.how] = counts.get(one.how, 0) + 1
    measured = hosts - len(found)
    parts = [f"{measured} as measured"] if measured else []
    parts += [f"{count} {how}" for how, count in sorted(counts.items())]
    return f"what {'the host draws' if hosts == 1 else f'the {hosts:,} hosts draw'}: " + ", ".join(parts)


def _after(plan: Fleet, kind: HostKind, load: Floats, work: _Work, tariff: Tariff) -> Draw:
    idle, peak = float(kind.curve.watts(0.0)), float(kind.curve.points.max())
    carrying = kind.curve.watts(np.clip(load / kind.hertz, 0.0, 1.0)).sum(axis=1).mean() if plan.chosen.hosts else 0.0
    basis = f"{work.basis}, on the curve of {kind.server.title}"
    if plan.spare:
        basis += f"; {plan.spare} kept for failures idle{'s' if plan.spare == 1 else ''}"
    mean = float(carrying) + plan.spare * idle
    return tariff.draw("after", plan.hosts, plan.hosts * idle, mean, plan.hosts * peak, basis)


def _standby(
    plan: Fleet, kind: HostKind, load: Floats, work: _Work, target: Target, tariff: Tariff
) -> tuple[Draw | None, str]:
    """With DPM at its target, hour by hour over the mean day; None and why where that cannot be known."""
    if not plan.chosen.hosts:
        return None, "there is nothing to place"
    if "dpm" not in carried(target):
        return None, f"{edition(target.edition)} puts no hosts on standby by itself"
    if not work.recorded or work.hours.days < 1 or work.hours.each > LONGEST:
        would = "a recording of a day or more, hour by hour, would say how many hosts nights need"
        return None, f"hours of the day are not known: {would}"
    dpm, total = Dpm(), load.sum(axis=1)
    hours = sorted(set(work.hours.of_day.tolist()))
    by_hour = [total[work.hours.of_day == hour] for hour in hours]
    wanted = np.array([one.mean() + DEVIATIONS * one.std() for one in by_hour])
    memory = sum(work.suggested[name].working for name in plan.machines)
    needed = np.maximum(wanted / kind.hertz, memory / kind.memory) / dpm.target
    least = np.ceil(needed - 1e-9)
    on = np.clip(least + plan.spare, min(1 + plan.spare, plan.hosts), plan.hosts)
    if on.min() >= plan.hosts:
        what = "memory in use" if memory / kind.memory > wanted.min() / kind.hertz else "demand"
        return None, f"even in the quietest hour {what} needs all hosts at {dpm.target * 100:.0f} %"
    spread = np.array([one.mean() for one in by_hour]) / (on * kind.hertz)
    watts = on * kind.curve.watts(np.clip(spread, 0.0, 1.0))
    # Hours of the day count as often as they were recorded.
    weights = np.array([len(one) for one in by_hour], dtype=np.float64)
    mean = float((watts * weights).sum() / weights.sum())
    idle, peak = float(kind.curve.watts(0.0)), float(kind.curve.points.max())
    fewest, highest = int(on.min()), int(on.max())
    awake = f"{fewest}" if fewest == highest else f"{fewest} to {highest}"
    basis = (
        f"{awake} of {plan.hosts} hosts on in the mean day, for demand of each hour and two "
        f"deviations at {dpm.target * 100:.0f} % of CPU and of memory in use; hosts on standby draw nothing"
    )
    return tariff.draw("standby", plan.hosts, float(on.min()) * idle, mean, plan.hosts * peak, basis), ""
