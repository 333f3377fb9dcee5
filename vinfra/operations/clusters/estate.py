"""Hosts and VMs of a fleet as they are now: which hosts are on, who runs where, what room is left.

A VM on its way takes memory on both hosts; decisions count it where it is going (`at`). Units: bytes, hertz.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from vinfra.operations.layout import Bools, Floats, Guests, Ints, Places
from vinfra.operations.rules import Rules

NOWHERE = -1
SLACK = 1e-9  # part of what is wanted that rounding may be short of


class HostState(IntEnum):
    """What a host is doing."""

    ON = 0
    LEAVING = 1  # it runs, and its VMs leave it
    BOOTING = 2
    STOPPING = 3
    STANDBY = 4
    MAINTENANCE = 5
    FAILED = 6
    ISOLATED = 7  # it runs, and nobody reaches it
    ABSENT = 8  # not there yet


REACHED = (HostState.ON, HostState.LEAVING)
RUNNING = (*REACHED, HostState.ISOLATED)
POWERED = (*RUNNING, HostState.BOOTING, HostState.STOPPING, HostState.MAINTENANCE)


@dataclass(frozen=True, slots=True)
class Members:
    """VMs as a fleet sees them: what each is on every kind of host, shares, CPU that is guaranteed (hertz) and memory
    it touches all the time (bytes), and how soon it is restarted (0 first; NOWHERE never), shape (VMs,)."""

    guests: Guests
    shares: Floats
    reservation: Floats
    active: Floats
    restart: Ints

    @property
    def names(self) -> list[str]:
        """Their names."""
        return list(self.guests.names)


class Estate:
    """The arrays. `cluster` is the cluster of each host and `kept` whether it is kept for restarts, shape (hosts,);
    `rules` say who may be where."""

    KEPT = ("state", "host", "at", "moving", "room", "count", "kind", "full", "factor", "ceiling")

    def __init__(
        self,
        places: Places,
        members: Members,
        cluster: Ints,
        host: Ints,
        rules: Rules | None = None,
        kept: Bools | None = None,
    ) -> None:
        self.places, self.members, self.cluster = places, members, cluster
        self.rules = Rules((), members.guests.names, places.names) if rules is None else rules
        self.kept: Bools = np.zeros(len(places.names), dtype=bool) if kept is None else kept
        self.ruled: Bools = self.rules.concerned()
        self.clusters = int(cluster.max()) + 1
        self.state = np.zeros(len(places.names), dtype=np.int64)
        self.host: Ints = host.copy()
        self.at: Ints = host.copy()
        self.moving: Bools = np.zeros(len(host), dtype=bool)
        used = np.bincount(host, members.guests.memory, len(places.names))
        self.room: Floats = places.memory - used
        self.count: Ints = np.bincount(host, minlength=len(places.names))
        self._vms = np.arange(len(host))
        self.kind = places.kind[host]
        guests = members.guests
        self.full, self.factor, self.ceiling = (
            table[self._vms, self.kind] for table in (guests.full, guests.factor, guests.ceiling)
        )

    @property
    def open(self) -> Bools:
        """Hosts that take VMs, shape (hosts,): those that are on and not kept for restarts."""
        found: Bools = (self.state == HostState.ON) & ~self.kept
        return found

    def running(self) -> Bools:
        """Hosts that run VMs, shape (hosts,)."""
        return np.isin(self.state, RUNNING)

    def fits(self, vm: int, host: int) -> bool:
        """Whether a host has the memory for a VM."""
        memory = self.members.guests.memory[vm]
        return bool(self.room[host] >= memory * (1 - SLACK))

    def reserve(self, vm: int, host: int) -> None:
        """The VM will be there: it takes its memory from now on."""
        self.room[host] -= self.members.guests.memory[vm]
        self.count[host] += 1
        self.at[vm] = host

    def release(self, vm: int, host: int) -> None:
        """The VM is gone from there, or does not come."""
        self.room[host] += self.members.guests.memory[vm]
        self.count[host] -= 1

    def settle(self, vm: int, host: int) -> None:
        """The VM runs there from now on; NOWHERE: it does not run."""
        self.host[vm] = host
        kind = self.places.kind[host]
        if host != NOWHERE and kind != self.kind[vm]:
            guests = self.members.guests
            self.kind[vm] = kind
            self.full[vm], self.factor[vm] = guests.full[vm, kind], guests.factor[vm, kind]
            self.ceiling[vm] = guests.ceiling[vm, kind]
