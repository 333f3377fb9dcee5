"""A scheduler: which virtual processor runs where and for how long. One file in schedulers/ each.

The plug-in is its parameters; `policy` makes the run queue of one host from them. The dispatcher keeps the time, the
states of vCPUs and what runs where; it asks the policy, and the policy decides. Unit: seconds.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from vinfra.compute.scheduling.machine import Cpu, Machine
from vinfra.registry import Registry
from vinfra.spec import Spec, field
from vinfra.units import Cycles, Seconds

if TYPE_CHECKING:
    from vinfra.compute.scheduling.dispatcher import Dispatcher
    from vinfra.compute.scheduling.vcpu import Vcpu, Vm


class Policy:
    """The run queue of one host."""

    keeps_home: ClassVar[bool] = True  # whether it looks for processors on the VM's home node first

    def __init__(self, host: Dispatcher) -> None:
        self.host = host

    def joined(self, vm: Vm) -> None:
        """A VM is there from now on."""

    def woken(self, vcpu: Vcpu) -> None:
        """A vCPU wants to run again after it was blocked."""

    def ran(self, vcpu: Vcpu, seconds: float) -> None:
        """A vCPU has run for so long."""

    def choose(self, cpu: Cpu) -> Vcpu | None:
        """Who of those that are ready runs on this processor next."""
        raise TypeError(f"{type(self).__name__} does not say who runs next")

    def length(self, vcpu: Vcpu) -> float:
        """How long it may run while others wait, seconds."""
        raise TypeError(f"{type(self).__name__} does not say how long anybody runs")

    def preempts(self, vcpu: Vcpu) -> tuple[Cpu, float] | None:
        """Which processor a woken vCPU takes from another, and at what time; None when it waits its turn."""
        return None

    def changed(self, vm: Vm) -> None:
        """A vCPU of this VM came to another state."""

    def review(self) -> None:
        """See to the VMs that changed: stop who is ahead, let on who is not any more."""

    def assemble(self) -> None:
        """Start those that must start together, before processors are given to single ones."""

    @property
    def assembling(self) -> bool:
        """Whether anybody waits to start together with others."""
        return False


class Scheduler(Spec):
    """One scheduler, and what it finds on each host."""

    name: ClassVar[str]
    source: ClassVar[str]
    reserves: ClassVar[bool] = False

    threads: Literal[1, 2] = field(1, "hardware threads of one core that it schedules on")
    thread_yield: float = field(
        1.25,
        "what two threads of a core do together, of one alone",
        source="16 to 28 % on server benchmarks, 30 % at most: Marr et al., Intel Technology Journal 6(1), 2002",
        tag="assumed",
        ge=1,
        le=2,
    )
    remote_memory: float = field(
        1.63,
        "how much longer memory of another NUMA node takes",
        source="106 ns remote and 65 ns local on two Nehalem sockets: Molka et al., PACT 2009",
        tag="derived",
        ge=1,
    )
    switch: Seconds = field(
        "3.8 us",
        "time lost when another vCPU takes over a processor, caches aside",
        source="direct cost in Li, Ding and Shen, Quantifying the cost of context switch, ExpCS 2007",
        tag="measured",
    )
    ple_window: Cycles = field(
        "4096 cycles",
        "how long a vCPU may spin before it yields (pause-loop exiting); 0 cycles: the processor does not notice",
        source="Linux b67758cda1 (2009): most spin locks are held for less than 2^12 cycles",
        tag="specified",
    )

    limit_period: Seconds = field(
        "100 ms",
        "period in which a limit holds",
        source="cfs_period_us of Linux: Turner, Rao, Rao, CPU bandwidth control for CFS, Linux Symposium 2010",
        tag="specified",
        gt=0,
    )
    limit_burst: Seconds = field(
        "0 s",
        "core time each vCPU of a limited VM may save up from earlier periods",
        source="cfs_burst_us of Linux, 0 unless set",
        tag="specified",
    )

    def policy(self, host: Dispatcher) -> Policy:
        """The run queue of one host."""
        raise TypeError(f"{type(self).__name__} does not say how it schedules")

    def machine(self, cores: int, nodes: int, frequency: float) -> Machine:
        """A host as this scheduler finds it."""
        return Machine(cores, nodes, self.threads, self.thread_yield, self.remote_memory, self.switch, frequency)


schedulers: Registry[Scheduler] = Registry("scheduler", "vinfra.compute.schedulers", Scheduler)
