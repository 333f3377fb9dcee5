"""Steady: each vCPU wants the demanded share of the time, a burst at the start of every period; at 100 % it never
stops.

What was not done when the next period begins is not wanted any more, as in sampled demand. Unit: seconds.
"""

from __future__ import annotations

import math
from typing import ClassVar

from vinfra.compute.scheduling.behaviour import Behaviour, Guest, behaviours
from vinfra.compute.scheduling.dispatcher import Dispatcher
from vinfra.compute.scheduling.vcpu import BLOCKED, Vcpu, Vm
from vinfra.spec import field
from vinfra.units import Seconds

ALWAYS = 1 - 1e-9  # a share of the time: more is all of it


class _Guest(Guest):
    """Bursts of a VM; each vCPU begins its periods at a time of its own. `resting` are those without a next period."""

    behaviour: Steady

    def begin(self, host: Dispatcher, vm: Vm) -> None:
        """Wants nothing before it is told."""
        self.fraction = 0.0
        self.resting: dict[Vcpu, None] = {}
        for vcpu in vm.vcpus:
            phase = float(self.streams.generator("steady phase", vcpu.name).random())
            host.call_at(host.now + phase * self.behaviour.period, self._period, host, vcpu)

    def want(self, host: Dispatcher, vm: Vm, fraction: float) -> None:
        """So much of the time from each vCPU's next period on; who rests begins one at once."""
        if fraction == self.fraction:
            return
        self.fraction = fraction
        resting, self.resting = self.resting, {}
        for vcpu in resting:
            self._period(host, vcpu)

    def _period(self, host: Dispatcher, vcpu: Vcpu) -> None:
        work = math.inf if self.fraction >= ALWAYS else self.fraction * self.behaviour.period
        if vcpu.state != BLOCKED:
            host.give(vcpu, work)
        elif work > 0:
            host.wake(vcpu, work)
        if 0 < work < math.inf:
            host.call_at(host.now + self.behaviour.period, self._period, host, vcpu)
        else:
            self.resting[vcpu] = None


@behaviours.register("steady")
class Steady(Behaviour):
    """Wants its demand evenly over time: a burst in each period, or all the time at 100 %."""

    source: ClassVar[str] = "sampled demand, spread evenly over its sample"
    follows_demand: ClassVar[bool] = True
    guest: ClassVar[type[Guest]] = _Guest

    period: Seconds = field(
        "100 ms",
        "how often a burst begins",
        source="long against a slice and short against a sample of demand",
        tag="assumed",
        gt=0,
    )
