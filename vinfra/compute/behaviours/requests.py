"""Requests: each vCPU serves a user of its own, who thinks, asks, and waits for the answer.

    latency = service + what it waited for a processor;  demand of a vCPU alone = service / (service + think)

A closed system: with N vCPUs on m processors and exponential times it is the repairman's model M/M/m//N. Unit: seconds
of native CPU time for service, seconds for thinking and latency.
"""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np

from vinfra.compute.scheduling.behaviour import Behaviour, Guest, behaviours, exponential
from vinfra.compute.scheduling.dispatcher import Dispatcher
from vinfra.compute.scheduling.vcpu import Vcpu, Vm
from vinfra.spec import field
from vinfra.units import Seconds


class _Guest(Guest):
    """The users of a VM."""

    behaviour: Requests

    def begin(self, host: Dispatcher, vm: Vm) -> None:
        """Everybody begins by thinking."""
        self.draws: dict[Vcpu, np.random.Generator] = {}
        self.asked: dict[Vcpu, float] = {}
        for vcpu in vm.vcpus:
            self.draws[vcpu] = self.streams.generator("requests", vcpu.name)
            self._think(host, vcpu)

    def done(self, host: Dispatcher, vcpu: Vcpu) -> None:
        """The answer is there."""
        vcpu.vm.latencies.append(host.now - self.asked[vcpu])
        host.block(vcpu)
        self._think(host, vcpu)

    def _think(self, host: Dispatcher, vcpu: Vcpu) -> None:
        host.call_at(host.now + exponential(self.draws[vcpu], self.behaviour.think), self._ask, host, vcpu)

    def _ask(self, host: Dispatcher, vcpu: Vcpu) -> None:
        service = self.behaviour.service
        if self.behaviour.distribution == "exponential":
            service = exponential(self.draws[vcpu], service)
        self.asked[vcpu] = host.now
        host.wake(vcpu, service * self.cost)


@behaviours.register("requests")
class Requests(Behaviour):
    """Serves users who think, ask and wait: what is measured is how long they wait."""

    source: ClassVar[str] = "closed interactive system: Lazowska et al., Quantitative System Performance, 1984"
    guest: ClassVar[type[Guest]] = _Guest

    service: Seconds = field(
        "5 ms",
        "CPU time of one request, mean",
        source="a page of a dynamic web site takes milliseconds",
        tag="assumed",
        gt=0,
    )
    think: Seconds = field(
        "45 ms",
        "time between an answer and the next request, mean, exponential",
        source="so that a vCPU by itself is busy for a tenth of the time",
        tag="assumed",
        gt=0,
    )
    distribution: Literal["exponential", "constant"] = field("exponential", "how service times vary")
