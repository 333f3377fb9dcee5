"""Queueing theory and arithmetic know what a scheduler of processors must give."""

from __future__ import annotations

import math
from typing import Any

import pytest

from vinfra.compute.scheduling.behaviour import behaviours
from vinfra.compute.scheduling.dispatcher import Dispatcher
from vinfra.compute.scheduling.scheduler import schedulers
from vinfra.compute.scheduling.vcpu import READY, RUNNING, Vm
from vinfra.engine.clock import Clock
from vinfra.engine.streams import Streams

FREE = {"switch": "0 s"}  # switching costs nothing, as in theory
SHORT = {"latency": "1 ms", "min_granularity": "1 ms", "wakeup_granularity": "1 ms"}


def run(
    policy: dict[str, Any], cores: int, vms: int, behaviour: dict[str, Any], seconds: float, vcpus: int = 1
) -> tuple[Dispatcher, list[Vm]]:
    """A host of equal VMs, run for so long."""
    clock, streams = Clock(), Streams(3)
    parameters = {key: value for key, value in policy.items() if key != "policy"}
    scheduler = schedulers[policy["policy"]](**parameters)
    work = behaviours[behaviour["kind"]](**{key: value for key, value in behaviour.items() if key != "kind"})
    host = Dispatcher(clock, scheduler.machine(cores, 1, 2e9), scheduler)
    made = [Vm(f"vm{number:02}", vcpus, work.guest(work, streams), 1000.0 * vcpus) for number in range(vms)]
    host.start(made)
    for vm in made:
        host.call_at(0.0, vm.guest.want, host, vm, 1.0)
    clock.run(until=seconds)
    for vm in made:
        for vcpu in vm.vcpus:
            host.settle(vcpu)
    return host, made


def total(vms: list[Vm], state: int) -> float:
    return sum(vcpu.times[state] for vm in vms for vcpu in vm.vcpus)


def repairman(users: int, servers: int, service: float, think: float) -> float:
    """Mean response time of M/M/m//N: probabilities of n requests in the system, and Little's law."""
    weights = [1.0]
    for n in range(users):
        weights.append(weights[-1] * (users - n) / think * service / min(n + 1, servers))
    p = [weight / sum(weights) for weight in weights]
    waiting_or_served = sum(n * share for n, share in enumerate(p))
    rate = sum((users - n) / think * share for n, share in enumerate(p))
    return waiting_or_served / rate


@pytest.mark.parametrize("policy", ["credit", "esx", "cfs"])
@pytest.mark.parametrize(("vcpus", "cores"), [(3, 2), (8, 2), (5, 4)])
def test_ready_time_of_more_busy_vcpus_than_processors_is_one_less_their_ratio(
    policy: str, vcpus: int, cores: int
) -> None:
    _, vms = run({"policy": policy, **FREE}, cores, vcpus, {"kind": "steady", "refill": "0 s"}, 20.0)
    wanted = total(vms, READY) + total(vms, RUNNING)
    assert total(vms, READY) / wanted == pytest.approx(1 - cores / vcpus, rel=0.01)
    each = [vm.vcpus[0].times[RUNNING] for vm in vms]
    assert max(each) == pytest.approx(min(each), rel=0.02)


@pytest.mark.slow
@pytest.mark.parametrize("policy", ["cfs", "credit", "esx"])
@pytest.mark.parametrize(("users", "cores"), [(6, 1), (12, 3)])
def test_latency_of_exponential_requests_is_the_repairmans(policy: str, users: int, cores: int) -> None:
    """Whoever is never idle while somebody waits, and knows no sizes, has this mean (Lazowska et al. 1984)."""
    work = {"kind": "requests", "service": "10 ms", "think": "30 ms", "refill": "0 s"}
    _, vms = run({"policy": policy, **FREE}, cores, users, work, 150.0)
    latencies = [latency for vm in vms for latency in vm.latencies]
    assert sum(latencies) / len(latencies) == pytest.approx(repairman(users, cores, 0.010, 0.030), rel=0.05)


@pytest.mark.slow
def test_short_slices_are_processor_sharing_which_no_distribution_changes() -> None:
    """A closed system with processor sharing has the product form, so constant service has the mean of exponential."""
    work = {"kind": "requests", "service": "10 ms", "think": "30 ms", "refill": "0 s", "distribution": "constant"}
    _, vms = run({"policy": "cfs", **SHORT, **FREE}, 1, 6, work, 150.0)
    latencies = [latency for vm in vms for latency in vm.latencies]
    assert sum(latencies) / len(latencies) == pytest.approx(repairman(6, 1, 0.010, 0.030), rel=0.03)


def test_a_vcpu_among_busy_ones_waits_a_slice_for_each_of_them() -> None:
    _, vms = run({"policy": "credit", **FREE}, 1, 4, {"kind": "steady", "refill": "0 s"}, 12.0)
    for vm in vms:
        vcpu = vm.vcpus[0]
        assert vcpu.times[READY] / vcpu.switches == pytest.approx(3 * 0.030, rel=0.05)


def test_a_request_alone_takes_its_service_and_what_switching_costs() -> None:
    work = {"kind": "requests", "service": "5 ms", "distribution": "constant", "refill": "40 us"}
    _, vms = run({"policy": "esx", "switch": "10 us"}, 2, 1, work, 5.0)
    assert vms[0].latencies[0] == pytest.approx(0.00505, rel=1e-6)
    assert max(vms[0].latencies[1:]) == pytest.approx(0.005, rel=1e-6), "nobody ran in between"


@pytest.mark.parametrize(("limit", "cores"), [(0.3, 1), (1.5, 2)])
@pytest.mark.parametrize("policy", ["credit", "esx", "cfs"])
def test_a_limit_holds_on_an_idle_host(policy: str, limit: float, cores: int) -> None:
    clock, streams = Clock(), Streams(1)
    scheduler, work = schedulers[policy](), behaviours["steady"]()
    host = Dispatcher(clock, scheduler.machine(cores, 1, 2e9), scheduler)
    vm = Vm("vm", cores, work.guest(work, streams), 1000.0, limit=limit)
    host.start([vm])
    host.call_at(0.0, vm.guest.want, host, vm, 1.0)
    clock.run(until=20.0)
    for vcpu in vm.vcpus:
        host.settle(vcpu)
    assert total([vm], RUNNING) == pytest.approx(20 * limit, rel=0.01)


def test_strict_co_scheduling_leaves_a_processor_idle_that_fits_no_gang() -> None:
    """Two VMs of two vCPUs on three processors: as a whole they fit one after the other, single vCPUs fill all
    three."""
    busy = {"kind": "steady", "refill": "0 s"}
    _, strict = run({"policy": "esx", "co_scheduling": "strict", **FREE}, 3, 2, busy, 20.0, vcpus=2)
    _, relaxed = run({"policy": "esx", "co_scheduling": "relaxed", **FREE}, 3, 2, busy, 20.0, vcpus=2)
    _, none = run({"policy": "cfs", **FREE}, 3, 2, busy, 20.0, vcpus=2)
    assert 2.0 * 20 <= total(strict, RUNNING) < 2.5 * 20
    assert total(relaxed, RUNNING) > 2.9 * 20
    assert math.isclose(total(none, RUNNING), 3 * 20, rel_tol=0.01)
