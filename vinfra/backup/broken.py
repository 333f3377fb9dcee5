"""Why work on a backup, a restore or a copy is broken off from outside, in a condition that can be told."""

from __future__ import annotations

from dataclasses import dataclass

from simpy.exceptions import Interrupt


@dataclass(frozen=True, slots=True)
class Broken:
    """Its proxy died, its window closed, or somebody called it off; `condition` is what becomes of it."""

    condition: str
    proxy_died: bool = False


def broken(interrupt: Interrupt) -> Broken:
    """Why a process was interrupted. Whoever interrupts a process of backup says it; anything else is a defect."""
    cause = interrupt.cause
    if not isinstance(cause, Broken):
        raise TypeError(f"a process of backup was interrupted without a reason: {cause!r}")
    return cause
