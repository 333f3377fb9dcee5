"""Where a simulated plan hurts: which hosts are full, whose VMs wait, and when.

    ready of a VM in an interval = (wanted - given) / wanted

Looked at again are only the intervals in which some host is full; in all others nobody waits. Units: hertz, seconds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

import numpy as np
from numpy.typing import NDArray

from vinfra.planning.trying.load import Load
from vinfra.planning.trying.roster import Roster
from vinfra.scenario.simulation import Simulation

MOST = 5  # hosts, or groups of hosts that are alike, that are told of
TRACED = 50  # hosts whose machines are looked at one by one
NAMED = 3  # machines that are named of a host
LOST = 1e-9  # of what is wanted; less is rounding
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Watch:
    """What waiting there was: `lost` is what each host denied and `asked` what its VMs wanted over all intervals
    (hertz times intervals, shape (hosts,)), `worst` the largest part of an interval's demand it denied and `when` the
    interval; `waiting` names its VMs that waited most; `p99` is the ready time that 99 % of all VMs and intervals do
    not exceed, `most` the worst of all, as parts."""

    hosts: Sequence[str]
    lost: Floats
    asked: float
    full: NDArray[np.int64]
    worst: Floats
    when: NDArray[np.int64]
    waiting: Mapping[int, Sequence[str]]
    p99: float
    most: float
    load: Load

    def metrics(self) -> dict[str, float | None]:
        """The numbers of it, by column name."""
        return {"cpu_ready_p99_pct": 100 * self.p99, "cpu_ready_max_pct": 100 * self.most}

    def pains(self) -> list[tuple[float, str]]:
        """Hosts that deny CPU to their VMs, the worst first: how much it hurts (part of all demand), and the
        sentence."""
        hurt = np.flatnonzero(self.lost > LOST * max(self.asked, 1.0))
        order = hurt[np.argsort(-self.lost[hurt], kind="stable")].tolist()
        alike: dict[tuple[int, int, float], list[int]] = {}
        for host in order:
            key = int(self.full[host]), int(self.when[host]), round(float(self.worst[host]), 3)
            alike.setdefault(key, []).append(host)
        groups = sorted(alike.values(), key=lambda group: (-float(self.lost[group].sum()), group[0]))
        said = [(float(self.lost[group].sum() / self.asked), self._sentence(group)) for group in groups[:MOST]]
        rest = [host for group in groups[MOST:] for host in group]
        if rest:
            part = float(self.lost[rest].sum() / self.asked)
            more = f"{len(rest):,} more hosts are full at times and deny {100 * part:.2g} % of all demand"
            said.append((said[-1][0] / 2, more))  # after those that are told of, whatever its sum
        return said

    def _sentence(self, group: Sequence[int]) -> str:
        first = group[0]
        hours = self.full[first] * self.load.interval / 3600
        when = self.load.begins + timedelta(seconds=int(self.when[first]) * self.load.interval)
        most = ", ".join(self.waiting.get(first, ()))
        if len(group) == 1:
            who, whose, it = f"{self.hosts[first]} has all its CPU", "its", "it denies"
        else:
            more = ", ..." if len(group) > NAMED else ""
            named = ", ".join(self.hosts[host] for host in group[:NAMED])
            who, whose, it = f"{len(group):,} hosts ({named}{more}) have all their CPU", "their", "they deny"
        denied = f"{100 * self.worst[first]:.1f} % of what {whose} machines want"
        return (
            f"{who} in use for {hours:.3g} h; worst at {when:%Y-%m-%d %H:%M}, when {it} {denied}"
            f"{f' (most to {most})' if most else ''}"
        )


def watched(simulation: Simulation, listed: Roster, machines: Sequence[str], load: Load) -> Watch:
    """The waiting in a simulation that is over, in which nothing moved; `machines` are those of the load."""
    hosts, vms = simulation.world.hosts, simulation.vms
    count = len(hosts.names)
    lost, worst = np.zeros(count), np.zeros(count)
    full, when = np.zeros(count, dtype=np.int64), np.zeros(count, dtype=np.int64)
    by_vm, ready = np.zeros(len(vms)), [np.zeros(0)]
    intervals = np.flatnonzero(simulation.columns["hosts_full"] > 0).tolist()
    for k in intervals if simulation.demand is not None else ():
        assert simulation.demand is not None
        sample = simulation.cluster.sample(vms.want(simulation.demand.at(k)))
        denied = np.maximum(sample.want - sample.granted, 0.0)
        by_vm += denied
        mine = np.bincount(vms.host, denied, count)
        part = mine / np.maximum(np.bincount(vms.host, sample.want, count), 1.0)
        lost += mine
        full += sample.used >= hosts.capacity * (1 - 1e-9)
        when[part > worst] = k
        worst = np.maximum(worst, part)
        some = np.flatnonzero(denied > LOST * np.maximum(sample.want, 1.0))
        ready.append(denied[some] / sample.want[some])
    every = np.sort(np.concatenate(ready))[::-1]
    rank = int(0.01 * len(vms) * len(simulation.columns["hosts_full"]))
    return Watch(
        hosts=hosts.names,
        lost=lost,
        asked=float(simulation.columns["cpu_wanted_hz"].sum()),
        full=full,
        worst=worst,
        when=when,
        waiting=_waiting(simulation, by_vm, lost, dict(zip(listed.names, machines, strict=True))),
        p99=float(every[rank]) if rank < len(every) else 0.0,
        most=float(every[0]) if len(every) else 0.0,
        load=load,
    )


def _waiting(
    simulation: Simulation, by_vm: Floats, lost: Floats, machine: Mapping[str, str]
) -> Mapping[int, Sequence[str]]:
    """The machines that waited most on each of the worst hosts."""
    found = {}
    for host in np.argsort(-lost, kind="stable")[:TRACED].tolist():
        there = np.flatnonzero((simulation.vms.host == host) & (by_vm > 0))
        there = there[np.argsort(-by_vm[there], kind="stable")][:NAMED]
        found[host] = [machine.get(simulation.vms.names[vm], simulation.vms.names[vm]) for vm in there.tolist()]
    return found
