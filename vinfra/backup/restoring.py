"""Everything that is wanted back: drills as the scenario asks for them, and recoveries that policies start.

A drill that finds no restore point fails and says why: there is no catalog to ask, the point is too old, or the product
has no such way back.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from typing import Any

from vinfra.backup.drill import Drill
from vinfra.backup.estate import Machine
from vinfra.backup.recovery import Recovery, Target
from vinfra.backup.restorer import Restorer, restorers
from vinfra.backup.site import Site
from vinfra.backup.slots import Slots
from vinfra.backup.store import Store, Stored

AT_ONCE = 4  # machines that are restored together; assumed: as many as a catalog lets one operator watch
SEND = 8.0  # cycles to receive a byte: one hertz for each bit per second, Foong et al., ISPASS 2003


class Restoring:
    """Drills and recoveries of one simulation."""

    def __init__(self, site: Site, store: Store, drills: Sequence[Drill]) -> None:
        self.site = site
        self.store = store
        self.cycles_per_byte = SEND
        self.drills = drills
        self.recoveries: list[Recovery] = []
        self.refused: list[tuple[Drill, Machine]] = []
        self.slots = Slots(site.clock)
        self.slots.limit("restores", AT_ONCE)
        for drill in drills:
            site.clock.process(self._drill(drill), source=f"drill/{drill.name}")

    def _drill(self, drill: Drill) -> Generator[Any, Any, None]:
        yield self.site.clock.timeout(drill.at)
        for machine, target in zip(drill.machines, drill.targets, strict=True):
            if drill.refused:
                self.refused.append((drill, machine))
            else:
                self.start(machine, drill.restorer, target, drill.wanted, drill.name)

    def start(self, machine: Machine, restorer: Restorer, target: Target, wanted: float, drill: str) -> Recovery:
        """One machine is wanted back now, no older than `wanted` seconds."""
        recovery = Recovery(self, machine, restorer, target, wanted, drill)
        self.recoveries.append(recovery)
        return recovery

    def find(self, machine: Machine, needs: str, wanted: float) -> Stored:
        """The newest restore point that is good for it; Failed with the reason why there is none."""
        return self.store.find(machine, needs, wanted)

    def way_back(self, kind: str) -> Restorer:
        """A way back by name, with its usual parameters; KeyError with a suggestion where there is none such."""
        return restorers[kind]()

    def ended(self, recovery: Recovery) -> None:
        """A recovery is over; nothing waits for it."""

    def failures(self) -> list[tuple[str, str, str]]:
        """(drill, machine, reason) of everything that did not come back, in order."""
        failed = [(r.drill, r.machine.name, r.condition) for r in self.recoveries if r.condition and not r.done]
        return sorted([*failed, *((drill.name, machine.name, drill.refused) for drill, machine in self.refused)])
