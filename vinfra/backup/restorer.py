"""A way back: what of a restore point goes where, and when the machine (or the file) is there again.

A way back is one file in restorers/. It says what it needs of a restore point and goes through its phases as a process.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from vinfra.compute.streams import Phases
from vinfra.registry import Registry
from vinfra.spec import Spec

if TYPE_CHECKING:
    from vinfra.backup.recovery import Recovery


class Restorer(Spec):
    """One way back."""

    name: ClassVar[str]
    source: ClassVar[str]
    needs: ClassVar[str] = "image"  # what a kind of backup must be good for

    def bring_back(self, recovery: Recovery) -> Phases:
        """Until the machine or the file is there again."""
        raise TypeError(f"{type(self).__name__} does not say how it restores")


restorers: Registry[Restorer] = Registry("restore", "vinfra.backup.restorers", Restorer)
