"""DPM: hosts that are not needed go to standby, and are woken when they are.

Utilisation of a host is demand over capacity, of CPU and of memory its VMs touch; demand over a span is its mean plus
two standard deviations. Hosts above target + tolerance (81 %) over five minutes call for one more, hosts below target -
tolerance (45 %) over forty minutes may be switched off, if all others stay at or below the target (63 %) together and
81 % each, and hosts enough stay on for those that could fail. Source: unknownfault.com, so-how-does-vmware-dpm-work
(63 %, 18 %, 5 and 40 minutes); VMware DPM information guide (mean and two deviations).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from vinfra.engine.state import Kept
from vinfra.operations.clusters import reserve
from vinfra.operations.clusters.choosing import empty
from vinfra.operations.clusters.estate import NOWHERE, HostState
from vinfra.operations.clusters.fleet import Fleet
from vinfra.operations.clusters.view import View
from vinfra.operations.layout import Bools, Floats, Ints
from vinfra.spec import Spec, field
from vinfra.units import Fraction, Seconds

DEVIATIONS = 2.0  # VMware DPM information guide
SEEN = "unknownfault.com, so-how-does-vmware-dpm-work"


class Dpm(Spec):
    """Hosts that are not needed go to standby (VMware DPM)."""

    target: Fraction = field("63 %", "utilisation hosts should have", gt=0, lt=1, source=SEEN, tag="measured")
    tolerance: Fraction = field(
        "18 %", "how far from it a host may be before anything is done", lt=1, source=SEEN, tag="measured"
    )
    on_window: Seconds = field("5 min", "time over which a host is judged too full", gt=0, source=SEEN, tag="measured")
    off_window: Seconds = field(
        "40 min", "time over which a host is judged not to be needed", gt=0, source=SEEN, tag="measured"
    )
    every: Seconds = field("5 min", "time between passes", gt=0, source="VMware DRS: 300 s", tag="measured")
    failures: int = field(0, "hosts that may fail and leave room for all VMs, at least", ge=0)


class PowerManagement(Kept):
    """DPM at work on a fleet; `failures` hosts are kept on for those that could fail."""

    KEPT = ("_past", "_known")

    def __init__(self, fleet: Fleet, dpm: Dpm, epoch: float, failures: int) -> None:
        self.fleet, self.dpm, self.failures = fleet, dpm, max(failures, dpm.failures)
        self._recent = max(1, round(dpm.on_window / epoch))
        self._long = max(1, round(dpm.off_window / epoch))
        self._past: Floats = np.zeros((max(self._recent, self._long), len(fleet.estate.host)))
        self._known = 0
        fleet.agenda.handlers["power"] = self._pass
        fleet.agenda.add(dpm.every, "power")

    def epoch(self, time: float, length: float) -> None:
        """What VMs want is remembered."""
        self._past[self._known % len(self._past)] = self.fleet.shares.want
        self._known += 1

    def host_on(self, host: int) -> None:
        """The next pass sees it."""

    def host_lost(self, host: int) -> None:
        """The next pass sees it."""

    def host_isolated(self, host: int) -> None:
        """The next pass sees it."""

    @property
    def _high(self) -> float:
        return self.dpm.target + self.dpm.tolerance

    @property
    def _low(self) -> float:
        return self.dpm.target - self.dpm.tolerance

    def demand(self, samples: int) -> Floats:
        """Hertz that the VMs of each host want by the last samples: mean and two deviations, shape (hosts,)."""
        estate = self.fleet.estate
        place, there = np.where(estate.at == NOWHERE, 0, estate.at), estate.at != NOWHERE
        samples = min(samples, self._known)
        rows = [(self._known - 1 - back) % len(self._past) for back in range(samples)]
        hosts = len(estate.places.names)
        sums = np.stack([np.bincount(place, np.where(there, self._past[row], 0.0), hosts) for row in rows])
        found: Floats = sums.mean(axis=0) + DEVIATIONS * sums.std(axis=0)
        return found

    def touched(self) -> Floats:
        """Bytes that the VMs of each host touch, shape (hosts,)."""
        estate = self.fleet.estate
        there = estate.at != NOWHERE
        active = estate.members.active
        return np.bincount(estate.at[there], active[there], len(estate.places.names)).astype(float, copy=False)

    def _pass(self, subject: int, note: Any) -> None:
        fleet = self.fleet
        fleet.shares.refresh()
        self._give_up()
        memory = self.touched()
        view = fleet.view()
        woken = self._wake(view, self.demand(self._recent), memory)
        if fleet.now >= self.dpm.off_window:
            self._switch_off(view, self.demand(self._long), memory, woken)
        fleet.agenda.add(fleet.now + self.dpm.every, "power")

    def _give_up(self) -> None:
        """Hosts that were to become empty take VMs again where the way of one broke off."""
        fleet, estate = self.fleet, self.fleet.estate
        leaving = np.flatnonzero(estate.state == HostState.LEAVING)
        for host in leaving[np.isin(leaving, estate.at)].tolist():
            if fleet.leaves_for(host, "standby"):
                fleet.keep(host, "stays on: the host that its VMs went to is lost")

    def _wake(self, view: View, demand: Floats, memory: Floats) -> Bools:
        """Wake hosts where others are too full; clusters where that was called for, shape (clusters,)."""
        estate, places = self.fleet.estate, self.fleet.estate.places
        full = view.open & (np.maximum(demand / places.capacity, memory / places.memory) > self._high)
        hot = np.bincount(view.cluster[full], minlength=estate.clusters) > 0
        hot |= self._short(view.open) & (np.bincount(view.cluster[view.open], minlength=estate.clusters) > 0)
        for cluster in np.flatnonzero(hot).tolist():
            self._wake_in(cluster, demand, memory, full)
        return hot

    def _short(self, hosts: Bools) -> Bools:
        """Clusters that could not lose so many hosts as they should, shape (clusters,)."""
        if not self.failures:
            return np.zeros(self.fleet.estate.clusters, dtype=bool)
        return ~reserve.safe(self.fleet.estate, hosts, self.failures)

    def _wake_in(self, cluster: int, demand: Floats, memory: Floats, full: Bools) -> None:
        estate, places = self.fleet.estate, self.fleet.estate.places
        mine = estate.cluster == cluster
        coming = mine & np.isin(estate.state, (HostState.ON, HostState.BOOTING)) & ~estate.kept
        hot = np.flatnonzero(full & mine)
        why = "for hosts that could fail" if not len(hot) else f"{places.names[int(hot[0])]} is above {self._high:.0%}"
        for host in self.fleet.asleep(cluster).tolist():
            cpu = demand[mine].sum() / places.capacity[coming].sum()
            pages = memory[mine].sum() / places.memory[coming].sum()
            if max(cpu, pages) <= self.dpm.target and not self._short(coming)[cluster]:
                return
            self.fleet.wake(host, why)
            coming[host] = True

    def _switch_off(self, view: View, demand: Floats, memory: Floats, woken: Bools) -> None:
        """Empty hosts that are not needed, where the others can do their work."""
        fleet, estate, places = self.fleet, self.fleet.estate, self.fleet.estate.places
        use = np.maximum(demand / places.capacity, memory / places.memory)
        idle = view.open & (use < self._low) & ~woken[view.cluster]
        # Nobody leaves a cluster whose hosts are just changing.
        busy = np.isin(estate.state, (HostState.BOOTING, HostState.LEAVING))
        idle &= ~(np.bincount(view.cluster[busy], minlength=estate.clusters) > 0)[view.cluster]
        worth = np.unique(view.cluster[self._spared(view.open, idle, demand, memory)]).tolist()
        if worth:
            movable = fleet.movable()
            for cluster in worth:
                hosts = np.flatnonzero(idle & (estate.cluster == cluster))
                order = hosts[np.argsort(use[hosts], kind="stable")].tolist()
                self._switch_off_in(view, cluster, order, demand, memory, use, movable)

    def _spared(self, open: Bools, idle: Bools, demand: Floats, memory: Floats) -> Ints:
        """Idle hosts whose cluster would be at the target or below without them, by index."""
        estate, places = self.fleet.estate, self.fleet.estate.places
        hosts = np.flatnonzero(idle)
        fine = np.bincount(estate.cluster[open], minlength=estate.clusters)[estate.cluster[hosts]] > 1
        for asked, have in ((demand, places.capacity), (memory, places.memory)):
            whole = np.bincount(estate.cluster[open], have[open], estate.clusters)
            wanted = np.bincount(estate.cluster, asked, estate.clusters)
            cluster = estate.cluster[hosts]
            fine &= wanted[cluster] <= self.dpm.target * (whole[cluster] - have[hosts])
        used = places.memory - estate.room
        room = np.bincount(estate.cluster[open], estate.room[open], estate.clusters)
        fine &= used[hosts] <= room[estate.cluster[hosts]] - estate.room[hosts]
        return hosts[fine]

    def _switch_off_in(
        self, view: View, cluster: int, order: list[int], demand: Floats, memory: Floats, use: Floats, movable: Bools
    ) -> None:
        """One host of a cluster after the other, as long as the others can do without it."""
        fleet, places = self.fleet, self.fleet.estate.places
        mine = np.flatnonzero(view.cluster == cluster)
        cpu, pages = float(demand[mine].sum()), float(memory[mine].sum())
        needed: set[tuple[float, float]] = set()  # a smaller host may be spared where a larger one is not
        for host in order:
            size = (float(places.capacity[host]), float(places.memory[host]))
            if size in needed:
                continue
            hosts = view.of(cluster)
            others = hosts[hosts != host]
            if not len(others):
                return
            if not self._enough(cpu, pages, cluster, others):
                needed.add(size)
                continue
            if not movable[view.members(host)].all():
                continue
            goes, stuck = empty(view, host, others, self._high)
            if len(stuck):
                name = fleet.estate.members.guests.names[int(stuck[0])]
                fleet.told.host(host, f"stays on: {name} fits nowhere else, {view.why_not(stuck, others)}", fleet.now)
                continue
            view.open[host] = False
            for vm, target in goes:
                fleet.move(vm, target, f"{places.names[host]} goes to standby")
                movable[vm] = False
            fleet.drain(host, "standby", f"is emptied: {use[host]:.0%} used over {self.dpm.off_window / 60:.0f} min")

    def _enough(self, cpu: float, pages: float, cluster: int, hosts: Ints) -> bool:
        """Whether these hosts of a cluster can do its work at the target, and could lose as many as they should."""
        places, target = self.fleet.estate.places, self.dpm.target
        if cpu > target * places.capacity[hosts].sum() or pages > target * places.memory[hosts].sum():
            return False
        return reserve.safe_in(self.fleet.estate, cluster, hosts, self.failures)
