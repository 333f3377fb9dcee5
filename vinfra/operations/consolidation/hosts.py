"""Hosts whose VMs are consolidated while sampled demand goes on: passes, and VMs on their way within an epoch.

A VM that leaves takes memory / bandwidth seconds; meanwhile it loses a part of what it is granted at its source, and
takes that part of what it wants at its target too. An epoch is cut where VMs arrive; in each piece everything is
constant and shared as in compute/cluster.py. Units: hertz, watts, seconds, bytes. Source of the loss: Voorsluys et al.,
Cost of virtual machine live migration in clouds, CloudCom 2009, about 10 %.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, field

import numpy as np

from vinfra.compute.cluster import Cluster
from vinfra.compute.waterfilling import fill
from vinfra.engine.state import State as Known
from vinfra.engine.state import refill
from vinfra.operations.consolidation.decide import NOWHERE, Decision, Pass, State
from vinfra.operations.consolidation.detector import SAMPLES
from vinfra.operations.layout import Bools, Floats, Ints

TINY = 1e-9  # seconds, and part of a capacity, that are rounding
MEBIBYTE, MEGABYTE = 2.0**20, 1e6


@dataclass(slots=True)
class Tally:
    """What is added up over the measured time: cycles wanted, cycles that VMs on their way wanted and were not granted,
    seconds that hosts were active, and seconds of those they could not give what was wanted."""

    wanted: float = 0.0
    lost: float = 0.0
    active: float = 0.0
    violated: float = 0.0
    finished: int = 0
    seconds: list[float] = field(default_factory=list)


@dataclass(slots=True)
class Mean:
    """Means over an epoch: hertz of all VMs and hosts, watts of all hosts, hosts and hertz that are on, hosts that are
    full."""

    wanted: float = 0.0
    granted: float = 0.0
    useful: float = 0.0
    cores: float = 0.0
    used: float = 0.0
    watts: float = 0.0
    on: float = 0.0
    capacity_on: float = 0.0
    full: float = 0.0


class ConsolidatedHosts:
    """All hosts of a cluster and their VMs. `decided` is told every decision with its time and when the VM arrives."""

    def __init__(
        self,
        cluster: Cluster,
        rules: Pass,
        every: float,
        bandwidth: float,
        loss: float,
        decided: Callable[[Decision, float, float], None],
    ) -> None:
        self.cluster, self.rules, self.every, self.bandwidth, self.loss = cluster, rules, every, bandwidth, loss
        self.decided = decided
        self.tally = Tally()
        count = len(cluster.vms)
        self._history = np.zeros((count, SAMPLES))
        self._flights: list[tuple[float, int, int]] = []
        self._next = 0.0
        self._there: Bools = np.ones(count, dtype=bool)
        self._here: Ints = np.arange(count)
        self._place: Ints = np.arange(count)  # of each VM among those that are there

    def epoch(self, time: float, length: float, demand: Floats, there: Bools, measured: bool) -> Mean:
        """Make the pass that is due, share the hosts until the epoch is over, and give means over it.

        `demand` is the part of its vCPUs that each VM wants, `there` whether it is there, both of shape (VMs,).
        """
        self._there = there
        self._here = np.flatnonzero(there)
        self._place = np.cumsum(there) - 1
        self._drop()
        quirks = self.rules.quirks
        # CloudSim never looks at the first sample.
        if time >= self._next - TINY and (time > 0 or not quirks):
            self._history[:, 1:] = self._history[:, :-1]
            self._history[:, 0] = demand
            if time > 0:
                self._decide(time, demand)
            self._next = time + self.every
        mean, start, end = Mean(), time, time + length
        while start < end - TINY:
            until = min([end, *(moment for moment, _, _ in self._flights if moment < end - TINY)])
            self._share(demand, (until - start) / length, until - start if measured else 0.0, mean)
            self._land(until, measured)
            start = until
        return mean

    def _drop(self) -> None:
        """Who is gone is on no way any more."""
        self._flights = [one for one in self._flights if self._there[one[1]]]

    def _decide(self, time: float, demand: Floats) -> None:
        moving = np.zeros(len(self._there), dtype=bool)
        moving[[vm for _, vm, _ in self._flights]] = True
        last = {vm: target for _, vm, target in self._flights}
        targets = np.array([last[vm] for vm in sorted(last)], dtype=np.int64)
        host = np.where(self._there, self.cluster.host, NOWHERE)
        guests = self.rules.guests
        for one in self.rules.decide(State(host, moving, demand, self._history, targets)):
            memory = float(guests.memory[one.vm])
            if self.rules.quirks:
                memory *= MEGABYTE / MEBIBYTE  # there a mebibyte is sent as if it were a megabyte
            arrives = time + memory / self.bandwidth
            self.decided(one, time, arrives)
            if one.target != NOWHERE:
                self._flights.append((arrives, one.vm, one.target))
                self.tally.seconds.append(arrives - time)

    def _land(self, now: float, measured: bool) -> None:
        """Those arrive whose time has come; one that was sent on at once ends at the last host."""
        landed = [one for one in self._flights if one[0] <= now + TINY]
        if landed:
            for _, vm, target in landed:
                self.cluster.host[vm] = target
            self._flights = [one for one in self._flights if one[0] > now + TINY]
            self.tally.finished += len(landed)

    def _share(self, demand: Floats, part: float, seconds: float, mean: Mean) -> None:
        """Share all hosts for a piece of an epoch."""
        cluster, guests, places, rows = self.cluster, self.rules.guests, self.rules.places, self._here
        vms = np.array([vm for _, vm, _ in self._flights], dtype=np.int64)
        targets = np.array([target for _, _, target in self._flights], dtype=np.int64)
        # Those who are there, then those who come once more, on the host they come to.
        who = np.concatenate((rows, vms))
        hosts = np.concatenate((cluster.host[rows], targets))
        kind = places.kind[hosts]
        asked = demand[who] * guests.full[who, kind]
        want = np.minimum(asked, guests.ceiling[who, kind])
        shares, reserved = cluster.vms.shares[who], cluster.vms.reservation[who]
        coming, here = slice(len(rows), None), slice(len(rows))
        shares[coming] *= self.loss
        reserved[coming] = 0.0
        want[coming] *= self.loss
        given = fill(hosts, want, shares, reserved, places.capacity)
        used = np.bincount(hosts, given, len(places.names)).astype(float, copy=False)
        moving = self._place[vms]
        want, granted = want[here], given[here].copy()
        # One that is sent on before it has left loses once.
        granted[moving] = given[moving] * (1 - self.loss)
        cluster.settle(self._there, targets)
        full = used >= places.capacity * (1 - TINY)
        useful = granted / guests.factor[rows, kind[here]]
        mean.wanted += part * float(want.sum())
        mean.granted += part * float(granted.sum())
        mean.useful += part * float(useful.sum())
        mean.cores += part * float((useful / places.core[hosts[here]]).sum())
        mean.used += part * float(used.sum())
        mean.watts += part * float(cluster.watts(used).sum())
        mean.on += part * float(cluster.on.sum())
        mean.capacity_on += part * float(places.capacity[cluster.on].sum())
        mean.full += part * float(full.sum())
        if seconds:
            self._judge(seconds, want, granted, used, np.unique(moving), full)
            if self.rules.quirks:
                busy = used > 0
                late = np.bincount(hosts, asked, len(places.names)) > used * (1 + TINY)
                self.tally.violated += seconds * float((late & busy).sum())
                self.tally.active += seconds * float(busy.sum())

    def _judge(self, seconds: float, want: Floats, granted: Floats, used: Floats, moving: Ints, full: Bools) -> None:
        tally = self.tally
        tally.wanted += seconds * float(want.sum())
        tally.lost += seconds * float((want[moving] - granted[moving]).sum())
        if not self.rules.quirks:
            tally.violated += seconds * float((full & self.cluster.occupied).sum())
            tally.active += seconds * float(self.cluster.occupied.sum())

    def state(self) -> Known:
        """What was added up, what the last passes saw, who is on his way and when the next pass is due."""
        return {
            "tally": asdict(self.tally),
            "history": self._history,
            "flights": self._flights,
            "next": self._next,
        }

    def restore(self, state: Known) -> None:
        """Go on from there; KeyError, TypeError or ValueError where it does not fit."""
        self.tally = Tally(**state["tally"])
        refill(self._history, state["history"])
        self._flights = [(moment, vm, target) for moment, vm, target in state["flights"]]
        self._next = float(state["next"])

    def totals(self) -> dict[str, float]:
        """What metrics are computed from."""
        tally = self.tally
        return {
            "migrations": float(tally.finished),
            "migrations_unfinished": float(len(self._flights)),
            "migration_lost_cycles": tally.lost,
            "migration_wanted_cycles": tally.wanted,
            "hosts_active_s": tally.active,
            "hosts_short_s": tally.violated,
        }
