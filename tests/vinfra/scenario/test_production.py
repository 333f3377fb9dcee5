"""Production I/O in a world in motion: what guests want, what they wait for, and that it all adds up."""

from __future__ import annotations

import numpy as np
import pytest

from vinfra.document import parse
from vinfra.engine.streams import Streams
from vinfra.errors import InputError, Refused
from vinfra.metrics.metric import Record, metrics
from vinfra.scenario.audit import audit
from vinfra.scenario.load import resolve
from vinfra.scenario.simulation import Simulation, shown
from vinfra.scenario.world import World, build

ESTATE = """\
scenario: production
question: Who waits for whom?
duration: 1 h
topology:
  san: {kind: fibre-channel, speed: 4 Gbit/s, joins: [esx, array1]}
arrays:
  array1: {ports: 2}
datastores:
  vmfs: {count: 2, array: array1, disks: 20 x fc-15k}
hosts:
  esx: {count: 2, server: hp-proliant-dl380-g5-5160, memory: 32 GiB, hypervisor: esx-3.5, hbas: 2}
vms:
  db: {count: 4, hosts: [esx], memory: 1 GiB, workload: oltp, demand: 20 %, datastore: vmfs, io: {}}
  web: {count: 6, hosts: [esx], memory: 1 GiB, demand: 10 %, datastore: vmfs, io: {rate: 60 /s}}
"""
COPY = "  copy: {memory: 1 GiB, demand: 0 %, datastore: vmfs-1, transfer: {size: 1 TiB, start: 32 min}}\n"


def changed(*pairs: tuple[str, str], more: str = "") -> World:
    text = ESTATE
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new)
    return build(resolve(parse(text + more, "production.yaml")), None)


def run(made: World, simulation: Simulation | None = None) -> Record:
    moved = simulation or Simulation(made, Streams(1))
    moved.run()
    found = moved.record()
    audit(moved, found)
    return found


def value(record: Record, name: str) -> float:
    found = metrics()[name].compute(record)
    assert found is not None
    return found


def test_guests_do_the_ios_they_say_and_those_of_their_workload() -> None:
    series = run(changed()).series
    np.testing.assert_allclose(series["guest_ios_per_s/web"], 6 * 60.0)
    half = run(changed(("demand: 20 %", "demand: 10 %"))).series
    np.testing.assert_allclose(series["guest_ios_per_s/db"], 2 * half["guest_ios_per_s/db"])


def test_a_copy_is_load_on_production_from_when_it_starts() -> None:
    quiet, copied = run(changed()), run(changed(more=COPY))
    before, within, after = (copied.series["guest_latency_s/web"][epoch] for epoch in (5, 6, 7))
    assert before == quiet.series["guest_latency_s/web"][5]
    assert within == pytest.approx(before + (after - before) * 3 / 5, rel=1e-6), "it starts 2 of 5 minutes into it"
    assert value(copied, "guest_latency_ms") > value(quiet, "guest_latency_ms")
    assert value(copied, "guest_latency_p99_ms") == pytest.approx(1e3 * after)


def test_the_datastore_beside_it_does_not_notice() -> None:
    beside = [
        (
            "hosts: [esx], memory: 1 GiB, demand: 10 %, datastore: vmfs",
            "hosts: [esx], memory: 1 GiB, demand: 10 %, datastore: vmfs-2",
        )
    ]
    quiet, copied = run(changed(*beside)), run(changed(*beside, more=COPY))
    np.testing.assert_array_equal(copied.series["guest_latency_s/web"], quiet.series["guest_latency_s/web"])


def test_a_full_processor_is_waited_for_in_arrays_as_in_fluid_sharing() -> None:
    crowd = "  busy: {count: 10, hosts: [esx], memory: 1 GiB, demand: 100 %}\n"
    idle = ("disks: 20 x", "disks: 2000 x")  # nobody waits for a disk
    made = changed(("demand: 20 %", "demand: 100 %"), idle, more=crowd)
    arrays, fluid = run(made, Simulation(made, Streams(1), [])), run(made, Simulation(made, Streams(1), [0, 1]))
    alone, crowded = (found.series["guest_latency_s/db"][0] for found in (run(changed(idle)), arrays))
    denied = 1 - (4 - 3 * 0.1) / 7  # of four cores, beside three VMs that want little
    assert crowded == pytest.approx(alone + 0.05 * denied**2 / (2 * (1 - denied)), rel=0.02)
    assert arrays.series["guest_latency_s/web"][0] == pytest.approx(alone, rel=0.02), "little is denied to nobody"
    for name in ("guest_latency_s/db", "guest_latency_s/web", "guest_ios_per_s/db"):
        np.testing.assert_allclose(fluid.series[name], arrays.series[name], rtol=1e-9, err_msg=name)


