"""How the changed blocks of a snapshot go back into their disk while the guest goes on writing.

A commit is a sequence of rounds: each moves what has come together before it, and while it moves, new writes gather.
At the end the guest stands still for what is left. A way to commit is one file in commits/. Units: bytes, seconds.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from typing import ClassVar, Protocol

from vinfra.registry import Registry
from vinfra.spec import Spec, field
from vinfra.units import Seconds

MEASURED = "elatov.github.io, 14 June 2012 (ESXi 5.0, EqualLogic PS4100X and local disks)"


class Writes(Protocol):
    """How a guest overwrites its disk."""

    def dirty(self, seconds: float) -> Sequence[float]:
        """Bytes of each class of blocks that differ after so many seconds of writing."""


@dataclass(frozen=True, slots=True)
class Ended:
    """What is left for the guest to stand still for; `diverged` says that rounds did not make it little."""

    stun_bytes: float
    diverged: bool = False


Rounds = Generator[float, float, Ended]


class Commit(Spec):
    """One way to commit a snapshot."""

    name: ClassVar[str]
    source: ClassVar[str]

    create: Seconds = field(
        "1 s", "the guest stands still when a snapshot is made", ge=0, source=MEASURED, tag="measured"
    )
    remove: Seconds = field(
        "1 s",
        "it stands still at the end of a commit, beside what is left to move",
        ge=0,
        source=MEASURED,
        tag="measured",
    )

    def rounds(self, grown: float, writes: Writes) -> Rounds:
        """Yields the bytes of each round, is sent the seconds that the guest wrote meanwhile (those it took, unless the
        guest stood still), and returns what is left. `grown` are the bytes of the delta when the commit begins."""
        raise TypeError(f"{type(self).__name__} does not say how it commits")


commits: Registry[Commit] = Registry("commit", "vinfra.storage.commits", Commit)
"""Ways to commit, one a file."""
