"""A P2V tool as it stood beside Consolidated Backup in 2007: each machine is taken and put on a standby host every so
often, so that it only has to be started there.
"""

from __future__ import annotations

from vinfra.backup.api import Desk
from vinfra.backup.policy import Policy, policies
from vinfra.compute.streams import Phases
from vinfra.spec import field


@policies.register("p2v-tool")
class P2vTool(Policy):
    """Every machine is copied to a standby host, ready to be started"""

    source = "PowerConvert and its like, 2006 to 2007; recalled"

    at: str = field("sunday at 2h", "when it begins")
    standby: str = field(..., "the host that the copies lie on")

    def run(self, desk: Desk) -> Phases:
        """One machine after the other, and back to the first the next time."""
        while True:
            yield desk.wait_until(self.at)
            for vm in desk.vms:
                order = desk.start(vm)
                yield desk.finished([order])
                if order.result.done:
                    yield desk.finished([desk.restore(vm, to=self.standby)])
