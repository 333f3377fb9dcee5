"""Barrier: all vCPUs of a VM work through a phase, and whoever is done waits for the last.

    time of a phase = max over vCPUs of (work + what each waited for a processor)

Who waits turns in a loop (`spin`) or sleeps (`block`). Work of a vCPU in a phase is drawn evenly from phase * (1 +-
variation). Unit: seconds of native CPU time.
"""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np

from vinfra.compute.scheduling.behaviour import Behaviour, Guest, behaviours
from vinfra.compute.scheduling.dispatcher import Dispatcher
from vinfra.compute.scheduling.vcpu import BLOCKED, Vcpu, Vm
from vinfra.spec import field
from vinfra.units import Fraction, Seconds


class _Guest(Guest):
    """The parallel program of a VM."""

    behaviour: Barrier

    def begin(self, host: Dispatcher, vm: Vm) -> None:
        """The first phase."""
        self.arrived: dict[Vcpu, None] = {}
        self.draws: dict[Vcpu, np.random.Generator] = {}
        for vcpu in vm.vcpus:
            self.draws[vcpu] = self.streams.generator("barrier", vcpu.name)
            host.wake(vcpu, self._work(vcpu))

    def done(self, host: Dispatcher, vcpu: Vcpu) -> None:
        """The last to arrive lets everybody go on."""
        self.arrived[vcpu] = None
        if len(self.arrived) < len(vcpu.vm.vcpus):
            if self.behaviour.wait == "spin":
                host.spin(vcpu)
            else:
                host.block(vcpu)
            return
        self.arrived = {}
        for other in vcpu.vm.vcpus:
            if other.state == BLOCKED:
                host.wake(other, self._work(other))
            else:
                host.give(other, self._work(other))

    def _work(self, vcpu: Vcpu) -> float:
        around = self.behaviour.variation * (2 * self.draws[vcpu].random() - 1)
        return self.behaviour.phase * (1 + around) * self.cost


@behaviours.register("barrier")
class Barrier(Behaviour):
    """Parallel work in phases: nobody begins the next before all are done with this one."""

    source: ClassVar[str] = "bulk synchronous programs: Valiant, A bridging model for parallel computation, CACM 1990"
    guest: ClassVar[type[Guest]] = _Guest

    phase: Seconds = field(
        "10 ms", "CPU time of a phase on each vCPU, mean", source="a scheduler's tick", tag="assumed", gt=0
    )
    variation: Fraction = field(
        "10 %", "how far a phase is from the mean at most", source="fairly even work", tag="assumed"
    )
    wait: Literal["spin", "block"] = field("spin", "how who is done waits for the others")
