"""A policy: a product beside consolidated backup, or a rule of one's own, that starts backups through the API.

A policy is one file in policies/: a class with `run`, a process that is given a Desk (api.py) and lives as long as the
simulation.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from vinfra.compute.streams import Phases
from vinfra.registry import Registry
from vinfra.spec import Spec

if TYPE_CHECKING:
    from vinfra.backup.api import Desk


class Policy(Spec):
    """Who decides when what is backed up."""

    name: ClassVar[str]
    source: ClassVar[str]

    def run(self, desk: Desk) -> Phases:
        """Start, follow and restore, from the beginning of the simulation to its end."""
        raise TypeError(f"{type(self).__name__} does not say what it does")


policies: Registry[Policy] = Registry("backup policy", "vinfra.backup.policies", Policy)
