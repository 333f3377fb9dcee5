"""What a host's processors do to the work on them: threads, NUMA nodes, caches, pinning, spinning, limits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from vinfra.compute.scheduling.behaviour import behaviours
from vinfra.compute.scheduling.dispatcher import Dispatcher
from vinfra.compute.scheduling.scheduler import schedulers
from vinfra.compute.scheduling.vcpu import COSTOP, READY, RUNNING, Vcpu, Vm
from vinfra.engine.clock import Clock
from vinfra.engine.streams import Streams

FREE = {"switch": "0 s"}


class Host:
    """A dispatcher with VMs of one behaviour."""

    def __init__(self, policy: str, cores: int, nodes: int = 1, **parameters: Any) -> None:
        self.clock = Clock()
        scheduler = schedulers[policy](**parameters)
        self.dispatcher = Dispatcher(self.clock, scheduler.machine(cores, nodes, 2e9), scheduler)

    def start(self, count: int, vcpus: int = 1, kind: str = "steady", **parameters: Any) -> list[Vm]:
        work = behaviours[kind](**{"refill": "0 s", **parameters})
        number = len(self.dispatcher.vms)
        made = [Vm(f"vm{number + n}", vcpus, work.guest(work, Streams(1)), 1000.0 * vcpus) for n in range(count)]
        self.dispatcher.start(made)
        for vm in made:
            self.dispatcher.call_at(self.clock.now, vm.guest.want, self.dispatcher, vm, 1.0)
        return made

    def run(self, until: float) -> None:
        self.clock.run(until=until)
        for vm in self.dispatcher.vms:
            for vcpu in vm.vcpus:
                self.dispatcher.settle(vcpu)


def summed(vms: list[Vm], read: str) -> float:
    return float(sum(getattr(vcpu, read) for vm in vms for vcpu in vm.vcpus))


def in_state(vms: list[Vm], state: int) -> float:
    return sum(vcpu.times[state] for vm in vms for vcpu in vm.vcpus)


def test_two_threads_of_a_core_do_together_what_is_stated_and_use_the_core_once() -> None:
    host = Host("cfs", 1, threads=2, thread_yield=1.3, **FREE)
    vms = host.start(2)
    host.run(10.0)
    apart = max(vm.vcpus[0].since - vm.vcpus[0].times[RUNNING] for vm in vms)  # while only one of them had begun
    assert summed(vms, "useful") == pytest.approx(1.3 * 10, abs=1.3 * apart)
    assert summed(vms, "core") == pytest.approx(10.0, abs=apart)


def test_vcpus_take_cores_of_their_own_before_they_share_one() -> None:
    host = Host("credit", 4, threads=2, thread_yield=1.25, **FREE)
    vms = host.start(4)
    host.run(5.0)
    assert {vm.vcpus[0].last.core for vm in vms if vm.vcpus[0].last is not None} == {0, 1, 2, 3}
    assert summed(vms, "useful") == pytest.approx(in_state(vms, RUNNING))


def test_who_shares_a_core_moves_when_another_core_falls_idle() -> None:
    host = Host("cfs", 2, threads=2, thread_yield=1.2, **FREE)
    vms = host.start(3)
    host.run(9.0)
    alone = next(vm for vm in vms if vm.vcpus[0].cpu is not None and not vm.vcpus[0].cpu.busy_siblings)
    crowded = [vm for vm in vms if vm is not alone]
    done = [summed(crowded, "useful")]
    for until in (10.0, 11.0):
        host.run(until)
        done.append(summed(crowded, "useful"))
        alone.guest.want(host.dispatcher, alone, 0.0)
    assert done[1] - done[0] == pytest.approx(1.2)
    assert done[2] - done[1] == pytest.approx(2.0)


def test_remote_memory_slows_what_waits_for_memory() -> None:
    host = Host("credit", 2, nodes=2, remote_memory=1.5, **FREE)
    vms = host.start(1, memory_bound="40 %")
    vms[0].vcpus[0].pinned = frozenset({1 - vms[0].home})
    host.run(10.0)
    ran = in_state(vms, RUNNING)
    assert summed(vms, "local") == 0
    assert summed(vms, "useful") == pytest.approx(ran / (1 + 0.4 * 0.5))


def test_memory_of_vms_is_spread_over_the_nodes_and_esx_keeps_them_at_home() -> None:
    host = Host("esx", 8, nodes=2, **FREE)
    vms = host.start(4, vcpus=4)
    host.run(20.0)
    assert [vm.home for vm in vms] == [0, 1, 0, 1]
    assert summed(vms, "local") > 0.95 * in_state(vms, RUNNING)


def test_a_pinned_vcpu_never_leaves_its_processors() -> None:
    host = Host("credit", 2, **FREE)
    vms = host.start(3)
    vms[0].vcpus[0].pinned = frozenset({1})
    host.run(5.0)
    assert vms[0].vcpus[0].migrations == 0
    assert vms[0].vcpus[0].last is host.dispatcher.cpus[1]


def test_every_switch_costs_its_time_and_cold_caches() -> None:
    host = Host("credit", 1, switch="1 ms")
    vms = host.start(2, refill="2 ms")
    host.run(10.0)
    switches = sum(vcpu.switches for vm in vms for vcpu in vm.vcpus)
    assert 100 < switches <= 10 / 0.030 + 2
    assert in_state(vms, RUNNING) - summed(vms, "useful") == pytest.approx(0.003 * switches, rel=0.01)


def test_nothing_happens_on_a_host_where_nobody_waits() -> None:
    host = Host("cfs", 4)
    vms = host.start(4)
    host.run(1.0)
    scheduled = host.clock.source(host.dispatcher.source).count
    host.run(1000.0)
    assert host.clock.source(host.dispatcher.source).count == scheduled, "an event that could change nothing"
    assert sum(vcpu.switches for vm in vms for vcpu in vm.vcpus) == 4
    assert in_state(vms, RUNNING) > 4 * 999.8


def test_a_preempted_lock_holder_lets_its_siblings_spin_unless_the_processor_notices() -> None:
    def spun(window: str) -> float:
        host = Host("cfs", 4, ple_window=window, **FREE)
        vms = host.start(2, vcpus=4, kind="locks", held="20 us", between="100 us") + host.start(3)
        host.run(10.0)
        return summed(vms, "spin") / in_state(vms, RUNNING)

    assert spun("0 cycles") > 0.05
    assert spun("4096 cycles") < 0.01


def test_who_is_never_preempted_never_spins_for_a_lock() -> None:
    host = Host("cfs", 4, ple_window="0 cycles")
    vms = host.start(1, vcpus=4, kind="locks")
    host.run(10.0)
    assert summed(vms, "spin") == 0
    assert in_state(vms, RUNNING) == pytest.approx(40.0)


@pytest.mark.parametrize("wait", ["spin", "block"])
def test_a_phase_lasts_as_long_as_the_slowest_vcpu(wait: str) -> None:
    host = Host("esx", 4, ple_window="0 cycles", **FREE)
    vms = host.start(1, vcpus=4, kind="barrier", phase="10 ms", variation="50 %", wait=wait)
    host.run(20.0)
    # The maximum of four even draws from 5 to 15 ms is 13 ms on average.
    assert summed(vms, "useful") == pytest.approx(4 * 20 * 10 / 13, rel=0.02)
    assert (summed(vms, "spin") > 10) == (wait == "spin")


def test_relaxed_co_scheduling_stops_who_is_ahead_by_the_bound_and_no_more() -> None:
    host = Host("esx", 3, skew="3 ms", **FREE)
    vms = host.start(2, vcpus=2)
    host.run(10.0)
    apart = [abs(one.times[RUNNING] - other.times[RUNNING]) for one, other in (vm.vcpus for vm in vms)]
    begun = 0.1  # vCPUs begin within a tenth of a second, and idle ones are part of no skew
    assert max(apart) < begun + 0.0031
    assert in_state(vms, COSTOP) > 0


def test_a_vm_wider_than_its_host_is_refused() -> None:
    with pytest.raises(ValueError, match="vm0 has 4 vCPUs, host has 2 processors"):
        Host("esx", 2).start(1, vcpus=4)


@pytest.mark.parametrize(("rate_limit", "preempted"), [("0 s", True), ("20 ms", False)])
def test_the_rate_limit_keeps_a_woken_vcpu_waiting(rate_limit: str, preempted: bool) -> None:
    """Each request would end a slice: with the limit there are fewer switches, and answers come later."""
    host = Host("credit", 1, rate_limit=rate_limit, **FREE)
    busy = host.start(1)
    asked = host.start(4, kind="requests", service="0.5 ms", think="30 ms", distribution="constant")
    host.run(20.0)
    latencies = sorted(latency for vm in asked for latency in vm.latencies)
    assert (latencies[len(latencies) // 2] < 0.002) == preempted
    assert (busy[0].vcpus[0].switches > 1000) == preempted


def test_a_migration_delay_keeps_work_where_its_caches_are() -> None:
    def moved(delay: str) -> int:
        host = Host("credit", 2, migration_delay=delay)
        vms = host.start(3) + host.start(2, kind="requests")
        host.run(10.0)
        return sum(vcpu.migrations for vm in vms for vcpu in vm.vcpus)

    assert moved("20 ms") < moved("0 s")


def test_reservations_come_before_shares() -> None:
    host = Host("esx", 1, **FREE)
    reserved = host.start(1)[0]
    others = host.start(3)
    reserved.shares, reserved.reservation = 1.0, 0.6
    host.run(20.0)
    assert reserved.vcpus[0].times[RUNNING] == pytest.approx(12.0, rel=0.02)
    assert in_state(others, RUNNING) == pytest.approx(8.0, rel=0.02)


def test_demand_that_was_not_met_in_its_period_is_gone() -> None:
    host = Host("cfs", 1, **FREE)
    vms = host.start(4, period="100 ms")
    for vm in vms:
        host.dispatcher.call_at(0.0, vm.guest.want, host.dispatcher, vm, 0.4)
    host.clock.call_at(10.0, lambda: [vm.guest.want(host.dispatcher, vm, 0.1) for vm in vms])
    host.run(12.0)
    before: Mapping[Vcpu, float] = {vm.vcpus[0]: vm.vcpus[0].times[READY] for vm in vms}
    host.run(20.0)
    assert sum(before.values()) > 4.0
    assert in_state(vms, READY) - sum(before.values()) < 0.5 * 4 * 8 * 0.1
