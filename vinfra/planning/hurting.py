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

from vinfra.planning.load import Load
from vinfra.planning.roster import Roster
from vinfra.scenario.simulation import Simulation

MOST = 5  # hosts that are told of one by one
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
        order = hurt[np.argsort(-self.lost[hurt], kind="stable")]
        said = [(float(self.lost[host] / self.asked), self._sentence(host)) for host in order[:MOST].tolist()]
        if len(order) > MOST:
            rest = order[MOST:]
            part = float(self.lost[rest].sum() / self.asked)
            said.append((part * 1e-3, f"{len(rest):,} more hosts are full at times and deny {part:.2%} of all demand"))
        return said

    def _sentence(self, host: int) -> str:
        hours = self.full[host] * self.load.interval / 3600
        when = self.load.begins + timedelta(seconds=int(self.when[host]) * self.load.interval)
        most = ", ".join(self.waiting.get(host, ()))
        return (
            f"{self.hosts[host]} has all its CPU in use for {hours:.3g} h; worst at {when:%Y-%m-%d %H:%M}, when it "
            f"denies {self.worst[host]:.1%} of what its machines want{f' (most to {most})' if most else ''}"
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
    for host in np.argsort(-lost, kind="stable")[:MOST].tolist():
        there = np.flatnonzero((simulation.vms.host == host) & (by_vm > 0))
        there = there[np.argsort(-by_vm[there], kind="stable")][:NAMED]
        found[host] = [machine.get(simulation.vms.names[vm], simulation.vms.names[vm]) for vm in there.tolist()]
    return found
