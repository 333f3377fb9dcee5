"""High availability: hosts are watched by heartbeats, and the VMs of one that is silent start again on others.

    declared failed  15 s after the last heartbeat         restarted  then, as fast as VMs boot, in order of priority
    isolated host    notices itself after 12 s and powers its VMs off, or leaves them on

A VM that is left on cannot be started elsewhere: its files are locked. Source: VMware SDK guide GUID-8CB28754 and
Broadcom KB 322784 (VI3: heartbeat 1 s, failed after 15 s, isolated after 12 s). Unit: seconds.
"""

from __future__ import annotations

from typing import Any, Literal

import numpy as np

from vinfra.engine.state import Kept
from vinfra.operations.clusters.choosing import least_loaded
from vinfra.operations.clusters.estate import NOWHERE, HostState
from vinfra.operations.clusters.fleet import Fleet
from vinfra.operations.clusters.view import View
from vinfra.operations.layout import Ints
from vinfra.spec import Spec, field
from vinfra.units import Seconds

VI3 = "VMware SDK guide GUID-8CB28754: VI3"
RETRY = 300.0  # seconds after which VMs that found no host are tried again; the interval of DRS


class Ha(Spec):
    """VMs of a host that fails start again on others (VMware HA)."""

    declared: Seconds = field(
        "15 s", "silence after which a host has failed; it sends a heartbeat each second", source=VI3, tag="measured"
    )
    isolated: Seconds = field(
        "12 s", "silence of all others after which a host knows it is isolated", source=VI3, tag="measured"
    )
    response: Literal["power-off", "leave-on"] = field("power-off", "what an isolated host does with its VMs")
    failures: int = field(1, "hosts of a cluster that may fail: DPM leaves on what that takes", ge=0)


class HighAvailability(Kept):
    """HA at work on a fleet."""

    KEPT = ("waiting", "_due", "_silent")

    def __init__(self, fleet: Fleet, ha: Ha) -> None:
        self.fleet, self.ha = fleet, ha
        self.waiting: set[int] = set()
        self._due: float | None = None
        self._silent: dict[int, float] = {}
        handlers = fleet.agenda.handlers
        handlers["declared"], handlers["responds"], handlers["restart"] = self._declared, self._responds, self._again

    def epoch(self, time: float, length: float) -> None:
        """Nothing fails with demand alone."""

    def host_lost(self, host: int) -> None:
        """Its heartbeats stay away."""
        self.fleet.agenda.add(self.fleet.now + self.ha.declared, "declared", host)

    def host_isolated(self, host: int) -> None:
        """It hears nobody, and nobody hears it."""
        self._silent[host] = self.fleet.now
        self.fleet.agenda.add(self.fleet.now + self.ha.isolated, "responds", host, self.fleet.now)
        self.fleet.agenda.add(self.fleet.now + self.ha.declared, "declared", host)

    def host_on(self, host: int) -> None:
        """There is room again."""
        self._restart()

    def _responds(self, host: int, since: float) -> None:
        """A host that is isolated still does with its VMs what it was told."""
        fleet = self.fleet
        if fleet.estate.state[host] != HostState.ISOLATED or self._silent[host] != since:
            return
        if self.ha.response == "leave-on":
            fleet.told.host(host, "is isolated; its VMs run on, and their files are locked", fleet.now)
            return
        fleet.told.host(host, "is isolated; its VMs are powered off", fleet.now)
        for vm in fleet.on(host):
            fleet.halt(vm, f"is down: {fleet.estate.places.names[host]} is isolated and powered it off")

    def _declared(self, host: int, note: Any) -> None:
        """VMs that were on the host and do not run start elsewhere."""
        home, estate = self.fleet.home, self.fleet.estate
        lost = [vm for vm in self.fleet.down if home.get(vm) == host and estate.at[vm] == NOWHERE]
        self.waiting |= {vm for vm in lost if estate.members.restart[vm] != NOWHERE}
        self._restart()

    def _again(self, subject: int, note: Any) -> None:
        self._due = None
        self._restart()

    def _restart(self) -> None:
        """Start who waits, by priority, the largest first; who finds no host says why and waits on."""
        fleet, estate = self.fleet, self.fleet.estate
        down = np.array(sorted(vm for vm in self.waiting if vm in fleet.down and estate.at[vm] == NOWHERE), dtype=int)
        self.waiting = set()
        if not len(down):
            return
        view = self._view(down)
        memory = estate.members.guests.memory[down]
        order = down[np.lexsort((down, -memory, estate.members.restart[down]))]
        left = [vm for vm in order.tolist() if not self._start(view, vm)]
        self.waiting = set(left)
        if left:
            called = self._wake(left)
            if self._due is None:
                self._due = fleet.now if called else fleet.now + RETRY
                fleet.agenda.add(self._due, "restart")

    def _view(self, down: Ints) -> View:
        """The estate on paper with the hosts kept for restarts, and what VMs will want that are down."""
        fleet, estate = self.fleet, self.fleet.estate
        view = fleet.view()
        view.open = estate.state == HostState.ON
        view.entitled[down] = np.minimum(fleet.fraction[down] * estate.full[down], estate.ceiling[down])
        return view

    def _start(self, view: View, vm: int) -> bool:
        """Start one VM on the least loaded host of its cluster that takes it."""
        fleet, home = self.fleet, self.fleet.home[vm]
        hosts = np.flatnonzero(view.cluster == view.cluster[home])
        one = np.array([vm])
        target = least_loaded(view, one, hosts)
        if target == NOWHERE:
            fleet.told.vm(vm, f"stays down: {view.why_not(one, hosts)}", fleet.now)
            return False
        view.put(vm, target)
        fleet.start(vm, target, f"{fleet.estate.places.names[home]} is lost")
        return True

    def _wake(self, vms: list[int]) -> bool:
        """Keep hosts that were to go to standby for VMs that found none, then wake others; whether some were kept."""
        fleet, estate = self.fleet, self.fleet.estate
        kept = False
        for cluster in sorted({int(estate.cluster[self.fleet.home[vm]]) for vm in vms}):
            mine = [vm for vm in vms if estate.cluster[self.fleet.home[vm]] == cluster]
            booting = (estate.state == HostState.BOOTING) & (estate.cluster == cluster)
            need = float(estate.members.guests.memory[mine].sum()) - float(estate.room[booting].sum())
            leaving = np.flatnonzero((estate.state == HostState.LEAVING) & (estate.cluster == cluster))
            for host in (one for one in leaving.tolist() if need > 0 and fleet.leaves_for(one, "standby")):
                fleet.keep(host, "stays on: VMs of a host that failed wait for room")
                need -= float(estate.room[host])
                kept = True
            for host in fleet.asleep(cluster).tolist():
                if need <= 0:
                    break
                fleet.wake(host, "VMs of a host that failed wait for room")
                need -= float(estate.room[host])
        return kept
