"""What changed since the last run, and now and then a full that begins a new chain.

repository = fulls * full + increments * increment;  a chain leaves as a whole, when none of its points is wanted
"""

from __future__ import annotations

from vinfra.backup.chain import Chain
from vinfra.backup.fulls import Due, Fulls
from vinfra.backup.method import Method, Plan, Reach, anew, methods
from vinfra.engine.calendar import Calendar
from vinfra.spec import field


@methods.register("incremental")
class Incremental(Method):
    """What changed since the last run, and a full from the disk at times"""

    source = "Veeam best practice guide, forward incremental with active full"

    full: Due = field("sunday", "when everything is read again: sunday, monthly, every 7 days, never")

    def go_on(self, chain: Chain, now: float, calendar: Calendar, read: Reach) -> Plan:
        """An increment, or the full that is due."""
        if Fulls.parse(self.full).due(chain, now, calendar):
            return anew(f"a full is due ({self.full})")
        return Plan(read, "changed", "what changed since the last run", Chain.increment)
