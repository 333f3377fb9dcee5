"""What a backup takes of a machine: its whole disk as an image, or its files. A kind is one file in kinds/.

It says how much is read, in which pieces, and what can be restored from it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from vinfra.backup.estate import Machine
from vinfra.registry import Registry
from vinfra.spec import Spec


@dataclass(frozen=True, slots=True)
class Reading:
    """What is read of a disk: `size` bytes in I/Os of `block` bytes, so many of them outstanding at once.

    `data` are bytes of it that are kept; the rest is looked at and left.
    """

    size: float
    data: float
    block: float
    sequential: bool
    outstanding: int


class Kind(Spec):
    """One kind of backup."""

    name: ClassVar[str]
    source: ClassVar[str]
    restores: ClassVar[frozenset[str]] = frozenset()
    knows_changes: ClassVar[bool] = False  # whether it sees by itself what changed, without a map of blocks

    def refuses(self, machine: Machine) -> str | None:
        """Why this machine cannot be backed up so; None where it can."""
        return None

    def whole(self, machine: Machine) -> Reading:
        """Everything."""
        raise TypeError(f"{type(self).__name__} does not say what it reads")

    def changed(self, machine: Machine, changed: float, tracked: bool) -> Reading:
        """What differs from the last backup, by `changed` bytes of blocks; where changes are not `tracked`, all has
        to be read to know."""
        raise TypeError(f"{type(self).__name__} does not say what it reads")


kinds: Registry[Kind] = Registry("backup kind", "vinfra.backup.kinds", Kind)
