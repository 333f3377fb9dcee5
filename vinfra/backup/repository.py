"""The space restore points take, files that are still being written included. Being full is an outcome, no error.

    used + reserved <= size

Whoever writes reserves what it may take at most, and says at the end what it took. Unit: bytes.
"""

from __future__ import annotations

from vinfra.units import show

SLACK = 1e-9  # part of the size: sums of many files differ from the size in their last digits


class Repository:
    """`used` is what files take that are there; `peak` the most that was taken at any time, writing included."""

    def __init__(self, size: float) -> None:
        if size <= 0:
            raise ValueError("a repository has a size above zero")
        self.size = size
        self.used = 0.0
        self.peak = 0.0
        self._writing: dict[str, float] = {}

    @property
    def reserved(self) -> float:
        """What is held for files that are being written."""
        return sum(self._writing.values())

    @property
    def free(self) -> float:
        """What nobody has or holds."""
        return max(0.0, self.size - self.used - self.reserved)

    def room(self, space: float) -> bool:
        """Whether so many bytes would fit."""
        return self.used + self.reserved + space <= self.size * (1 + SLACK)

    def reserve(self, writer: str, space: float) -> str | None:
        """Hold space for a writer, beside what it holds already; the sentence why there is none, where it does not fit
        (the writer keeps what it held)."""
        if not self.room(space):
            return f"the repository is full: {show(space, 'size')} are needed, {show(self.free, 'size')} are free"
        self._writing[writer] = self._writing.get(writer, 0.0) + space
        self.peak = max(self.peak, self.used + self.reserved)
        return None

    def commit(self, writer: str, growth: float) -> None:
        """The writer is done and has made what is stored so much larger (or smaller, below zero)."""
        self._writing.pop(writer, None)
        self.used = max(0.0, self.used + growth)
        self.peak = max(self.peak, self.used + self.reserved)

    def abort(self, writer: str) -> None:
        """The writer broke off: what it has written goes again. Nothing where it held nothing."""
        self._writing.pop(writer, None)
