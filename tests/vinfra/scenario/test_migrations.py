"""Migrations of a scenario: its language, and VMs that change their hosts in a world in motion."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from vinfra.document import parse
from vinfra.engine.streams import Streams
from vinfra.errors import InputError, Refused
from vinfra.metrics.metric import Record, metrics
from vinfra.scenario.audit import audit
from vinfra.scenario.check import check
from vinfra.scenario.inputs import Inputs
from vinfra.scenario.load import resolve
from vinfra.scenario.simulation import Simulation
from vinfra.scenario.world import build

PAIR = """\
scenario: pair
question: Who moves where?
duration: 20 min
epoch: 1 min
topology:
  lan: {speed: 1 Gbit/s, joins: [old, new, far]}
  san: {kind: fibre-channel, speed: 4 Gbit/s, joins: [old, new, array1]}
datastores:
  vmfs1: {array: array1, disks: 10 x fc-15k}
  vmfs2: {array: array1, disks: 10 x fc-15k}
hosts:
  old: {server: hp-proliant-dl380-g5-5160, memory: 16 GiB}
  new: {server: hp-proliant-dl385-g5, memory: 16 GiB}
  far: {count: 2, server: hp-proliant-dl385-g5, memory: 6 GiB}
vms:
  web: {count: 4, host: old, memory: 2 GiB, demand: 30 %, dirtying: {rate: 10 MB/s}}
  still: {host: new, memory: 2 GiB, demand: 50 %}
power: {policy: follows-load, empty_hosts: powered-off}
migrations:
  leave: {vms: web, to: new, start: 90 s, method: pre-copy}
