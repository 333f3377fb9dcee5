"""A scenario's fleet under management: its clusters, who decides about them, and what is told of it.

Hosts and VMs are arrays here as everywhere; what decides is in operations/clusters/.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from vinfra.compute.fleet import Vms
from vinfra.engine.names import Names
from vinfra.engine.state import State
from vinfra.engine.streams import Streams
from vinfra.errors import Refused
from vinfra.operations.admission import Pool
from vinfra.operations.clusters.balancer import Balancer
from vinfra.operations.clusters.balancing import Balancing
from vinfra.operations.clusters.capping import Capping, PowerCap
from vinfra.operations.clusters.dpm import Dpm, PowerManagement
from vinfra.operations.clusters.estate import NOWHERE, Estate, Members
from vinfra.operations.clusters.failures import Failures
from vinfra.operations.clusters.fleet import Fleet
from vinfra.operations.clusters.ha import Ha, HighAvailability
from vinfra.operations.clusters.maintenance import Maintenance, Window
from vinfra.operations.clusters.terms import Terms
from vinfra.operations.layout import Bools, Floats, Ints, Places
from vinfra.operations.rules import Rules
from vinfra.scenario import maintaining
from vinfra.scenario.consolidating import guests_of, places_of
from vinfra.scenario.expand import clusters_of
from vinfra.scenario.load import Resolved
from vinfra.scenario.population import Estate as Hosts
from vinfra.scenario.population import Population
from vinfra.scenario.ruling import rules_of
from vinfra.scenario.schema import RESTART
from vinfra.scenario.schema_clusters import Cluster, managed
from vinfra.scenario.striking import Striking

if TYPE_CHECKING:
    from vinfra.scenario.simulation import Simulation

SERIES = ("hosts_standby", "imbalance")


@dataclass(frozen=True, slots=True)
class Plan:
    """What a scenario asks for, and what hosts and VMs are to it; `cluster` is the one of each host, `kept` whether
    admission keeps it for restarts, `host_groups` its group."""

    terms: Terms
    balancer: Balancer | None
    dpm: Dpm | None
    ha: Ha | None
    places: Places
    members: Members
    cluster: Ints
    rules: Rules
    kept: Bools
    host_groups: Sequence[str]
    windows: Sequence[Window]
    cap: PowerCap | None


def plan(resolved: Resolved, estate: Hosts, population: Population, vms: Vms, groups: Sequence[str]) -> Plan | None:
    """The plan; None where nobody manages the hosts."""
    if not managed(resolved.scenario):
        return None
    scenario = resolved.scenario
    asked = scenario.cluster or Cluster()
    places = places_of(resolved, estate)
    settings = [scenario.vms[name] for name in groups]
    members = Members(
        guests=guests_of(resolved, estate, population, vms, groups),
        shares=vms.shares,
        reservation=vms.reservation,
        active=np.array([group.memory * group.active for group in settings]),
        restart=np.array([RESTART.index(group.restart) if group.restart in RESTART else NOWHERE for group in settings]),
    )
    cluster, clusters = clusters_of(resolved, len(places.names))
    kinds = [estate.kinds[kind].group for kind in estate.kind.tolist()]
    kept = np.zeros(len(cluster), dtype=bool)
    if resolved.admission is not None:
        kept = resolved.admission.closed(
            Pool(places.capacity, places.memory, cluster, clusters, estate.hosts.names, kinds)
        )
    names = vms.names
    assert isinstance(names, Names), "as the population makes them"
    rules = rules_of(resolved, names, estate.hosts.names, kinds)
    terms = Terms(**{key: getattr(asked, key) for key in Terms.__slots__})
    dpm = scenario.dpm if isinstance(scenario.dpm, Dpm) else None
    ha = scenario.ha if isinstance(scenario.ha, Ha) else None
    cap = capped(scenario.power_cap, estate)
    windows = maintaining.windows(resolved, estate)
    return Plan(terms, resolved.balancer, dpm, ha, places, members, cluster, rules, kept, kinds, windows, cap)


def capped(asked: str | float | PowerCap | None, estate: Hosts) -> PowerCap | None:
    """The cap; Refused where the power of a host is not known."""
    if asked is None or asked == "none":
        return None
    if (estate.hosts.curve < 0).any():
        unknown = estate.hosts.names[int((estate.hosts.curve < 0).argmax())]
        raise Refused(f"power_cap weighs what hosts draw, and nothing is known of {unknown}: name its `server`")
    return asked if isinstance(asked, PowerCap) else PowerCap.said(float(asked))


class Told:
    """Writes down what happens to hosts and VMs, and why."""

    def __init__(self, simulation: Simulation, plan: Plan) -> None:
        self.recorder = simulation.recorder
        self.hosts, self.vms = plan.places.names, plan.members.guests.names

    def host(self, host: int, state: str, time: float) -> None:
        """A host is in this state from now on."""
        self.recorder.enter(f"host/{self.hosts[host]}", state, time)

    def vm(self, vm: int, state: str, time: float) -> None:
        """A VM is."""
        self.recorder.enter(self.vms[vm], state, time)


class Managing:
    """The hosts of a simulation under management."""

    def __init__(self, simulation: Simulation, plan: Plan, streams: Streams) -> None:
        self.simulation, self.plan = simulation, plan
        scenario = simulation.world.resolved.scenario
        estate = Estate(plan.places, plan.members, plan.cluster, simulation.vms.host, plan.rules, plan.kept)
        self.fleet = Fleet(estate, simulation.cluster, plan.terms, Told(simulation, plan), scenario.warmup)
        parts = self.fleet.parts
        failures = Failures(self.fleet)
        if plan.ha is not None:
            parts.append(HighAvailability(self.fleet, plan.ha))
        parts.append(failures)
        if plan.balancer is not None:
            parts.append(Balancing(self.fleet, plan.balancer))
        spare = 0 if plan.ha is None else plan.ha.failures
        if plan.dpm is not None:
            parts.append(PowerManagement(self.fleet, plan.dpm, scenario.epoch, spare))
        self.maintenance = Maintenance(self.fleet, plan.windows, spare) if plan.windows else None
        if self.maintenance is not None:
            parts.append(self.maintenance)
        self.capping = None if plan.cap is None else Capping(self.fleet, plan.cap)
        if self.capping is not None:
            parts.append(self.capping)
        Striking(simulation, self.fleet, failures, plan.host_groups, streams)

    def epoch(self, number: int, time: float, length: float, demand: Floats | None, there: Bools) -> None:
        """Let one epoch pass and record it."""
        vms, columns = self.simulation.vms, self.simulation.columns
        fraction = vms.steady
        if demand is not None:
            fraction = np.where(vms.column >= 0, demand[vms.column], vms.steady)
        done = self.fleet.epoch(time, length, np.where(there, fraction, 0.0))
        columns["time_s"][number] = time
        columns["step_s"][number] = length
        columns["power_w"][number] = done["watts"] / length
        for name in ("wanted", "granted", "useful", "used"):
            columns[f"cpu_{name}_hz"][number] = done[name] / length
        columns["cpu_io_hz"][number] = (done["used"] - done["granted"]) / length
        columns["cpu_on_hz"][number] = done["capacity_on"] / length
        columns["cpu_useful_cores"][number] = done["cores"] / length
        columns["hosts_on"][number] = done["on"] / length
        columns["hosts_full"][number] = done["full"] / length
        columns["hosts_standby"][number] = done["standby"] / length
        columns["imbalance"][number] = self.fleet.imbalance

    def state(self) -> State:
        """What the fleet holds."""
        return self.fleet.state()

    def restore(self, state: State) -> None:
        """Go on from there; KeyError, TypeError or ValueError where it does not fit."""
        self.fleet.restore(state)

    def notes(self) -> list[str]:
        """What a reader must know."""
        return [note for part in (self.maintenance, self.capping) if part is not None for note in part.notes()]

    def totals(self) -> dict[str, float]:
        """What metrics are computed from."""
        totals = self.fleet.totals()
        for part in (self.maintenance, self.capping):
            totals |= {} if part is None else part.totals()
        return totals
