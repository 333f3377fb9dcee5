"""What is done to a host that is taken out of service: steps, each with its seconds and what the host draws meanwhile.

A kind of work is one file in works/. Emptying the host comes before its first step, taking VMs after its last.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from vinfra.operations.clusters.terms import Terms
from vinfra.registry import Registry
from vinfra.spec import Spec

OFF = -1.0  # the load of a host that is off: it draws what one on standby does
IDLE = 0.0


@dataclass(frozen=True, slots=True)
class Step:
    """What is done, seconds it takes, and the load (0..1) the host draws for while it is done; OFF: it is off."""

    name: str
    seconds: float
    load: float


class Work(Spec):
    """One kind of work; `builds` says that hosts are not there before it."""

    name: ClassVar[str]
    source: ClassVar[str]
    builds: ClassVar[bool] = False

    def steps(self, terms: Terms, asleep: bool) -> Sequence[Step]:
        """The steps in their order, on a host that runs and is empty, or is on standby."""
        raise TypeError(f"{type(self).__name__} does not say what is done")


def stop(terms: Terms) -> Step:
    """An empty host shuts down."""
    return Step("shuts down", terms.stop, terms.boot_load)


def boot(terms: Terms) -> Step:
    """A host goes from off to running: POST, firmware, hypervisor."""
    return Step("boots", terms.boot, terms.boot_load)


works: Registry[Work] = Registry("work", "vinfra.operations.clusters.works", Work)
