"""One full, and increments for ever: when the oldest point is no longer wanted, the next one is merged into the full.

repository = full + increments * increment;  a point that leaves costs the next increment (1 read + 1 write)
"""

from __future__ import annotations

from vinfra.backup.chain import Chain
from vinfra.backup.method import Method, Plan, Reach, methods
from vinfra.engine.calendar import Calendar


@methods.register("forever-incremental")
class ForeverIncremental(Method):
    """What changed since the last run; the oldest increment is merged into the full"""

    source = "Veeam best practice guide, forever forward incremental"
    merges = True

    def go_on(self, chain: Chain, now: float, calendar: Calendar, read: Reach) -> Plan:
        """An increment."""
        return Plan(read, "changed", "what changed since the last run", Chain.increment)
