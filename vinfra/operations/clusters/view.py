"""Hosts and VMs as decisions see them at one moment: everybody is where he is going to be.

Entitlement is what a VM would get if its cluster were one host: shares, reservations and limits over all of it. Load is
what the VMs of a host are entitled to over its capacity. Source: Gulati et al., VMware Distributed Resource Management,
VMware Technical Journal 1(1), 2012. Units: hertz, bytes.
"""

from __future__ import annotations

import numpy as np

from vinfra.compute.waterfilling import fill
from vinfra.operations.clusters.estate import NOWHERE, SLACK, Estate
from vinfra.operations.layout import Bools, Floats, Ints
from vinfra.units import show


class View:
    """An estate on paper; `put` rearranges it and nothing else. `want` are hertz each VM wants, shape (VMs,)."""

    def __init__(self, estate: Estate, want: Floats) -> None:
        self.estate = estate
        self.open: Bools = estate.open
        self.at: Ints = estate.at.copy()
        self.room: Floats = estate.room.copy()
        self.hosts = len(self.room)
        self.cluster = estate.cluster
        there = self.at != NOWHERE
        place = np.where(there, self.at, 0)
        want = np.where(there, want, 0.0)
        self.want: Floats = want
        self.entitled = self._entitled(want, place)
        self.load: Floats = np.bincount(place, self.entitled, self.hosts) / estate.places.capacity
        self._order: Ints | None = None
        self._joined: dict[int, list[int]] = {}

    def _entitled(self, want: Floats, place: Ints) -> Floats:
        """What each VM is entitled to, shape (VMs,)."""
        capacity = np.where(self.estate.running(), self.estate.places.capacity, 0.0)
        whole: Floats = np.bincount(self.cluster, capacity, self.estate.clusters).astype(float, copy=False)
        members = self.estate.members
        return fill(self.cluster[place], want, members.shares, members.reservation, whole)

    def members(self, host: int) -> list[int]:
        """The VMs that are on a host, by index."""
        if self._order is None:
            self._order = self.estate.at.argsort(kind="stable")
            self._first = np.searchsorted(self.estate.at[self._order], np.arange(self.hosts + 1))
        base: list[int] = self._order[self._first[host] : self._first[host + 1]].tolist()
        joined = self._joined.get(host)
        if joined is None:
            return base
        return sorted({vm for vm in (*base, *joined) if self.at[vm] == host})

    def part(self, vm: int, host: int) -> float:
        """What a VM adds to the load of a host."""
        return float(self.entitled[vm] / self.estate.places.capacity[host])

    def put(self, vm: int, host: int) -> None:
        """The VM goes there."""
        source, memory = int(self.at[vm]), self.estate.members.guests.memory[vm]
        if source != NOWHERE:
            self.room[source] += memory
            self.load[source] -= self.part(vm, source)
            self._joined.setdefault(source, [])
        self.room[host] -= memory
        self.load[host] += self.part(vm, host)
        self.at[vm] = host
        self._joined.setdefault(host, []).append(vm)

    def takes(self, vms: Ints, hosts: Ints) -> Bools:
        """Which of these hosts could take VMs that go together: open, with memory left, fast and able enough, within
        the rules; shape (hosts,)."""
        guests, estate = self.estate.members.guests, self.estate
        fine: Bools = self.open[hosts] & self._able(vms, hosts)
        fine &= self.room[hosts] >= guests.memory[vms].sum() * (1 - SLACK)
        if estate.ruled[vms].any():
            fine &= estate.rules.may(vms, self.at)[hosts]
        return fine

    def _able(self, vms: Ints, hosts: Ints) -> Bools:
        """Which of these hosts can run all of these VMs."""
        guests, places = self.estate.members.guests, self.estate.places
        slow: Bools = places.core[hosts] < guests.speed[vms].max()
        return guests.possible[vms][:, places.kind[hosts]].all(axis=0) & ~slow

    def fits(self, vms: Ints, hosts: Ints) -> Bools:
        """Which of these VMs each of these open hosts could take, shape (VMs, hosts)."""
        guests, places = self.estate.members.guests, self.estate.places
        fine: Bools = self.room[hosts] >= (guests.memory[vms] * (1 - SLACK))[:, None]
        fine &= guests.possible[vms][:, places.kind[hosts]] & (places.core[hosts] >= guests.speed[vms][:, None])
        for row in np.flatnonzero(self.estate.ruled[vms]).tolist():
            vm = vms[row : row + 1]
            disliked = self.estate.rules.disliked(vm, self.at)
            fine[row] &= self.estate.rules.may(vm, self.at)[hosts] & (disliked[hosts] <= disliked[self.at[vm]])
        return fine

    def why_not(self, vms: Ints, hosts: Ints) -> str:
        """Why none of these hosts takes VMs that go together."""
        fit = self.open[hosts]
        if not fit.any():
            return "no other host is on"
        fit = fit & self._able(vms, hosts)
        if not fit.any():
            return "no host that is on can run it"
        memory = float(self.estate.members.guests.memory[vms].sum())
        fit = fit & (self.room[hosts] >= memory * (1 - SLACK))
        if not fit.any():
            return f"no host had {show(memory, 'size')} free"
        able = np.zeros(self.hosts, dtype=bool)
        able[hosts[fit]] = True
        return self.estate.rules.why_not(vms, self.at, able) or "every host would be too full"

    def spread(self) -> tuple[Floats, Floats]:
        """Mean and standard deviation of the load over the open hosts of each cluster, shape (clusters,)."""
        cluster, load = self.cluster[self.open], self.load[self.open]
        count = np.maximum(np.bincount(cluster, minlength=self.estate.clusters), 1)
        mean = np.bincount(cluster, load, self.estate.clusters) / count
        square = np.bincount(cluster, (load - mean[cluster]) ** 2, self.estate.clusters) / count
        return mean, np.sqrt(square)

    def imbalance(self) -> float:
        """Standard deviation of load over the open hosts of a cluster, mean over the clusters that have some."""
        _, spread = self.spread()
        there = np.bincount(self.cluster[self.open], minlength=self.estate.clusters) > 0
        return float(spread[there].mean()) if there.any() else 0.0

    def of(self, cluster: int) -> Ints:
        """The open hosts of a cluster."""
        found: Ints = np.flatnonzero(self.open & (self.cluster == cluster))
        return found