def test_a_path_that_is_lost_costs_nobody_an_io() -> None:
    made = changed(more=COPY)
    simulation = Simulation(made, Streams(1))
    simulation.clock.call_at(2400.0, simulation.fabric.lose, "esx-1.hba1")
    lost, whole = run(made, simulation), run(made)
    for group in ("db", "web"):
        np.testing.assert_allclose(lost.series[f"guest_ios_per_s/{group}"], whole.series[f"guest_ios_per_s/{group}"])
    assert lost.totals["transferred_bytes"] == pytest.approx(whole.totals["transferred_bytes"])


def test_without_any_path_guests_and_copies_stand_still_until_it_is_back() -> None:
    made = changed(more=COPY)
    simulation = Simulation(made, Streams(1))
    simulation.clock.call_at(2400.0, simulation.fabric.lose, "array1")
    simulation.clock.call_at(3000.0, simulation.fabric.restore, "array1")
    lost, whole = run(made, simulation), run(made)
    rates = lost.series["guest_ios_per_s/web"]
    assert rates[8] == rates[9] == 0.0 and rates[7] == rates[10] == pytest.approx(360.0)
    assert value(lost, "guest_ios_denied_pct") == pytest.approx(100 * 600 / 3600)
    share = (3600 - 1920 - 600) / (3600 - 1920)
    assert lost.totals["transferred_bytes"] == pytest.approx(share * whole.totals["transferred_bytes"])
    states = {(interval.entity, interval.state) for interval in simulation.intervals()}
    assert ("copy", "transfer waits: esx-1 does not see vmfs-1: every path to array1 is lost") in states


def test_metrics_can_be_asked_of_one_group_and_some_hours() -> None:
    record = run(changed(more=COPY))
    mask = record.series["time_s"] >= 2100
    kept = ("time_s", "step_s", "guest_latency_s/db", "guest_ios_per_s/db")
    part = Record({}, {name: record.series[name][mask] for name in kept}, {})
    assert value(part, "guest_latency_ms") > value(record, "guest_latency_ms")
    assert value(part, "guest_iops_per_s") == pytest.approx(record.series["guest_ios_per_s/db"][-1])


def test_a_report_is_given_the_series_of_each_group() -> None:
    assert {"guest_latency_s/db", "guest_ios_per_s/web"} <= shown(run(changed())).keys()


def test_a_disk_that_moves_takes_its_ios_along() -> None:
    text = "migrations:\n  go: {vms: web, to: vmfs-2, start: 10 min, at_once: 2, method: mirroring}\n"
    made = changed(("io: {rate: 60 /s}", "disk: 1 GiB, io: {rate: 60 /s}"), more=text)
    simulation = Simulation(made, Streams(1))
    run(made, simulation)
    streams = simulation.production.guest_io.streams.values() if simulation.production else ()
    last = {stream.seat.datastore: 0.0 for stream in streams}
    for stream in streams:
        last[stream.seat.datastore] += stream.rate if stream.seat.group == "web" else 0.0
    assert last == {"vmfs-1": 0.0, "vmfs-2": pytest.approx(360.0)}


def test_the_same_world_gives_the_same_bits() -> None:
    one, other = (run(changed(more=COPY)).series for _ in range(2))
    assert all(one[name].tobytes() == other[name].tobytes() for name in one)


def test_vms_go_where_their_datastore_is_seen() -> None:
    masked = ("disks: 20 x fc-15k", "disks: 20 x fc-15k, presented_to: [esx-2]")
    made = changed(masked, ("count: 4, hosts: [esx],", "count: 4,"), ("count: 6, hosts: [esx],", "count: 6,"))
    assert set(made.vms.host.tolist()) == {1}


def test_a_datastore_that_no_host_of_theirs_sees_is_told_with_its_place() -> None:
    masked = ("disks: 20 x fc-15k", "disks: 20 x fc-15k, presented_to: [esx-2]")
    with pytest.raises(
        InputError, match=r"production.yaml:9:3 .*esx-1 does not see vmfs-1: array1 presents it to esx-2"
    ):
        changed(masked, ("hosts: [esx]", "hosts: [esx-1]"))


def test_a_vm_that_stands_still_does_no_ios() -> None:
    made = changed()
    simulation = Simulation(made, Streams(1))
    assert simulation.production is not None
    simulation.clock.call_at(600.0, simulation.production.pace, "web-1", 0.0)
    simulation.clock.call_at(750.0, simulation.production.pace, "web-1", 1.0)
    rates = run(made, simulation).series["guest_ios_per_s/web"]
    assert rates[1:4].tolist() == pytest.approx([360.0, 330.0, 360.0])


def test_the_ios_of_a_workload_are_not_known_on_a_processor_that_is_not() -> None:
    with pytest.raises(Refused, match="esx names no processor, so how often db reads and writes is not known"):
        changed(("server: hp-proliant-dl380-g5-5160, ", "cores: 4, frequency: 3 GHz, "), ("hypervisor: esx-3.5, ", ""))
