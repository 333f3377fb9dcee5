"""The VMs of a simulation as migrations see them: slowed down, stopped, and going on at another host."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from vinfra.compute.fleet import Row

if TYPE_CHECKING:
    from vinfra.scenario.simulation import Simulation


class Guests:
    """The VMs as migrations see them; `arrivals` says what a VM is on the host it moves to."""

    def __init__(self, simulation: Simulation, arrivals: Mapping[tuple[str, str], Row]) -> None:
        self.simulation = simulation
        self.arrivals = arrivals
        self._vm = {name: index for index, name in enumerate(simulation.vms.names)} if simulation.world.orders else {}
        self._host = {name: index for index, name in enumerate(simulation.cluster.hosts.names)}

    def pace(self, vm: str, fraction: float) -> None:
        """From now on the VM gets at most this part of what it wants; 0 stops it."""
        self.simulation.pace(self._vm[vm], fraction)

    def expect(self, vm: str, host: str) -> None:
        """The VM is on its way to that host, which is on from now on."""
        simulation, index = self.simulation, self._host[host]
        simulation.fluid.settle([index])
        simulation.switching(lambda: simulation.cluster.expect(index))

    def arrive(self, vm: str, host: str) -> None:
        """From now on the VM runs on that host."""
        simulation, index = self.simulation, self._vm[vm]
        row = self.arrivals[vm, host]

        def want() -> float:
            simulation.vms.settle(index, row)
            return simulation.want_of(index)

        simulation.switching(lambda: simulation.fluid.arrive(index, self._host[host], want))
