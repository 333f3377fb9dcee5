"""What a guest does with its virtual processors: when one wants to run, for how long, and for whom it waits.

A behaviour is one file in behaviours/. The dispatcher asks its guest when a vCPU has done its work, and tells it who
was put on a processor and who was taken off; the guest answers by calling the dispatcher.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from vinfra.engine.streams import Streams
from vinfra.registry import Registry
from vinfra.spec import Spec, field
from vinfra.units import Fraction, Seconds

if TYPE_CHECKING:
    from vinfra.compute.scheduling.dispatcher import Dispatcher
    from vinfra.compute.scheduling.vcpu import Vcpu, Vm


GRAIN = 2.0**-30  # what draws are rounded to, as the last bits of a logarithm are each machine's own


def exponential(draws: np.random.Generator, mean: float) -> float:
    """A time drawn from the exponential distribution with this mean, alike on every machine."""
    return mean * round(-math.log1p(-draws.random()) / GRAIN) * GRAIN


class Guest:
    """What runs in one VM. `cost` is what its technique makes of one native second."""

    def __init__(self, behaviour: Behaviour, streams: Streams, cost: float = 1.0) -> None:
        self.behaviour = behaviour
        self.streams = streams
        self.cost = cost

    def begin(self, host: Dispatcher, vm: Vm) -> None:
        """The VM is switched on."""
        raise TypeError(f"{type(self).__name__} does not say how it begins")

    def done(self, host: Dispatcher, vcpu: Vcpu) -> None:
        """A running vCPU has done its work: block it, let it spin, or give it more."""
        host.block(vcpu)

    def dispatched(self, host: Dispatcher, vcpu: Vcpu) -> None:
        """A vCPU was put on a processor."""

    def descheduled(self, host: Dispatcher, vcpu: Vcpu) -> None:
        """A vCPU that wants to run was taken off its processor."""

    def want(self, host: Dispatcher, vm: Vm, fraction: float) -> None:
        """From now on each vCPU wants this share of the time; only a guest that follows demand listens."""


class Behaviour(Spec):
    """One way to use virtual processors."""

    name: ClassVar[str]
    source: ClassVar[str]
    follows_demand: ClassVar[bool] = False
    guest: ClassVar[type[Guest]]

    refill: Seconds = field(
        "25 us",
        "time lost to cold caches on another core, or after others ran on the same one",
        source="a second-level cache of 256 KiB read at 10 GB/s; microseconds to a millisecond in Li, Ding and Shen, "
        "Quantifying the cost of context switch, ExpCS 2007",
        tag="assumed",
    )
    memory_bound: Fraction = field(
        "30 %",
        "share of its time it waits for memory, when that is local",
        source="between a compiler, which hardly waits, and a database, which waits half of the time",
        tag="assumed",
    )


behaviours: Registry[Behaviour] = Registry("behaviour", "vinfra.compute.behaviours", Behaviour)
