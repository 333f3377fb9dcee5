"""A restore drill: machines that are wanted back at a moment, as a scenario asks for them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from vinfra.backup.estate import Machine
from vinfra.backup.recovery import Target
from vinfra.backup.restorer import Restorer


@dataclass(frozen=True, slots=True)
class Drill:
    """At `at` seconds these machines are wanted back, no older than `wanted` seconds, each at its target.

    `refused` says why this product cannot bring them back at all.
    """

    name: str
    at: float
    machines: Sequence[Machine]
    restorer: Restorer
    targets: Sequence[Target]
    wanted: float
    refused: str = ""
