"""Hosts under management: they share as the plain path does, standby saves what it should, and work adds up."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.vinfra.scenario.simulated import lane, simulate
from vinfra.compute.waterfilling import fill
from vinfra.document import parse
from vinfra.engine.streams import Streams
from vinfra.errors import InputError
from vinfra.operations.clusters.estate import NOWHERE, HostState
from vinfra.scenario.audit import audit
from vinfra.scenario.check import check
from vinfra.scenario.inputs import Inputs
from vinfra.scenario.load import resolve
from vinfra.scenario.managing import Managing
from vinfra.scenario.simulation import Simulation
from vinfra.scenario.world import build


def scenario(more: str, hosts: int = 2, vms: str = "web: {count: 4, demand: 10 %, memory: 1 GiB}", **keys: str) -> str:
    asked = {"duration": "4 h", "placement": "{policy: worst-fit}"} | keys
    return f"""
scenario: managed
question: What do its parts do?
hosts:
  esx: {{count: {hosts}, server: dell-r640, cores: 4, frequency: 1 GHz, memory: 16 GiB, hypervisor: none}}
vms: {{{vms}}}
{"".join(f"{key}: {value}{chr(10)}" for key, value in asked.items())}
{more}
"""


@pytest.mark.parametrize("day", ["20 %", "90 %"])
def test_hosts_that_nobody_decides_about_share_as_the_plain_path_does(day: str) -> None:
    keys = {"workload": f"{{trace: office, day: {day}}}", "duration": "24 h"}
    vms = "a: {count: 9, memory: 1 GiB, shares: 500}, b: {count: 7, vcpus: 2, memory: 1 GiB, reservation: 300 MHz}"
    _, plain = simulate(scenario("", vms=vms, **keys))
    _, managed = simulate(scenario("cluster: {}", vms=vms, **keys))
    for name in (
        "power_w",
        "cpu_wanted_hz",
        "cpu_granted_hz",
        "cpu_useful_hz",
        "cpu_used_hz",
        "hosts_on",
        "hosts_full",
    ):
        np.testing.assert_allclose(managed.series[name], plain.series[name], rtol=1e-12, atol=1e-9)


def test_a_host_is_emptied_after_forty_minutes_and_stops_in_one() -> None:
    simulation, record = simulate(scenario("dpm: {}"))
    states = lane(simulation, "host/esx-1")
    assert [state.split(":")[0] for state, _, _ in states] == ["is emptied", "goes to standby", "standby"]
    assert states[0][1] == 40 * 60.0
    assert states[1][2] - states[1][1] == pytest.approx(60.0)
    # Two VMs go at once, each a gibibyte at 1.25 Gbit/s.
    assert states[0][2] - states[0][1] == pytest.approx(2**30 * 8 / 1.25e9)
    assert record.totals["migrations"] == 2.0
    assert record.totals["host_standbys"] == 1.0


def test_a_host_on_standby_draws_what_the_cluster_says() -> None:
    _, one = simulate(scenario("cluster: {standby: 0 W}\ndpm: {}"))
    _, other = simulate(scenario("cluster: {standby: 25 W}\ndpm: {}"))
    asleep = float((one.series["hosts_standby"] * one.series["step_s"]).sum())
    joules = [float((record.series["power_w"] * record.series["step_s"]).sum()) for record in (one, other)]
    assert asleep > 3 * 3600
    assert joules[1] - joules[0] == pytest.approx(25.0 * asleep)


@pytest.mark.parametrize(("demand", "standbys"), [("44 %", 0.0), ("46 %", 0.0), ("30 %", 1.0), ("32 %", 0.0)])
def test_nobody_is_sent_to_standby_whom_the_others_cannot_do_without(demand: str, standbys: float) -> None:
    """Four VMs on each of two hosts of four cores: both together must be at 63 % of one host at most."""
    _, record = simulate(scenario("dpm: {}", vms=f"web: {{count: 8, demand: {demand}, memory: 1 GiB}}"))
    assert record.totals["host_standbys"] == standbys


def test_memory_keeps_hosts_on_too() -> None:
    """Touched memory over 63 % of one host; and room for all VMs must be there."""
    touched = "web: {count: 4, demand: 5 %, memory: 4 GiB, active: 90 %}"
    assert simulate(scenario("dpm: {}", vms=touched))[1].totals["host_standbys"] == 0.0
    room = "web: {count: 6, demand: 5 %, memory: 3 GiB, active: 10 %}"
    assert simulate(scenario("dpm: {}", vms=room))[1].totals["host_standbys"] == 0.0


def test_steady_demand_makes_no_host_flap() -> None:
    _, record = simulate(scenario("balancer: {policy: drs, threshold: 5}\ndpm: {}", hosts=5, duration="24 h"))
    assert record.totals["host_standbys"] == 4.0
    assert record.totals["host_boots"] == 0.0
    assert record.series["hosts_on"][-1] == 1.0


def test_a_host_is_woken_above_eighty_one_percent_and_takes_vms_after_its_boot() -> None:
    keys = {"workload": "{trace: office, day: 50 %, noise: 0 %, between: 0 %}", "duration": "12 h"}
    more = "balancer: {policy: drs}\ndpm: {}\ncluster: {boot: 7 min}"
    simulation, record = simulate(scenario(more, vms="web: {count: 8, memory: 1 GiB}", **keys))
    woken = [one for one in lane(simulation, "host/esx-1") if one[0].startswith("boots")]
    assert len(woken) == 1 and woken[0][0] == "boots: esx-2 is above 81%"
    assert woken[0][2] - woken[0][1] == pytest.approx(7 * 60.0)
    assert record.totals["host_boots"] == 1.0
    assert record.totals["migrations"] > 4


def test_hosts_that_could_fail_are_kept() -> None:
    text = "dpm: {{failures: {}}}"
    one = simulate(scenario(text.format(1), hosts=4))[1].series["hosts_on"][-1]
    two = simulate(scenario(text.format(2), hosts=4))[1].series["hosts_on"][-1]
    assert (one, two) == (2.0, 3.0)


def test_clusters_do_not_mix() -> None:
    text = scenario("cluster: {hosts: 2}\nbalancer: {policy: drs, threshold: 5}\ndpm: {}", hosts=4, duration="6 h")
    simulation, _ = simulate(text)
    assert isinstance(simulation.operated, Managing)
    began = simulation.vms.host // 2
    assert (simulation.operated.fleet.estate.host // 2 == began).all()
    assert simulation.columns["hosts_on"][-1] == 2.0  # one in each


def test_the_same_run_twice_is_the_same() -> None:
    text = scenario("balancer: {policy: drs}\ndpm: {}", workload="{trace: office}", duration="24 h")
    one, other = simulate(text), simulate(text)
    assert one[0].intervals() == other[0].intervals()
    assert all((one[1].series[name] == other[1].series[name]).all() for name in one[1].series)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ("dpm: {}\nconsolidation: {detector: thr}", "consolidation: cannot stand beside dpm"),
        ("cluster: {}\nmigrations: {m: {method: pre-copy, vms: web, to: esx-1}}", "cannot stand beside migrations"),
        ("balancer: {policy: dsr}", "did you mean 'drs'?"),
        ("dpm: {target: 120 %}", "dpm.target"),
    ],
)
def test_what_cannot_be_meant_is_told_with_its_place(more: str, said: str) -> None:
    with pytest.raises(InputError) as wrong:
        check(parse(scenario(more), "managed.yaml"), Inputs())
    assert said in str(wrong.value) and "managed.yaml:" in str(wrong.value)


@settings(max_examples=30)
@given(data=st.data(), seed=st.integers(0, 1000))
def test_what_hosts_do_adds_up_however_vms_move(data: st.DataObject, seed: int) -> None:
    """Orders at random moments; at the end of each epoch the rates are those of all VMs shared anew."""
    vms = "a: {count: 6, memory: 1 GiB}, b: {count: 4, vcpus: 3, memory: 2 GiB, reservation: 500 MHz}"
    text = scenario("cluster: {}", hosts=3, vms=vms, workload="{trace: office, day: 70 %, begins: 1 h}")
    simulation = Simulation(build(resolve(parse(text, "managed.yaml")), None), Streams(seed))
    assert isinstance(simulation.operated, Managing)
    fleet, estate = simulation.operated.fleet, simulation.operated.fleet.estate
    memory = estate.members.guests.memory
    whole = estate.places.memory.sum()
    for epoch in range(1, 25):
        simulation.advance(epoch * 300.0)
        if data.draw(st.booleans()):
            vm, host = data.draw(st.integers(0, len(memory) - 1)), data.draw(st.integers(0, 2))
            if fleet.movable()[vm] and estate.host[vm] != host and estate.fits(vm, host):
                fleet.move(vm, host, "a test says so")
        both = np.bincount(estate.at, memory, 3)
        both += np.bincount(estate.host[estate.moving], memory[estate.moving], 3)
        np.testing.assert_allclose(estate.room, estate.places.memory - both)
        assert estate.room.sum() <= whole and (estate.host != NOWHERE).all()
        np.testing.assert_array_equal(estate.state, HostState.ON)
        left = estate.places.capacity - fleet.shares.overhead
        granted = fill(estate.host, fleet.shares.want, estate.members.shares, estate.members.reservation, left)
        used = np.bincount(estate.host, granted, 3) + fleet.shares.overhead
        fleet.shares.refresh()
        np.testing.assert_allclose(fleet.shares.used(), used, rtol=1e-9)
    audit(simulation, simulation.record())


def test_rules_hold_while_hosts_are_balanced_and_emptied() -> None:
    vms = "web: {count: 12, memory: 1 GiB}, db: {count: 2, memory: 1 GiB}, app: {memory: 1 GiB}"
    rules = "rules: {dbs: {apart: [db]}, pair: {together: [app, db-1]}, licensed: {vms: [db-2], hosts: [esx-1, esx-2]}}"
    text = scenario(
        f"{rules}\nbalancer: {{policy: drs, threshold: 5}}\ndpm: {{}}",
        hosts=4,
        vms=vms,
        workload="{trace: office, day: 60 %}",
        duration="24 h",
    )
    simulation = Simulation(build(resolve(parse(text, "managed.yaml")), None), Streams(3))
    assert isinstance(simulation.operated, Managing)
    estate = simulation.operated.fleet.estate
    assert estate.rules
    for epoch in range(1, 289):
        simulation.advance(epoch * 300.0)
        assert estate.rules.violations(estate.at) == []
    totals = simulation.record().totals
    assert totals["migrations"] > 20 and totals["host_standbys"] > 0
