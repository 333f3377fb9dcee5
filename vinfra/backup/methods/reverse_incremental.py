"""The newest point is always the full: what changed goes into it, and the blocks it replaces are kept as a rollback.

    repository = full + rollbacks * increment;  work of a run = increment * (1 read + 2 writes)

A restore of the newest point, which is wanted most, reads one file; any old point can leave without work.
"""

from __future__ import annotations

from vinfra.backup.chain import Chain
from vinfra.backup.method import Method, Plan, Reach, anew, methods
from vinfra.engine.calendar import Calendar


@methods.register("reverse-incremental")
class ReverseIncremental(Method):
    """What changed since the last run goes into the full; what it replaces is kept beside it"""

    source = "Veeam best practice guide, reverse incremental"

    def go_on(self, chain: Chain, now: float, calendar: Calendar, read: Reach) -> Plan:
        """Bring the full forward; begin anew where the newest point is an increment of another method."""
        if chain.points[-1].form != "full":
            return anew("the newest restore point is no full that could be brought forward")
        return Plan(read, "changed", "what changed goes into the full", Chain.reverse_increment)
