"""The hosts of a target: everybody placed or named with the reason, room for failures, racks that are fed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.vinfra.planning.hosting.estates import GIB, HZ, days, estate
from vinfra import facts
from vinfra.errors import Refused
from vinfra.planning.assumptions import Assumptions, Hosts, Racks, Sizing
from vinfra.planning.hosting.demand import asked, host_kind
from vinfra.planning.hosting.placing import fleet
from vinfra.planning.hosting.racks import racked
from vinfra.planning.inventory import Inventory
from vinfra.planning.plan import Fleet
from vinfra.planning.sizing.suggesting import suggestions
from vinfra.planning.target import Target
from vinfra.planning.utilisation import Utilisation


def target(name: str = "proxmox-ve") -> Target:
    return facts.load("targets", name, Target)


def planned(
    inventory: Inventory, utilisation: Utilisation | None = None, of: Target | None = None, **changes: Any
) -> Fleet:
    assumed = Assumptions(**changes)
    return fleet(suggestions(inventory, utilisation, assumed), inventory, utilisation, of or target(), assumed)


def test_a_plan_on_memory_is_arithmetic() -> None:
    # 768 GiB, 4 % and then 10 % off: 663.5 GiB; a machine of 16 GiB takes 0.74 % and 32 MiB more, so 41 fit.
    found = planned(estate(200), sizing=Sizing(apply=False), hosts=Hosts(vcpus_per_core=20, cpu_fill=1.0))
    assert found.chosen.hosts == 5
    assert found.hosts == 6
    assert found.needed_by == "memory"
    assert found.memory_fill == pytest.approx(200 * (16 * 1.0074 + 1 / 32) / 5 / 768)
    assert (found.sockets, found.cores_per_socket, found.memory) == (1, 96, 768 * GIB)


def test_vcpus_on_one_core_can_be_what_decides() -> None:
    found = planned(estate(200), hosts=Hosts(vcpus_per_core=1, spare=0, cpu_fill=1.0))
    assert (found.chosen.hosts, found.hosts, found.needed_by) == (9, 9, "vCPUs per core")


def test_growth_leaves_room_on_every_host() -> None:
    rules = {"vcpus_per_core": 20, "cpu_fill": 1.0}
    assert planned(estate(200), hosts=Hosts(growth=0.5, **rules)).chosen.hosts == 8  # 27 on one host


def test_work_per_cycle_counts_where_both_processors_are_known() -> None:
    # Skylake to Zen 4: 2.2 / 3.1 of the cycles.
    inventory, assumed = estate(1), Assumptions()
    known = {one.machine: one for one in suggestions(inventory, None, assumed)}
    kind = host_kind(target(), assumed)
    wanted = asked(list(inventory.running()), known, inventory, kind, assumed)
    assert wanted.factor.tolist() == pytest.approx([2.2 / 3.1])
    assert not wanted.notes
    nameless = replace(inventory, hosts=[replace(host, processor="") for host in inventory.hosts])
    guessed = asked(list(nameless.running()), known, nameless, kind, assumed)
    assert guessed.factor.tolist() == [1.0]
    assert "a processor that the record does not name" in guessed.notes[0]


def test_what_no_host_takes_is_named_with_the_reason() -> None:
    inventory = estate(4)
    odd = [
        replace(inventory.machines[0], name="huge", memory=1024 * GIB),
        replace(inventory.machines[0], name="wide", vcpus=500, core_hz=1e6),
    ]
    found = planned(replace(inventory, machines=[*inventory.machines, *odd]))
    assert found.unplaced["huge"] == "takes 1,032 GiB of memory, and a host may give out 663.6 GiB"
    assert found.unplaced["wide"] == "has 500 vCPUs, and a host has 96 cores"
    assert list(found.machines) == [f"vm{n}" for n in range(4)]
    old = planned(estate(1, vcpus=8), of=target("vi3-enterprise"))
    assert old.unplaced == {"vm0": "has 8 vCPUs, and VMware ESX Server 3.5 gives a VM 4 at most"}
    assert (old.hosts, old.racks) == (0, [])


def test_machines_that_do_not_run_take_no_host() -> None:
    found = planned(estate(10, power="off"))
    assert (found.hosts, list(found.machines), found.needed_by) == (0, [], "nothing")


def test_a_recording_says_what_machines_of_a_host_took_together() -> None:
    found = planned(estate(40), days(40, 2.0, 20.0))
    (said,) = found.notes
    # 40 machines of 4 vCPUs at 20 % of 2.5 GHz, Skylake to Zen 4, on 96 cores of 2.4 GHz
    part = 40 * 4 * 0.2 * HZ * 2.2 / 3.1 / (96 * 2.4e9)
    assert f"at most {part * 100:.0f} % of its CPU in 95 % of the hours" in said


def test_the_same_estate_in_another_order_is_placed_alike() -> None:
    inventory = estate(100)
    other = replace(inventory, machines=list(reversed(inventory.machines)))
    one, two = (planned(found, hosts=Hosts(vcpus_per_core=1)) for found in (inventory, other))
    assert one.chosen.hosts > 2
    assert dict(zip(one.machines, one.chosen.at.tolist(), strict=True)) == dict(
        zip(two.machines, two.chosen.at.tolist(), strict=True)
    )


def test_what_cannot_be_is_refused() -> None:
    with pytest.raises(Refused, match="never measured"):
        host_kind(target(), Assumptions(hosts=Hosts(server="hp-dl380-g5")))
    with pytest.raises(Refused, match=r"set hosts\.memory"):
        host_kind(target("vi3-enterprise"), Assumptions(hosts=Hosts(memory="512 GiB")))
    with pytest.raises(Refused, match=r"set racks\.power"):
        planned(estate(1), racks=Racks(power="300 W"))


def test_power_of_other_sockets_is_in_proportion_and_said() -> None:
    one, two = host_kind(target(), Assumptions()), host_kind(target(), Assumptions(hosts=Hosts(sockets=2)))
    assert np.allclose(two.curve.points, 2 * one.curve.points)
    assert two.cores == 192 and "nobody measured it" in two.notes[0]


@settings(max_examples=20, deadline=None)
@given(
    st.lists(st.tuples(st.integers(1, 64), st.floats(0.25, 900), st.floats(0, 100)), min_size=1, max_size=25),
    st.booleans(),
    st.floats(0, 1),
    st.integers(0, 2),
)
def test_no_host_promises_more_than_it_may(
    parts: list[tuple[int, float, float]], apply: bool, growth: float, spare: int
) -> None:
    inventory = estate(len(parts))
    machines = [
        replace(machine, vcpus=vcpus, memory=memory * GIB, cpu_used=busy / 100 * vcpus * HZ)
        for machine, (vcpus, memory, busy) in zip(inventory.machines, parts, strict=True)
    ]
    inventory = replace(inventory, machines=machines)
    assumed = Assumptions(sizing=Sizing(apply=apply), hosts=Hosts(growth=growth, spare=spare), optimise="100 ms")
    known = suggestions(inventory, None, assumed)
    found = fleet(known, inventory, None, target(), assumed)
    assert sorted([*found.machines, *found.unplaced]) == sorted(machine.name for machine in machines)
    kind = host_kind(target(), assumed)
    placed = [machine for machine in machines if machine.name in set(found.machines)]
    wanted = asked(placed, {one.machine: one for one in known}, inventory, kind, assumed)
    for demand, room in zip((wanted.cpu, wanted.memory, wanted.vcpus), kind.capacity.table(), strict=True):
        on = np.bincount(found.chosen.at, demand, found.chosen.hosts) if len(demand) else np.zeros(0)
        assert (on <= room * (1 + 1e-9)).all()
    assert found.spare == (spare if found.chosen.hosts else 0)
    assert sum(rack.hosts for rack in found.racks) == found.hosts


@given(st.integers(0, 200), st.floats(1, 5000), st.floats(1, 20000), st.integers(1, 42))
def test_no_rack_draws_more_than_its_feed(hosts: int, peak: float, power: float, room: int) -> None:
    limits = Racks(power=f"{power!r} W", hosts=room)
    power = limits.power
    if peak > power and hosts:
        with pytest.raises(Refused):
            racked(hosts, peak, limits)
        return
    found = racked(hosts, peak, limits)
    assert sum(rack.hosts for rack in found) == hosts
    assert all(rack.hosts * peak <= power and rack.peak <= power and 0 < rack.hosts <= room for rack in found)


def test_a_rack_says_what_stopped_the_next_host() -> None:
    assert [(rack.hosts, rack.full_by) for rack in racked(20, 500.0, Racks(power="8 kW", hosts=10))] == [
        (10, "space"), (10, "nothing"),
    ]  # fmt: skip
    assert [(rack.hosts, rack.full_by) for rack in racked(20, 800.0, Racks())] == [(10, "power"), (10, "nothing")]


def test_no_machine_has_more_vcpus_than_its_host_has_cores() -> None:
    found = planned(estate(1, vcpus=6, core_hz=1e6, memory=GIB), of=target("virtual-iron"))
    assert found.unplaced == {"vm0": "has 6 vCPUs, and a host has 4 cores"}
