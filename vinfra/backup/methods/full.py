"""Every run reads and stores everything; no point needs another.

repository = points * full
"""

from __future__ import annotations

from vinfra.backup.chain import Chain
from vinfra.backup.method import Method, Plan, Reach, anew, methods
from vinfra.engine.calendar import Calendar


@methods.register("full")
class Full(Method):
    """All of it, every time"""

    source = "VMware, Virtual Machine Backup Guide (Consolidated Backup 1.1, 2007), full VM backup; recalled"

    def go_on(self, chain: Chain, now: float, calendar: Calendar, read: Reach) -> Plan:
        """Begin anew."""
        return anew("every run is a full")
