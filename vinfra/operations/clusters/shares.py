"""What the hosts of a fleet do, added up host by host: a host is looked at again only when something changes on it.

Between changes everything on a host is constant, so its means over an epoch are rates times seconds. A host that is not
full gives its VMs what they want, so sums are enough; a full one is shared as in compute/waterfilling.py. Migrations
take cycles of both hosts before VMs get theirs, as ESX reserves them. Units: hertz, watts, seconds.
"""

from __future__ import annotations

import numpy as np

from vinfra.compute.cluster import Cluster
from vinfra.compute.waterfilling import fill
from vinfra.engine.state import Kept
from vinfra.operations.clusters.estate import NOWHERE, POWERED, RUNNING, Estate, HostState
from vinfra.operations.layout import Bools, Floats, Ints

RATES = ("wanted", "granted", "useful", "cores", "used", "watts", "on", "capacity_on", "full", "standby")
FULL = 1 - 1e-9
OCCUPIED = (HostState.BOOTING, HostState.STOPPING, HostState.MAINTENANCE)
WANTED, USEFUL, CORES = range(3)


class Shares(Kept):
    """The rates of every host of an estate; `standby` are watts of a host that waits to be woken, `boot` is the load
    (0..1) that one draws for while it starts or stops."""

    KEPT = ("want", "overhead", "pace", "full", "serviced", "_sums", "_rates", "_since", "_done", "_touched")

    def __init__(self, estate: Estate, cluster: Cluster, standby: float, boot: float) -> None:
        self.estate, self.cluster, self.standby, self.boot = estate, cluster, standby, boot
        hosts = len(estate.places.names)
        self.want: Floats = np.zeros(len(estate.host))
        self.overhead: Floats = np.zeros(hosts)
        self.pace: Floats = np.ones(hosts)
        self.serviced: Floats = np.zeros(hosts)  # load that a host in maintenance draws for; below zero it is off
        self.full: Bools = np.zeros(hosts, dtype=bool)
        self._sums = np.zeros((3, hosts))
        self._rates = np.zeros((len(RATES), hosts))
        self._since = np.zeros(hosts)
        self._done = np.zeros(len(RATES))
        self._touched: set[int] = set()
        self._hosts = np.arange(hosts)

    def begin(self, time: float, fraction: Floats) -> None:
        """From now on VMs want this part (0..1) of their vCPUs, shape (VMs,)."""
        estate = self.estate
        self.want = np.minimum(fraction * estate.full, estate.ceiling)
        self.want[estate.host == NOWHERE] = 0.0
        self._done[:] = 0.0
        self._since[:] = time
        hosts = len(self._hosts)
        place = np.where(estate.host == NOWHERE, 0, estate.host)
        useful = self.want / estate.factor
        self._sums[WANTED] = np.bincount(place, self.want, hosts)
        self._sums[USEFUL] = np.bincount(place, useful, hosts)
        self._sums[CORES] = self._sums[USEFUL] / estate.places.core
        self._touched.clear()
        self._look(self._hosts)

    def demand(self, vm: int, fraction: float, there: bool) -> None:
        """A VM wants this part of its vCPUs on the host where it is, or nothing any more."""
        estate, host = self.estate, int(self.estate.host[vm])
        want = min(fraction * float(estate.full[vm]), float(estate.ceiling[vm])) if there else 0.0
        rise, self.want[vm] = want - float(self.want[vm]), want
        useful = rise / float(estate.factor[vm])
        self._sums[WANTED, host] += rise
        self._sums[USEFUL, host] += useful
        self._sums[CORES, host] += useful / estate.places.core[host]

    def touch(self, host: int, time: float) -> None:
        """Something changes on a host at that time: what it did until then is added up."""
        if host not in self._touched:
            self._done += self._rates[:, host] * (time - self._since[host])
            self._since[host] = time
            self._touched.add(host)

    def refresh(self) -> None:
        """Look again at the hosts that were touched."""
        if self._touched:
            self._look(np.array(sorted(self._touched), dtype=np.int64))
            self._touched.clear()

    def end(self, time: float) -> dict[str, float]:
        """What was done since `begin`, each rate times seconds."""
        done = self._done + (self._rates * (time - self._since)).sum(axis=1)
        return dict(zip(RATES, done.tolist(), strict=True))

    def watts(self) -> Floats:
        """What each host draws now, shape (hosts,)."""
        found: Floats = self._rates[RATES.index("watts")]
        return found

    def asked(self) -> Floats:
        """Cycles per second that VMs and migrations want of each host now, shape (hosts,)."""
        found: Floats = np.maximum(self._sums[WANTED], 0.0) + self.overhead
        return found

    def draw(self, hosts: Ints, used: Floats) -> Floats:
        """Watts that these hosts would draw now if they used so many cycles per second."""
        return self._watts(hosts, self.estate.state[hosts], used)

    def slow(self, pace: Floats, time: float) -> None:
        """From that time on hosts deliver this part (0..1) of their capacity, shape (hosts,)."""
        self.refresh()
        hosts = np.flatnonzero(pace != self.pace)
        self._done += (self._rates[:, hosts] * (time - self._since[hosts])).sum(axis=1)
        self._since[hosts] = time
        self.pace[hosts] = pace[hosts]
        self._look(hosts)

    def used(self) -> Floats:
        """Cycles per second each host uses now, shape (hosts,)."""
        found: Floats = self._rates[RATES.index("used")]
        return found

    def _look(self, hosts: Ints) -> None:
        """The rates of some hosts."""
        estate = self.estate
        state, places = estate.state[hosts], estate.places
        running = np.isin(state, RUNNING)
        limit = places.capacity[hosts] * self.pace[hosts]
        over = np.minimum(self.overhead[hosts], limit)
        # What comes and goes may leave a bit of rounding.
        wanted, useful, cores = np.maximum(self._sums[:, hosts], 0.0)
        left = np.where(running, limit - over, 0.0)
        short = wanted > left * (1 + 1e-12)
        granted = np.where(short, left, wanted)
        if short.any():
            useful[short] = self._useful(hosts[short], left[short])
            cores[short] = useful[short] / places.core[hosts[short]]
        used = granted + np.where(running, over, 0.0)
        full = running & (used >= limit * FULL)
        self.full[hosts] = full
        rates = (wanted, granted, useful, cores, used, self._watts(hosts, state, used))
        on = np.isin(state, POWERED) & ~self._off(hosts, state) & self.cluster.power.is_on(self._busy(hosts, state))
        counts = (on, np.where(running & on, places.capacity[hosts], 0.0), full, state == HostState.STANDBY)
        self._rates[:, hosts] = (*rates, *counts)

    def _useful(self, hosts: Ints, left: Floats) -> Floats:
        """Useful cycles on hosts that cannot give what is wanted."""
        estate = self.estate
        number = np.full(len(self._hosts) + 1, NOWHERE)
        number[hosts] = np.arange(len(hosts))
        place = number[estate.host]
        vms = np.flatnonzero(place != NOWHERE)
        members, place = estate.members, place[vms]
        granted = fill(place, self.want[vms], members.shares[vms], members.reservation[vms], left)
        return np.bincount(place, granted / estate.factor[vms], len(hosts)).astype(float, copy=False)

    def _watts(self, hosts: Ints, state: Ints, used: Floats) -> Floats:
        layout, power = self.cluster.hosts, self.cluster.power
        load = np.minimum(used / layout.capacity[hosts], 1.0)
        load[(state == HostState.BOOTING) | (state == HostState.STOPPING)] = self.boot
        serviced = state == HostState.MAINTENANCE
        load[serviced] = np.maximum(self.serviced[hosts[serviced]], 0.0)
        watts = np.zeros(len(hosts))
        occupied = self._busy(hosts, state)
        curves = layout.curve[hosts]
        for curve in range(len(layout.curves)):
            mine = curves == curve
            watts[mine] = power.watts(layout.curves[curve], load[mine], occupied[mine])
        known = curves >= 0
        watts[((state == HostState.STANDBY) | self._off(hosts, state)) & known] = self.standby
        watts[(state == HostState.FAILED) | (state == HostState.ABSENT)] = 0.0
        return watts

    def _busy(self, hosts: Ints, state: Ints) -> Bools:
        """Which of these hosts have VMs, or something of their own to do: no power policy takes those for empty."""
        found: Bools = (self.estate.count[hosts] > 0) | np.isin(state, OCCUPIED)
        return found

    def _off(self, hosts: Ints, state: Ints) -> Bools:
        """Which of these hosts are in maintenance and off."""
        found: Bools = (state == HostState.MAINTENANCE) & (self.serviced[hosts] < 0)
        return found
