"""A backup method: what each run reads of a machine, and how its restore points build on each other.

A method is one file in methods/. It plans a run from what lies in the repository; where there is nothing to build on,
or what there is cannot be read, every method begins anew with a full.

    plan -> read from the disk -> step (bytes read and written in the repository) -> apply -> tidy
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import ClassVar, Literal

from vinfra.backup.chain import Chain, Step
from vinfra.engine.calendar import Calendar
from vinfra.registry import Registry
from vinfra.spec import Spec

Reach = Literal["whole", "changed"]
Build = Callable[[Chain, float, float, float], Step]


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run does: `read` is what has to be read of the disk, `kept` what of that goes into the repository, `why`
    the reason, which a report can print. `build` prepares the step of the chain."""

    read: Reach
    kept: Reach
    why: str
    build: Build

    def step(self, chain: Chain, taken: float, size: float, whole: float) -> Step:
        """The step that stores it: `size` bytes arrive, and a full of this point would take `whole` bytes."""
        return self.build(chain, taken, size, whole)


def anew(why: str) -> Plan:
    """Everything is read and stored."""
    return Plan("whole", "whole", why, Chain.full)


class Method(Spec):
    """One way to build restore points on each other."""

    name: ClassVar[str]
    source: ClassVar[str]
    merges: ClassVar[bool] = False  # whether the oldest full goes on as the full of the next point

    def plan(self, chain: Chain, now: float, calendar: Calendar, tracked: bool = True) -> Plan:
        """What a run does that started at `now` (its start, not the machine's turn: a night is one day, even when it is
        past midnight); `tracked` says whether it is known which blocks changed since the newest point. Where it is not,
        all blocks are read, and those that changed are kept."""
        newest = chain.newest
        if newest is None:
            return anew("there is no restore point yet")
        trouble = chain.trouble(newest)
        if trouble is not None:
            return anew(trouble)
        return self.go_on(chain, now, calendar, "changed" if tracked else "whole")

    def go_on(self, chain: Chain, now: float, calendar: Calendar, read: Reach) -> Plan:
        """What a run does whose newest point can be restored; `read` is what must be read to know what changed."""
        raise TypeError(f"{type(self).__name__} does not say what a run does")

    def tidy(self, chain: Chain, unwanted: Collection[int]) -> Step:
        """The step that removes the points of these numbers, as far as nothing else needs them."""
        return chain.without(unwanted, merge=self.merges)


methods: Registry[Method] = Registry("backup method", "vinfra.backup.methods", Method)
