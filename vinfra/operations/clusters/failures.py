"""Hosts that fail, come back, or cannot be reached: what every fleet goes through, whoever looks after it.

A host that fails loses its VMs in the instant. When it is repaired it boots, and VMs that nobody restarted elsewhere
boot on it again. Something that fails twice at once is repaired when both are over. Unit: seconds.
"""

from __future__ import annotations

from vinfra.engine.state import Kept
from vinfra.operations.clusters.estate import NOWHERE, REACHED, HostState
from vinfra.operations.clusters.fleet import Fleet


class Failures(Kept):
    """What happens to the hosts of a fleet."""

    KEPT = ("_broken",)

    def __init__(self, fleet: Fleet) -> None:
        self.fleet = fleet
        self._broken: dict[int, int] = {}
        fleet.agenda.handlers["fails"] = lambda host, said: self.fail(host, said)
        fleet.agenda.handlers["repaired"] = lambda host, note: self.repair(host)

    def epoch(self, time: float, length: float) -> None:
        """Somebody may have made room on a host since."""
        estate = self.fleet.estate
        down = [vm for vm in self.fleet.down if estate.at[vm] == NOWHERE]
        for host in sorted({self.fleet.home[vm] for vm in down}):
            if estate.state[host] == HostState.ON:
                self._start(host)

    def host_lost(self, host: int) -> None:
        """It has been heard of."""

    def host_isolated(self, host: int) -> None:
        """It has been heard of."""

    def fail(self, host: int, said: str = "") -> None:
        """A host fails; one that is not there yet does not."""
        fleet = self.fleet
        if fleet.estate.state[host] == HostState.ABSENT:
            return
        self._broken[host] = self._broken.get(host, 0) + 1
        if self._broken[host] == 1:
            fleet.lose(host, said or f"{fleet.estate.places.names[host]} failed")

    def repair(self, host: int) -> None:
        """One thing that was wrong with a host is put right."""
        left = self._broken.get(host, 0) - 1
        if left == 0:
            del self._broken[host]
            self.fleet.boot(host, "it was repaired")
        elif left > 0:
            self._broken[host] = left

    def isolate(self, host: int) -> None:
        """Nobody reaches a host any more; one that does not run is not missed."""
        if self.fleet.estate.state[host] in REACHED:
            self.fleet.isolate(host, "is isolated")

    def rejoin(self, host: int) -> None:
        """It can be reached again."""
        if self.fleet.estate.state[host] == HostState.ISOLATED:
            self.fleet.ready(host)

    def host_on(self, host: int) -> None:
        """VMs that were on a host and are still down boot on it, as far as there is room."""
        fleet = self.fleet
        for vm in self._start(host):
            fleet.told.vm(vm, f"stays down: {fleet.estate.places.names[host]} has no room for it", fleet.now)

    def _start(self, host: int) -> list[int]:
        """Start those that fit; who does not."""
        fleet, left = self.fleet, list[int]()
        for vm in sorted(vm for vm in fleet.down if fleet.home[vm] == host and fleet.estate.at[vm] == NOWHERE):
            if fleet.estate.fits(vm, host):
                fleet.start(vm, host, "its host is back")
            else:
                left.append(vm)
        return left
