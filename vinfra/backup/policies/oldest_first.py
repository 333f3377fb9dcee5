"""A rule written against the API: whoever's restore point is oldest goes first, and who failed is tried again at dawn.

A schedule takes machines in the order of its job; where a window is too short for all, the last ones of the list are
missed every night. This rule spreads that over all.
"""

from __future__ import annotations

from vinfra.backup.api import Desk
from vinfra.backup.policy import Policy, policies
from vinfra.compute.streams import Phases
from vinfra.spec import field
from vinfra.units import Seconds


@policies.register("oldest-first")
class OldestFirst(Policy):
    """The oldest restore points first, every night"""

    source = "an example of what the API is for"

    at: str = field("daily at 22h", "when a night begins")
    window: Seconds = field("8 h", "how long it is", gt=0)

    def run(self, desk: Desk) -> Phases:
        """One night after the other."""
        while True:
            yield desk.wait_until(self.at)
            dawn = desk.now + self.window
            orders = [desk.start(vm) for vm in sorted(desk.vms, key=lambda vm: (-desk.age(vm), vm))]
            yield desk.finished(orders) | desk.wait(self.window)
            for order in orders:
                if order.proxy is None and order.process.is_alive:
                    desk.call_off(order, "missed")
            yield desk.finished(orders)
            if desk.now < dawn:
                again = [order.machine.name for order in orders if not order.result.done]
                yield desk.finished([desk.start(vm) for vm in again])
