"""What is down: hosts and whatever else has a name, who is told of it, and since when."""

from __future__ import annotations

from collections.abc import Callable


class Outages:
    """Names of what is down, and those who want to know."""

    def __init__(self) -> None:
        self.down: set[str] = set()
        self._watchers: list[Callable[[str, bool], None]] = []

    def watch(self, told: Callable[[str, bool], None]) -> None:
        """Call `told(name, up)` whenever something goes down or comes back, in the order of asking."""
        self._watchers.append(told)

    def fail(self, name: str) -> None:
        """It goes down; nothing where it is down already."""
        if name not in self.down:
            self.down.add(name)
            for told in self._watchers:
                told(name, False)

    def repair(self, name: str) -> None:
        """It is up again; nothing where it never was down."""
        if name in self.down:
            self.down.remove(name)
            for told in self._watchers:
                told(name, True)
