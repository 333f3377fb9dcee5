"""CPU scheduling: overcommitted hosts of the Xen and KVM commit messages, run through the detailed scheduler.

Time of a fixed work is its size over the work a VM gets done per second; the two-VM run on floating vCPUs gives the
size.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping

from vinfra.compute.scheduling.behaviour import Behaviour, behaviours
from vinfra.compute.scheduling.dispatcher import Dispatcher
from vinfra.compute.scheduling.scheduler import Scheduler, schedulers
from vinfra.compute.scheduling.vcpu import Vm
from vinfra.engine.clock import Clock
from vinfra.engine.streams import Streams
from vinfra.evidence.experiment import Row, Unpredicted, experiment

SECONDS = 20.0  # simulated; some hundred slices of every vCPU
SEED = 1


def work_per_vm(
    scheduler: Scheduler,
    behaviour: Behaviour,
    vms: int,
    vcpus: int,
    host: tuple[int, int, float],
    pinned: bool = False,
) -> float:
    """Native seconds of work a VM gets done per second, mean over VMs that are alike; `host` is cores, NUMA nodes and
    hertz, `pinned` keeps every VM on the node its memory lies on."""
    clock = Clock()
    dispatcher = Dispatcher(clock, scheduler.machine(*host), scheduler)
    streams = Streams(SEED)
    made = [Vm(f"vm{number:02}", vcpus, behaviour.guest(behaviour, streams), 256.0 * vcpus) for number in range(vms)]
    dispatcher.start(made)
    for vm in made:
        node = frozenset(cpu.number for cpu in dispatcher.cpus if cpu.node == vm.home)
        for vcpu in vm.vcpus:
            vcpu.pinned = node if pinned else None
        dispatcher.call_at(clock.now, vm.guest.want, dispatcher, vm, 1.0)
    clock.run(until=SECONDS)
    for vm in made:
        for vcpu in vm.vcpus:
            dispatcher.settle(vcpu)
    return sum(vcpu.useful for vm in made for vcpu in vm.vcpus) / (vms * SECONDS)


# Sixteen ways with 12 GB in 2012: two sockets of four cores with two threads, as the Xeon E5620 at 2.4 GHz has them.
SIXTEEN_WAYS = (8, 2, 2.4e9)


@functools.cache
def _sysbench(vms: int, pinned: bool, memory_bound: str) -> float:
    credit = schedulers["credit"](threads=2)
    work = behaviours["steady"].model_validate({"memory_bound": memory_bound})
    return work_per_vm(credit, work, vms, 2, SIXTEEN_WAYS, pinned)


def _relative(memory_bound: str) -> Mapping[str, float]:
    """Work per VM of every run of the table, relative to two VMs on floating vCPUs."""
    runs = {("floating", vms): False for vms in (2, 6, 10)} | {("pinned", vms): True for vms in (2, 6, 10)}
    rates = {f"{how}_vcpus.{vms}": _sysbench(vms, pinned, memory_bound) for (how, vms), pinned in runs.items()}
    return {key: rate / rates["floating_vcpus.2"] for key, rate in rates.items()}


@experiment("SCHED.05", about="credit on two sockets of four cores with two threads; prime numbers, no memory")
def sysbench_cpu(row: Row) -> dict[str, float | Unpredicted]:
    """Seconds of a fixed work."""
    size = row.given("floating_vcpus.2")
    return {key: size / rate for key, rate in _relative("0 %").items() if key != "floating_vcpus.2"}


@experiment("SCHED.06", about="credit on two sockets of four cores with two threads; memory as any workload uses it")
def sysbench_memory(row: Row) -> dict[str, float | Unpredicted]:
    """Throughput, in the unit of the row."""
    size = row.given("floating_vcpus.2")
    return {key: size * rate for key, rate in _relative("30 %").items() if key != "floating_vcpus.2"}


def _gain(policy: str, vms: int, vcpus: int, host: tuple[int, int, float]) -> float:
    """What noticing spinners brings to a build of a kernel, in percent of its work."""
    build = behaviours["locks"]()
    with_, without = (
        work_per_vm(schedulers[policy].model_validate({"ple_window": window}), build, vms, vcpus, host)
        for window in ("4096 cycles", "0 cycles")
    )
    return 100.0 * (with_ / without - 1)


@experiment(
    "SCHED.02", about="CFS, two VMs of eight vCPUs on a Nehalem of eight cores at 2.93 GHz, with and without exits"
)
def pause_loop_exits(row: Row) -> dict[str, float | Unpredicted]:
    """Percent."""
    return {"delta": _gain("cfs", 2, 8, (8, 2, 2.93e9))}


@experiment(
    "SCHED.03", about="credit, four VMs of 16 vCPUs on four sockets of six cores at 2.4 GHz, with and without exits"
)
def pause_filter(row: Row) -> dict[str, float | Unpredicted]:
    """Percent."""
    return {"delta": _gain("credit", 4, 16, (24, 4, 2.4e9))}


@experiment("SCHED.01", about="credit with and without its rate limit")
def rate_limit(row: Row) -> dict[str, float | Unpredicted]:
    """Percent."""
    why = "neither the host nor the tiles are stated, and how often guests wake decides all of it"
    return {"throughput": Unpredicted(why), "context_switches": Unpredicted(why)}


@experiment("SCHED.04", about="credit with and without its migration delay")
def migration_delay(row: Row) -> dict[str, float | Unpredicted]:
    """Percent."""
    why = "24 VMs on 24 cores are stolen only when dom0 or a stub domain takes a core, and nobody says how often"
    return {"plain": Unpredicted(why), "stubdom": Unpredicted(why)}
