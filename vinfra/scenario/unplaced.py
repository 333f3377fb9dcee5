"""VMs that found no host: which they are, why, and how that is told."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from vinfra.operations.rules import Ints, listed
from vinfra.scenario.expand import member


@dataclass(frozen=True, slots=True)
class Unplaced:
    """VMs of a group of so many that found no host, by their numbers from 1, rising, and why."""

    group: str
    of: int
    numbers: Ints
    reason: str

    @property
    def count(self) -> int:
        """How many."""
        return len(self.numbers)

    def names(self) -> Iterator[str]:
        """The name of each."""
        return (member(self.group, self.of, number) for number in self.numbers.tolist())

    def sentence(self) -> str:
        """The note of it: how many, which of the group where it is not all of them, and why."""
        left = f"{self.group}: {self.count} VMs without a host, left out"
        which = f" ({listed(self.ranges())})" if self.count < self.of else ""
        return f"{left}{which}: {self.reason}"

    def ranges(self) -> list[str]:
        """`web-1` and `web-7 to web-9`."""
        runs = np.split(self.numbers, np.flatnonzero(np.diff(self.numbers) != 1) + 1)
        ends = [[member(self.group, self.of, int(run[end])) for end in (0, -1)] for run in runs]
        return [first if first == last else f"{first} to {last}" for first, last in ends]
