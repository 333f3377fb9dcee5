"""A world in motion: both paths to the same answer, conservation, and what may not change a result."""

from __future__ import annotations

import dataclasses
import hashlib

import numpy as np
import pytest

from vinfra.document import parse
from vinfra.engine.streams import Streams
from vinfra.errors import InputError, Refused
from vinfra.metrics.metric import Record, metrics
from vinfra.scenario.audit import audit
from vinfra.scenario.load import resolve
from vinfra.scenario.simulation import SERIES, Simulation, shown
from vinfra.scenario.world import World, build

CROWDED = """
scenario: crowded
question: Who gets how much?
duration: 3 h
hosts:
  a: {count: 2, server: hp-proliant-ml110-g5, memory: 64 GiB}
  b: {count: 2, server: hp-proliant-ml110-g4, memory: 64 GiB}
vms:
  follows: {count: 40, memory: 1 GiB, speed: 2 GHz}
  reserved: {count: 6, memory: 1 GiB, demand: 80 %, reservation: 500 MHz, shares: 100}
  limited: {count: 6, memory: 1 GiB, demand: 100 %, limit: 300 MHz, shares: 5000}
workload: {trace: planetlab}
placement: {policy: worst-fit}
"""
COPY = """
scenario: copy
question: Do neighbours notice?
duration: 1 h
datastores:
  vmfs1: {array: array1, disks: 200 x fc-15k, raid: raid0}
hosts:
  h: {server: hp-proliant-dl385-g5, hypervisor: esx-4.0, memory: 16 GiB, cores: 1}
vms:
  busy: {count: 2, memory: 1 GiB, demand: 48 %}
  copy: {memory: 1 GiB, demand: 0 %, datastore: vmfs1, transfer: {size: 200 GiB, block: 4 KiB}}
"""


def world(text: str) -> World:
    return build(resolve(parse(text, "test.yaml")), None)


def record(made: World, fluid: list[int] | None = None, seed: int = 1) -> Record:
    simulation = Simulation(made, Streams(seed), fluid)
    simulation.run()
    found = simulation.record()
    audit(simulation, found)
    return found


@pytest.mark.parametrize("fluid", [[0, 1, 2, 3], [1, 2]])
def test_the_solver_and_the_arrays_agree_on_hosts_that_both_can_share(fluid: list[int]) -> None:
    made = world(CROWDED)
    arrays, solved = record(made, []), record(made, fluid)
    assert arrays.series["hosts_full"].max() > 0, "without a full host this proves nothing"
    for name in SERIES:
        np.testing.assert_allclose(solved.series[name], arrays.series[name], rtol=1e-9, atol=1e-3, err_msg=name)


def test_the_same_world_and_seed_give_the_same_bits() -> None:
    def digest(seed: int) -> str:
        series = record(world(CROWDED), seed=seed).series
        return hashlib.sha256(b"".join(series[name].tobytes() for name in SERIES)).hexdigest()

    assert digest(1) == digest(1) != digest(2)


def test_adding_a_group_changes_no_other_groups_demand() -> None:
    more = CROWDED.replace("vms:", "vms:\n  another: {count: 7, memory: 1 GiB, speed: 1 MHz}")
    one, other = (record(world(text)).series["cpu_wanted_hz"] for text in (CROWDED, more))
    assert (other >= one).all()
    assert (other - one).max() <= 7e6 * (1 + 1e-9)


def test_a_transfer_takes_cycles_of_its_host_from_its_neighbours() -> None:
    with_copy, without = record(world(COPY)), record(world(COPY.replace("200 GiB", "1 B")))
    ready = [metrics()["cpu_ready_pct"].compute(found) for found in (with_copy, without)]
    assert ready[0] > ready[1] == pytest.approx(0.0, abs=1e-9)
    assert with_copy.series["cpu_io_hz"].sum() > 0
    assert metrics()["energy_kwh"].compute(with_copy) > metrics()["energy_kwh"].compute(without)


def test_a_transfer_on_bare_hardware_takes_none() -> None:
    bare = record(world(COPY.replace("hypervisor: esx-4.0", "hypervisor: none")))
    assert bare.series["cpu_io_hz"].sum() == 0


def test_what_was_done_in_the_warm_up_is_not_measured() -> None:
    warm = record(world(CROWDED + "warmup: 1 h\n"))
    assert warm.series["time_s"].tolist() == list(np.arange(3600.0, 4 * 3600.0, 300.0))


def test_a_warm_up_that_is_no_multiple_of_the_epoch_shortens_no_measurement() -> None:
    series = record(world(CROWDED + "warmup: 7 min\n")).series
    assert series["step_s"].sum() == pytest.approx(3 * 3600.0)
    assert series["time_s"][:2].tolist() == [420.0, 600.0]


def test_steady_demand_is_the_same_in_every_epoch() -> None:
    steady = CROWDED.replace("workload: {trace: planetlab}", "")
    once, often = (record(world(steady + f"epoch: {epoch}\n")) for epoch in ("3 h", "1 min"))
    for metric in ("energy_kwh", "cpu_ready_pct", "throughput_per_s"):
        assert metrics()[metric].compute(often) == pytest.approx(metrics()[metric].compute(once), rel=1e-12)
    assert len(often.series["time_s"]) == 180


def test_a_vm_with_more_vcpus_than_any_host_has_cores_is_refused() -> None:
    with pytest.raises(Refused, match="reserved has 3 vCPUs"):
        world(CROWDED.replace("reserved: {count: 6,", "reserved: {count: 6, vcpus: 3,"))


def test_an_audit_finds_cycles_that_came_from_nowhere() -> None:
    simulation = Simulation(world(CROWDED), Streams(1))
    simulation.run()
    found = simulation.record()
    forged = {**found.series, "cpu_granted_hz": found.series["cpu_granted_hz"] * 1.001}
    with pytest.raises(AssertionError, match="do not add up"):
        audit(simulation, dataclasses.replace(found, series=forged))


def test_a_host_without_a_power_curve_leaves_energy_unsaid() -> None:
    found = record(world(CROWDED.replace("server: hp-proliant-ml110-g4", "cores: 2, frequency: 2 GHz")))
    assert metrics()["energy_kwh"].compute(found) is None
    assert "power_w" not in shown(found)


def test_who_finds_no_host_is_counted_and_told_why() -> None:
    made = world(CROWDED.replace("64 GiB", "4 GiB"))
    assert record(made).totals["vms_unplaced"] == sum(group.count for group in made.unplaced) > 0
    assert made.unplaced[0].reason == "no host had 1 GiB of memory left"


def test_what_no_host_can_run_is_refused_with_the_reason() -> None:
    with pytest.raises(Refused, match="nested"):
        world(CROWDED.replace("memory: 64 GiB", "memory: 64 GiB, hypervisor: esx-4.0, technique: nested-paging"))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("server: hp-proliant-ml110-g4, ", ""), "hosts.b: does not say what it is"),
        (("count: 40", "count: per-trace, demand: 5 %"), "per-trace needs demand from a trace: leave `demand` out"),
        (("workload: {trace: planetlab}", ""), None),
    ],
)
def test_what_the_file_must_change_is_said_with_its_place(change: tuple[str, str], message: str | None) -> None:
    text = CROWDED.replace(*change)
    if message is None:
        assert record(world(text)).totals["vms_unplaced"] == 0
        return
    with pytest.raises(InputError) as wrong:
        world(text)
    assert message in str(wrong.value) and str(wrong.value).startswith("test.yaml:")
