"""The space of a datastore: disks as they are provisioned, delta disks that grow, and whatever else lies there.

    allocated = 16 MiB * max(1, ceil(dirty(t) / 16 MiB));  taken + others + sum of allocated <= size

A delta grows with the blocks its guest has overwritten (a working set, so ever slower), in steps, each of which takes a
lock of the file system. A guest whose delta needs a step that is not there cannot go on. Units: bytes, seconds.
Source: pelicano.co.uk on delta growth, and a delta of 33.4 MiB measured by elatov, 14 June 2012.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

STEP = 16 * 2.0**20
FOREVER = 100 * 365 * 86400.0  # seconds; what is not full by then never is
EXACT = 1e-9  # of the time until then, as far as the clock can tell moments apart


class Writes(Protocol):
    """How a guest overwrites its disk."""

    def dirty(self, seconds: float) -> Sequence[float]:
        """Bytes of each class of blocks that differ after so many seconds of writing."""


@dataclass(slots=True)
class Delta:
    """A delta disk: its guest had written for `written` seconds at `since`. It writes on unless it is `still`, for want
    of a step, when `most` is what the delta may take, or `off`."""

    writes: Writes
    since: float
    written: float = 0.0
    still: bool = False
    off: bool = False
    most: float = math.inf

    @property
    def growing(self) -> bool:
        """Whether its guest writes."""
        return not (self.still or self.off)

    def seconds(self, now: float) -> float:
        """How long its guest has written."""
        return self.written + now - self.since if self.growing else self.written

    def settle(self, now: float) -> None:
        """Count what was written up to now, before its guest stops or goes on."""
        self.written, self.since = self.seconds(now), now

    def dirty(self, now: float) -> float:
        """Bytes that differ from the disk below."""
        return min(math.fsum(self.writes.dirty(self.seconds(now))), self.most)

    def steps(self, now: float) -> int:
        """Steps of space that it takes."""
        return max(1, math.ceil(self.dirty(now) / STEP))


class Space:
    """One datastore of `size` bytes, of which `taken` are provisioned."""

    def __init__(self, size: float, taken: float) -> None:
        self.size = size
        self.taken = taken
        self.others = 0.0
        self.deltas: dict[str, Delta] = {}

    def open(self, name: str, writes: Writes, now: float) -> None:
        """A delta disk begins; ValueError where there is one, or no room for its first step."""
        if name in self.deltas:
            raise ValueError(f"{name} has a delta disk already")
        if not self.room(now):
            raise ValueError(f"there is no room for a delta disk of {name}")
        self.deltas[name] = Delta(writes, now)

    def close(self, name: str, now: float) -> None:
        """A delta disk is gone."""
        del self.deltas[name]

    def freeze(self, name: str, now: float) -> None:
        """A guest is off: it writes nothing."""
        self.deltas[name].settle(now)
        self.deltas[name].off = True

    def thaw(self, name: str, now: float) -> None:
        """It is on again, and writes unless it stands still for want of a step."""
        self.deltas[name].settle(now)
        self.deltas[name].off = False

    def grown(self, name: str, now: float) -> float:
        """Bytes that differ from the disk below."""
        return self.deltas[name].dirty(now)

    def written(self, name: str, now: float) -> float:
        """Seconds that a guest has written since its delta disk began: those it ran."""
        return self.deltas[name].seconds(now)

    def allocated(self, now: float) -> float:
        """Bytes that all delta disks take."""
        return STEP * sum(delta.steps(now) for delta in self.deltas.values())

    def steps_per_second(self, now: float) -> float:
        """How often a delta disk takes a step, all together, at the rate they grow at now."""
        soon = now + 1.0
        return math.fsum(one.dirty(soon) - one.dirty(now) for one in self.deltas.values() if one.growing) / STEP

    def free(self, now: float) -> float:
        """Bytes that nobody has."""
        return max(0.0, self.size - self.taken - self.others - self.allocated(now))

    def room(self, now: float) -> bool:
        """Whether there is a step left."""
        return self.free(now) >= STEP

    def take(self, space: float) -> None:
        """Others have so many bytes from now on, in place of what they had."""
        self.others = space

    def fills_at(self, now: float) -> float:
        """The next moment at which a guest needs a step that is not there; inf where that never is."""
        if not self._short(now + FOREVER):
            return math.inf
        if self._short(now):
            return now
        below, span = now, 1.0
        while not self._short(now + span):
            below, span = now + span, 2 * span
        above = now + span
        while above - below > max(EXACT * (above - now), 2 * math.ulp(above)):
            middle = (below + above) / 2
            below, above = (below, middle) if self._short(middle) else (middle, above)
        return above

    def stand_still(self, now: float) -> list[str]:
        """Stop the guests that need a step that is not there now, by name; they keep what they have."""
        stopped: list[str] = []
        while self._short(now):
            more = [one for one in self._growing() if one[1].steps(now) > 1]
            name, delta = min(more, key=lambda one: (self._beyond(one[1], now), one[0]))
            delta.settle(now)
            delta.most, delta.still = STEP * max(1, delta.steps(now) - 1), True
            stopped.append(name)
        return stopped

    def go_on(self, now: float) -> list[str]:
        """Let guests that stand still write on, by name, as far as there is a step for each."""
        found = []
        for name, delta in sorted(self.deltas.items()):
            if delta.still and not delta.off and self.room(now):
                delta.settle(now)
                delta.still, delta.most = False, math.inf
                found.append(name)
        return found

    def _growing(self) -> list[tuple[str, Delta]]:
        return [(name, delta) for name, delta in sorted(self.deltas.items()) if delta.growing]

    def _beyond(self, delta: Delta, now: float) -> float:
        """Bytes of its last step that it has written: who took one last has the least."""
        return delta.dirty(now) - STEP * (delta.steps(now) - 1)

    def _short(self, now: float) -> bool:
        """Whether more than there is would be taken then, by guests that could stop."""
        there = self.size - self.taken - self.others
        return self.allocated(now) > there and any(delta.steps(now) > 1 for _, delta in self._growing())
