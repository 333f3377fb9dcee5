"""What faults do to hosts under management: each at its time, with a lane of its own on the timeline."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from vinfra.engine.streams import Streams
from vinfra.faults.fault import HostFault
from vinfra.operations.clusters.failures import Failures
from vinfra.operations.clusters.fleet import Fleet

if TYPE_CHECKING:
    from vinfra.scenario.simulation import Simulation


class Striking:
    """The faults of a scenario, and the hosts as they see them: by the name of one or of a group."""

    def __init__(
        self, simulation: Simulation, fleet: Fleet, failures: Failures, groups: Sequence[str], streams: Streams
    ) -> None:
        """`groups` are the group of each host."""
        self.recorder, self.fleet, self.failures = simulation.recorder, fleet, failures
        world = simulation.world
        self.faults: list[tuple[str, HostFault]] = []
        self._hosts: dict[str, list[int]] = {}
        for host, (name, group) in enumerate(zip(world.hosts.names, groups, strict=True)):
            for one in {name, group}:
                self._hosts.setdefault(one, []).append(host)
        fleet.agenda.handlers["fault"] = self._happens
        for number, (name, (fault, at)) in enumerate(sorted(world.resolved.faults.items())):
            assert isinstance(fault, HostFault), "others are refused when the file is read"
            self.faults.append((name, fault))
            fleet.agenda.add(at, "fault", number, "begins")
            if fault.lasts is not None:
                fleet.agenda.add(at + fault.lasts, "fault", number, "ends")
            for strike in fault.strikes(world.hosts.names, streams, at, simulation.total):
                fleet.agenda.add(strike.at, "fails", strike.host, f"{world.hosts.names[strike.host]} failed ({name})")
                fleet.agenda.add(strike.at + strike.lasts, "repaired", strike.host)

    def _happens(self, number: int, what: str) -> None:
        name, fault = self.faults[number]
        if what == "begins":
            self.recorder.enter(f"fault/{name}", fault.name, self.fleet.now)
            fault.happen(self)
        else:
            self.recorder.enter(f"fault/{name}", "", self.fleet.now)
            fault.end(self)

    def fail(self, name: str) -> None:
        """A host goes down, or all of a group."""
        for host in self._hosts[name]:
            self.failures.fail(host)

    def repair(self, name: str) -> None:
        """It is put right and boots."""
        for host in self._hosts[name]:
            self.failures.repair(host)

    def isolate(self, name: str) -> None:
        """Nobody reaches it any more."""
        for host in self._hosts[name]:
            self.failures.isolate(host)

    def rejoin(self, name: str) -> None:
        """It can be reached again."""
        for host in self._hosts[name]:
            self.failures.rejoin(host)
