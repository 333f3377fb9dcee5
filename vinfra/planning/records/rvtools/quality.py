"""How well a sheet was read: rows read, dropped and joined, values guessed, and each reason in words, without names."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from vinfra.planning.inventory import Sheet
from vinfra.planning.records.tables.table import Table


@dataclass(slots=True)
class Quality:
    """Counts of one sheet while it is read. A reason says what was done, its count is shown after it."""

    table: Table
    read: int = 0
    joined: int = 0
    drops: Counter[str] = field(default_factory=Counter)
    guesses: Counter[str] = field(default_factory=Counter)
    said: Counter[str] = field(default_factory=Counter)

    def drop(self, why: str, count: int = 1) -> None:
        """Rows that are not read."""
        self.drops[why] += count

    def guess(self, what: str, count: int = 1) -> None:
        """Values that were filled in."""
        self.guesses[what] += count

    def say(self, what: str, count: int = 1) -> None:
        """Something to know that is neither."""
        self.said[what] += count

    def sheet(self) -> Sheet:
        """What the data-quality table shows."""
        table = self.table
        drops = Counter(self.drops)
        if table.blank:
            drops["rows that are blank or above the header"] += table.blank
        remarks = [
            f"{text}: {count:,}" for counts in (drops, self.guesses, self.said) for text, count in counts.items()
        ]
        return Sheet(
            name=table.name,
            rows=table.rows + table.blank,
            read=self.read,
            dropped=sum(drops.values()),
            joined=self.joined,
            guessed=sum(self.guesses.values()),
            remarks=(*remarks, *table.remarks()),
        )