"""
DISK = "datastore: vmfs1, disk: 10 GiB, disk_writes: {rate: 2 MB/s}"


def changed(*pairs: tuple[str, str]) -> str:
    text = PAIR
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new)
    return text


def simulated(text: str = PAIR) -> tuple[Simulation, Record]:
    simulation = Simulation(build(resolve(parse(text, "pair.yaml")), None), Streams(1))
    simulation.run()
    record = simulation.record()
    audit(simulation, record)
    return simulation, record


def problems(text: str) -> str:
    with pytest.raises(InputError) as wrong:
        check(parse(text, "pair.yaml"), Inputs())
    return str(wrong.value)


def test_a_vm_runs_on_its_new_host_after_the_move() -> None:
    simulation, record = simulated()
    names, cluster = simulation.world.hosts.names, simulation.cluster
    assert {names[host] for host, vm in zip(cluster.host, simulation.vms.names, strict=True) if "web" in vm} == {"new"}
    assert record.totals["migrations"] == 4
    old = next(cpu for cpu in simulation.fluid.cpus if cpu.name == "cpu/old")
    assert old.used == 0.0 and math.fsum(a.rate for a in old.activities.values()) == 0.0


def test_what_is_wanted_after_the_move_is_wanted_of_the_new_host() -> None:
    _, record = simulated()
    cores = {"old": 3.0e9, "new": 2.3e9}
    wanted = record.series["cpu_wanted_hz"]
    assert wanted[0] - wanted[-1] == pytest.approx(4 * 0.3 * (cores["old"] - cores["new"]), rel=1e-6)


def test_an_empty_host_is_switched_off_and_the_target_is_on_before_anybody_arrives() -> None:
    simulation, record = simulated(changed(("\n  still: {host: new, memory: 2 GiB, demand: 50 %}", "")))
    assert record.series["hosts_on"][0] == 1 and record.series["hosts_on"][-1] == 1
    assert 1 < record.series["hosts_on"].max() <= 2
    moves = simulation.moves.finished()
    both = max(journey.end or 0.0 for journey in moves) - moves[0].start
    seconds = (record.series["hosts_on"] - 1) @ record.series["step_s"]
    # The old host is empty when the last VM is there, and its memory is left at the same moment.
    assert seconds == pytest.approx(both, rel=1e-9)


def test_copying_costs_cycles_of_both_hosts() -> None:
    _, record = simulated()
    sent = record.totals["migrated_bytes"]
    assert record.over_time("cpu_io_hz") == pytest.approx(2 * 8 * sent, rel=1e-6)


def test_a_vm_does_no_work_while_it_stands_still() -> None:
    slow = changed(("method: pre-copy", "method: pre-copy, switch: 30 s"), ("count: 4,", ""))
    quick = simulated(slow.replace("switch: 30 s", "switch: 0 s"))[1]
    lost = quick.over_time("cpu_useful_cores") - simulated(slow)[1].over_time("cpu_useful_cores")
    assert lost == pytest.approx(30 * 0.3, rel=1e-6)


def test_the_timeline_of_a_vm_shows_its_rounds_and_where_it_stands_still() -> None:
    simulation, _ = simulated()
    states = [interval.state for interval in simulation.intervals() if interval.entity == "web-1"]
    assert states[:2] == ["pre-copy round 1", "pre-copy round 2"] and states[-1] == "stopped"
    assert states.count("stopped") == 1


def test_a_host_group_spreads_those_that_come() -> None:
    simulation, _ = simulated(changed(("to: new", "to: far")))
    came = [simulation.world.hosts.names[host] for host in simulation.cluster.host]
    assert came.count("far-1") == came.count("far-2") == 2


def test_the_solver_gives_steady_vms_on_both_sides_of_a_move_what_the_arrays_would() -> None:
    # Before and after the move nothing but VMs is on the hosts, and the arrays can say what they get.
    _, record = simulated()
    nobody_moves = ("\nmigrations:\n  leave: {vms: web, to: new, start: 90 s, method: pre-copy}", "")
    for at, changes in ((0, [nobody_moves]), (-1, [nobody_moves, ("host: old", "host: new")])):
        still = simulated(changed(*changes))[1]
        for name in ("cpu_wanted_hz", "cpu_granted_hz", "cpu_useful_hz", "cpu_used_hz", "power_w", "hosts_on"):
            np.testing.assert_allclose(record.series[name][at], still.series[name][at], rtol=1e-9, err_msg=name)


def test_the_order_of_the_file_changes_nothing() -> None:
    two = changed(("count: 4", "count: 2")) + "  other: {vms: still, to: far, start: 90 s, method: post-copy}\n"
    lines = two.splitlines(keepends=True)
    turned = "".join([*lines[:-2], lines[-1], lines[-2]])
    one, other = simulated(two)[1], simulated(turned)[1]
    assert all((one.series[name] == other.series[name]).all() for name in one.series)
    assert (one.samples["migration_s"] == other.samples["migration_s"]).all()


@pytest.mark.parametrize("method", ["snapshot-chain", "dirty-block-tracking", "mirroring"])
def test_a_disk_moves_and_its_vm_stays(method: str) -> None:
    text = changed(("memory: 2 GiB, demand: 30 %", f"memory: 2 GiB, demand: 30 %, {DISK}"), ("to: new", "to: vmfs2"))
    simulation, record = simulated(text.replace("pre-copy", method).replace("20 min", "3 h"))
    assert record.totals["migrations"] == 4
    assert (simulation.cluster.host == simulation.world.vms.host).all()
    assert metrics()["migration_io_penalty_pct"].compute(record) is not None


@pytest.mark.parametrize(
    ("pairs", "message"),
    [
        ([("vms: web,", "vms: wep,")], "pair.yaml:20:11 migrations.leave.vms: no VM 'wep'; did you mean 'web'?"),
        ([("to: new", "to: nwe")], "migrations.leave.to: no host 'nwe'; did you mean 'new'?"),
        ([("to: new", "to: vmfs2"), ("pre-copy", "mirroring")], "moves a disk of which nobody knows the datastore"),
        ([("pre-copy", "mirroring")], "migrations.leave.to: no datastore 'new'; known: vmfs1, vmfs2"),
        ([("pre-copy", "pre-copie")], "migrations.leave.method: no migration 'pre-copie'; did you mean 'pre-copy'?"),
        ([(", method: pre-copy", "")], "migrations.leave.method: is missing: add `method` (vinfra list migrations)"),
        ([("pre-copy", "pre-copy, rouns: 3")], "migrations.leave.rouns: unknown key 'rouns'; did you mean 'rounds'?"),
        ([("90 s", "90 min")], "migrations.leave.start: is after the end of the run at 20 min"),
        (
            [("to: new", "to: far-1")],
            "has no room: with all that move there far-1 would hold 2 GiB more than its 6 GiB",
        ),
        ([("joins: [old, new, far]", "joins: [new, far]")], "cannot be reached over Ethernet: old is on no Ethernet"),
        ([("30 %", f"30 %, {DISK}, transfer: {{size: 1 GiB}}")], "moves web-1, whose `transfer` would be cut off"),
        (
            [("  leave:", "  again: {vms: web-2, to: far, method: pre-copy}\n  leave:")],
            "moves web-2, which again moves too",
        ),
    ],
)
def test_what_cannot_move_is_told_in_one_line_with_its_place(pairs: list[tuple[str, str]], message: str) -> None:
    found = problems(changed(*pairs))
    assert message in found and len(found.splitlines()) == 1, found


def test_without_networks_nothing_moves() -> None:
    networks = PAIR[PAIR.index("topology:") : PAIR.index("datastores:")]
    message = "has no network to move over: join the hosts by one under `topology`"
    assert message in problems(changed((networks, "")))


def test_a_vm_with_more_vcpus_than_the_target_has_cores_is_refused() -> None:
    small = ("new: {server: hp-proliant-dl385-g5,", "new: {server: hp-proliant-dl385-g5, cores: 2,")
    with pytest.raises(Refused, match="web cannot move to new: it has 4 vCPUs, more than cores are there"):
        simulated(changed(small, ("web: {", "web: {vcpus: 4, ")))


def test_a_vm_that_is_there_already_does_not_move() -> None:
    assert simulated(changed(("vms: web", "vms: still")))[1].totals["migrations"] == 0


def test_the_schema_of_the_language_knows_methods_and_their_parameters() -> None:
    stored = (Path(__file__).parents[3] / "scenarios" / "scenario.schema.json").read_text()
    assert '"adaptive-pre-copy"' in stored and '"at_once"' in stored
