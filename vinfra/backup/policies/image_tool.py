"""An image-based backup product as it stood beside Consolidated Backup in 2007: its own schedule, one image of each VM
a night, so many of a host at once, through the service console.

It brings its own catalog and restore; what it reads goes over the LAN of the host (transport: nbd).
"""

from __future__ import annotations

from vinfra.backup.api import Desk, Order
from vinfra.backup.policy import Policy, policies
from vinfra.compute.streams import Phases
from vinfra.spec import field


@policies.register("image-tool")
class ImageTool(Policy):
    """An image of every VM each night, a few of a host at once"""

    source = "esxRanger and its like, 2006 to 2007; recalled"

    at: str = field("daily at 20h", "when it begins")
    per_host: int = field(
        2, "VMs of one host at once", ge=1, source="what the service console of an ESX host bears", tag="assumed"
    )

    def run(self, desk: Desk) -> Phases:
        """Host by host, the largest disks first, so that none of them ends alone."""
        while True:
            yield desk.wait_until(self.at)
            waiting = sorted(desk.vms, key=lambda vm: (-desk.machine(vm).used, vm))
            running: list[Order] = []
            while waiting or running:
                running = [order for order in running if order.process.is_alive]
                for vm in [vm for vm in waiting if self._room(desk, vm, running)]:
                    if self._room(desk, vm, running):
                        waiting.remove(vm)
                        running.append(desk.start(vm))
                yield desk.any_finished(running)

    def _room(self, desk: Desk, vm: str, running: list[Order]) -> bool:
        host = desk.machine(vm).host
        return sum(order.machine.host == host for order in running) < self.per_host
