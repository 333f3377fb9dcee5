"""What changed since the last run; at times the repository builds a full from what lies there, and no disk is read.

work of a synthetic full = read each block of the machine once + write it
with rollbacks: the increments of the chain * (2 reads + 2 writes), and no second full is stored
"""

from __future__ import annotations

from vinfra.backup.chain import Chain
from vinfra.backup.fulls import Due, Fulls
from vinfra.backup.method import Method, Plan, Reach, methods
from vinfra.engine.calendar import Calendar
from vinfra.spec import field


@methods.register("synthetic-full")
class SyntheticFull(Method):
    """What changed since the last run, and a full built in the repository at times"""

    source = "Veeam best practice guide, synthetic full, and synthetic full with transform to rollbacks"

    full: Due = field("sunday", "when a full is built: sunday, monthly, every 7 days, never")
    rollbacks: bool = field(False, "whether the full is brought forward, and the increments before it become rollbacks")

    def go_on(self, chain: Chain, now: float, calendar: Calendar, read: Reach) -> Plan:
        """An increment, and the full that is due out of the chain."""
        if not Fulls.parse(self.full).due(chain, now, calendar):
            return Plan(read, "changed", "what changed since the last run", Chain.increment)
        build = Chain.synthetic_full_with_rollbacks if self.rollbacks else Chain.synthetic_full
        return Plan(read, "changed", f"a full is built from what lies there ({self.full})", build)
