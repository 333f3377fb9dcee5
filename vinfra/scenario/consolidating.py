"""Consolidation of a scenario: what its VMs are on every kind of host, who may move, and what is told of it.

Hosts and VMs are arrays here as everywhere; the rules are in operations/consolidation/.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from vinfra.compute.fleet import Vms
from vinfra.engine.state import State
from vinfra.engine.streams import Streams
from vinfra.errors import Refused
from vinfra.operations.consolidation.decide import NOWHERE, Decision, Pass
from vinfra.operations.consolidation.detector import Detector
from vinfra.operations.consolidation.hosts import ConsolidatedHosts
from vinfra.operations.consolidation.selection import Selection
from vinfra.operations.layout import Bools, Floats, Guests, Places
from vinfra.scenario.load import Resolved
from vinfra.scenario.population import Estate, Population, rows_by_kind
from vinfra.scenario.schema_consolidation import Consolidation

if TYPE_CHECKING:
    from vinfra.scenario.simulation import Simulation

CLOUDSIM = "cloudsim-3.0.3"


@dataclass(frozen=True, slots=True)
class Plan:
    """What a scenario asks for, and what hosts and VMs are to it."""

    asked: Consolidation
    detector: Detector
    selection: Selection
    places: Places
    guests: Guests
    as_in_cloudsim: bool


def plan(resolved: Resolved, estate: Estate, population: Population, vms: Vms, groups: Sequence[str]) -> Plan | None:
    """The plan; None where nothing is consolidated. Refused where the power of a host is not known."""
    if resolved.consolidation is None:
        return None
    asked, detector, selection = resolved.consolidation
    hosts = estate.hosts
    if (hosts.curve < 0).any():
        unknown = hosts.names[int((hosts.curve < 0).argmax())]
        raise Refused(f"consolidation weighs what hosts draw, and nothing is known of {unknown}: name its `server`")
    quirks = resolved.scenario.compatibility == CLOUDSIM
    places, guests = places_of(resolved, estate), guests_of(resolved, estate, population, vms, groups)
    return Plan(asked, detector, selection, places, guests, quirks)


def places_of(resolved: Resolved, estate: Estate) -> Places:
    """The hosts, with the memory they can promise."""
    hosts = estate.hosts
    promised = np.array([resolved.scenario.hosts[kind.group].overcommit or 1.0 for kind in estate.kinds])[estate.kind]
    memory = hosts.memory * promised
    return Places(hosts.names, hosts.capacity, hosts.core, memory, estate.kind, hosts.curve, hosts.curves)


def guests_of(resolved: Resolved, estate: Estate, population: Population, vms: Vms, groups: Sequence[str]) -> Guests:
    """The VMs, each as its group is on every kind of host."""
    tables = {name: rows_by_kind(resolved.scenario.vms[name], estate, population.prices[name]) for name in set(groups)}
    names = sorted(tables)
    number = {name: index for index, name in enumerate(names)}
    of = np.array([number[name] for name in groups], dtype=np.int64)
    settings = [resolved.scenario.vms[name] for name in names]

    def column(key: str) -> Floats:
        rows: Floats = np.array([tables[name][key] for name in names])[of]
        return rows

    factor = column("factor")
    possible = np.isfinite(factor)
    factor = np.where(possible, factor, 1.0)
    return Guests(
        names=vms.names,
        memory=np.array([group.memory for group in settings])[of],
        speed=np.array([group.speed or 0.0 for group in settings])[of],
        movable=np.array([group.host is None and group.hosts is None for group in settings])[of],
        full=column("size") * factor,
        factor=factor,
        ceiling=column("ceiling"),
        possible=possible,
    )


class Consolidating:
    """The hosts of a simulation while their VMs are consolidated."""

    def __init__(self, simulation: Simulation, plan: Plan, streams: Streams) -> None:
        self.simulation, self.plan = simulation, plan
        self._draws: dict[str, np.random.Generator] = {}
        self._generator = partial(streams.generator, "vm selection")

        def draw(host: int) -> float:
            name = plan.places.names[host]
            if name not in self._draws:
                self._draws[name] = self._generator(name)
            return float(self._draws[name].random())

        asked, how = plan.asked, (plan.detector, plan.selection, draw, plan.as_in_cloudsim)
        rules = Pass(plan.places, plan.guests, *how, asked.place == "true-power", asked.fill)
        self.hosts = ConsolidatedHosts(
            simulation.cluster, rules, asked.every, asked.bandwidth, asked.loss, self._decided
        )

    def epoch(self, number: int, time: float, length: float, demand: Floats | None, there: Bools) -> None:
        """Share and record one epoch."""
        vms, columns = self.simulation.vms, self.simulation.columns
        fraction = vms.steady
        if demand is not None:
            fraction = np.where(vms.column >= 0, demand[vms.column], vms.steady)
        measured = time >= self.simulation.world.resolved.scenario.warmup - 1e-9
        mean = self.hosts.epoch(time, length, fraction, there, measured)
        columns["time_s"][number] = time
        columns["step_s"][number] = length
        columns["power_w"][number] = mean.watts
        columns["cpu_wanted_hz"][number] = mean.wanted
        columns["cpu_granted_hz"][number] = mean.granted
        columns["cpu_useful_hz"][number] = mean.useful
        columns["cpu_used_hz"][number] = mean.used
        columns["cpu_io_hz"][number] = mean.used - mean.granted
        columns["cpu_on_hz"][number] = mean.capacity_on
        columns["cpu_useful_cores"][number] = mean.cores
        columns["hosts_on"][number] = mean.on
        columns["hosts_full"][number] = mean.full

    def _decided(self, decision: Decision, time: float, arrives: float) -> None:
        """Write a decision and its reason where states are kept."""
        recorder, names = self.simulation.recorder, self.plan.places.names
        vm, source = self.plan.guests.names[decision.vm], names[decision.source]
        why = "is overloaded" if decision.overloaded else "does little"
        if decision.target == NOWHERE:
            state = f"stays on {source}, which {why}: no host takes it"
            arrives = time + self.plan.asked.every
        else:
            state = f"moves to {names[decision.target]}: {source} {why}"
        recorder.enter(vm, state, time)
        recorder.leave(vm, arrives)

    def state(self) -> State:
        """What the hosts know, and how far each stream has come that a selection draws from."""
        return {
            "hosts": self.hosts.state(),
            "draws": {name: draw.bit_generator.state for name, draw in self._draws.items()},
        }

    def restore(self, state: State) -> None:
        """Go on from there; KeyError, TypeError or ValueError where it does not fit."""
        self.hosts.restore(state["hosts"])
        for name, known in state["draws"].items():
            self._draws[name] = self._generator(name)
            self._draws[name].bit_generator.state = known

    def totals(self) -> dict[str, float]:
        """What metrics are computed from."""
        return self.hosts.totals()
