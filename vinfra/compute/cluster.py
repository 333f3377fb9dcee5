"""A cluster of hosts under sampled demand: one numpy pass over all VMs for each epoch.

Within an epoch every VM wants a constant rate, so grants, utilisation and watts are constant too and work is rate times
length. Hosts that share with activities are computed by fluid_host.py.
Units: hertz, watts, seconds.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vinfra.compute.fleet import Floats, Hosts, Vms
from vinfra.compute.waterfilling import share
from vinfra.engine.state import State, refill
from vinfra.hardware.power_policy import PowerPolicy


@dataclass(frozen=True, slots=True)
class Sample:
    """One epoch: rates of each VM (wanted and granted on the host, shape (vms,)) and of each host (shape (hosts,))."""

    want: Floats
    granted: Floats
    used: Floats
    watts: Floats


class Cluster:
    """Hosts, their VMs and a power policy. `host` says where each VM is now, shape (vms,)."""

    def __init__(self, hosts: Hosts, vms: Vms, power: PowerPolicy) -> None:
        self.hosts = hosts
        self.vms = vms
        self.power = power
        self.host = vms.host.copy()
        self._there: NDArray[np.bool_] = np.ones(len(vms), dtype=bool)
        self._coming: list[int] = []
        self._down: NDArray[np.bool_] = np.zeros(len(hosts.names), dtype=bool)
        self.occupy(self._there)
        self._by_curve = [np.flatnonzero(hosts.curve == index) for index in range(len(hosts.curves))]

    def occupy(self, there: NDArray[np.bool_]) -> None:
        """Say which VMs are there, shape (vms,); the power policy decides which hosts are on."""
        self._there = there
        self.occupied: NDArray[np.bool_] = np.zeros(len(self.hosts.names), dtype=bool)
        self.occupied[self.host[there]] = True
        self.occupied[self._coming] = True
        self.on = self.power.is_on(self.occupied) & ~self._down

    def expect(self, host: int) -> None:
        """A VM is on its way to a host, which is occupied from now on."""
        self._coming.append(host)
        self.occupy(self._there)

    def settle(self, there: NDArray[np.bool_], coming: NDArray[np.int64]) -> None:
        """Say which VMs are there, shape (vms,), after `host` was changed, and to which hosts others are on their
        way."""
        self._coming = coming.tolist()
        self.occupy(there)

    def lose(self, down: NDArray[np.bool_]) -> None:
        """Say which hosts have no power, shape (hosts,)."""
        self._down = down
        self.occupy(self._there)

    def arrive(self, vm: int, host: int) -> None:
        """A VM that was expected there is on another host from now on. `vms.host` stays as it was: who moves is shared
        by the solver, and the arrays want VMs by their host."""
        self._coming.remove(host)
        self.host[vm] = host
        self.occupy(self._there)

    def state(self) -> State:
        """Where every VM is, and which hosts have no power."""
        return {"host": self.host, "there": self._there, "coming": self._coming, "down": self._down}

    def restore(self, state: State) -> None:
        """Go on from there; KeyError or ValueError where it does not fit."""
        refill(self.host, state["host"])
        self._down = self._down.copy()
        refill(self._down, state["down"])
        self._coming = list(state["coming"])
        there = self._there.copy()
        refill(there, state["there"])
        self.occupy(there)

    def sample(self, want: Floats) -> Sample:
        """Share every host among its VMs for one epoch, in which they want so many hertz, shape (vms,)."""
        vms = self.vms
        granted, used = share(vms.host, want, vms.shares, vms.reservation, self.hosts.capacity)
        return Sample(want, granted, used, self.watts(used))

    def watts_of(self, host: int, used: float) -> float:
        """Draw of one host that delivers so many hertz."""
        if self.hosts.curve[host] < 0 or self._down[host]:
            return 0.0
        curve = self.hosts.curves[self.hosts.curve[host]]
        utilisation = np.array([min(used / self.hosts.capacity[host], 1.0)])
        return float(self.power.watts(curve, utilisation, self.occupied[host : host + 1])[0])

    def watts(self, used: Floats) -> Floats:
        """Draw of each host from the cycles per second it delivers, shape (hosts,); 0 where no curve is known."""
        utilisation = np.minimum(used / self.hosts.capacity, 1.0)
        watts = np.zeros(len(used))
        for curve, hosts in zip(self.hosts.curves, self._by_curve, strict=True):
            watts[hosts] = self.power.watts(curve, utilisation[hosts], self.occupied[hosts])
        watts[self._down] = 0.0
        return watts
