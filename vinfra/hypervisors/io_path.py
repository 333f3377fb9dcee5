"""An I/O path: the way of a disk request or a packet from the guest to the device. One file in io_paths/ each.

    c(event) = registers * access(technique) + notices * notice(technique) + work

An emulated device is driven by registers, each access emulated as the technique does it; a paravirtual one by a ring in
memory and a notice now and then. Unit: cycles; `work` in cycles of Prescott: code
like any other, it takes fewer of a processor that does more work in a cycle.
"""

from __future__ import annotations

from typing import ClassVar

from vinfra.hardware.events import GuestEvent
from vinfra.hardware.pace import work_per_cycle
from vinfra.hardware.processor import Processor
from vinfra.hypervisors.guest import Guest
from vinfra.hypervisors.measured import references
from vinfra.hypervisors.technique import Technique
from vinfra.registry import Registry
from vinfra.spec import Spec, field
from vinfra.units import Cycles


class IoPath(Spec):
    """One way from a guest to a device."""

    name: ClassVar[str]
    source: ClassVar[str]
    drivers: ClassVar[bool] = False  # whether the guest needs drivers made for it

    registers: dict[GuestEvent, float] = field({}, "device registers that one event reads or writes")
    notices: dict[GuestEvent, float] = field({}, "notices to the other side that one event takes")
    work: dict[GuestEvent, Cycles] = field({}, "code of hypervisor, driver domain or host for one event, on Prescott")

    def cost(self, event: str, technique: Technique, processor: Processor, guest: Guest) -> float:
        """Cycles that one event takes on its way, above native."""
        registers = self.registers.get(event, 0.0) * technique.access(processor, guest)
        notices = self.notices.get(event, 0.0) * technique.notice(processor)
        slower = work_per_cycle(references()[0]) / work_per_cycle(processor)
        return registers + notices + self.work.get(event, 0.0) * slower


class Ring(IoPath):
    """A ring in memory that both sides know: it takes drivers made for it, and a notice now and then."""

    drivers: ClassVar[bool] = True

    notices: dict[GuestEvent, float] = field(
        {"packet": 0.25, "disk-io": 1.0},
        "notices to the other side that one event takes",
        source="one notice for four packets under load",
        tag="assumed",
    )


io_paths: Registry[IoPath] = Registry("io path", "vinfra.hypervisors.io_paths", IoPath)
