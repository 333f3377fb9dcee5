"""What is still to happen to a fleet, in the order it happens: by time, then by kind, then by whom it happens to.

Entries are plain values and no calls, so that a run can be written down and continued. Unit: seconds.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable
from typing import Any

from vinfra.engine.state import Kept

# At one moment: what breaks comes first and what is decided last, so that decisions see all that has happened.
ORDER = ("fails", "repaired", "fault", "lands", "leaves", "boots", "asleep", "up", "step", "responds", "declared")
PASSES = ("restart", "maintenance", "balance", "power")
Entry = tuple[float, int, int, int, str, Any]


class Agenda(Kept):
    """Entries of known kinds; `handlers` say what each kind does with its subject and note."""

    KEPT = ("entries", "_number")

    def __init__(self) -> None:
        self.handlers: dict[str, Callable[[int, Any], None]] = {}
        self.entries: list[Entry] = []
        self._number = 0
        self._rank = {kind: rank for rank, kind in enumerate((*ORDER, *PASSES))}

    def add(self, time: float, kind: str, subject: int = 0, note: Any = None) -> None:
        """Something of a kind happens to a host or a VM (an index) at that time; KeyError for a kind without rank."""
        self._number += 1
        heapq.heappush(self.entries, (time, self._rank[kind], subject, self._number, kind, note))

    def before(self, time: float) -> float | None:
        """When the next entry before that time is due; None where there is none."""
        return self.entries[0][0] if self.entries and self.entries[0][0] < time else None

    def happen(self) -> None:
        """The next entry happens."""
        _, _, subject, _, kind, note = heapq.heappop(self.entries)
        self.handlers[kind](subject, note)
