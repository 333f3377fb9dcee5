"""Maintenance of a scenario: who leaves service when and for how long, who waits and why, and that no VM stops."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.vinfra.scenario.simulated import simulate
from vinfra.document import parse
from vinfra.engine.state import apart, together
from vinfra.engine.streams import Streams
from vinfra.errors import InputError
from vinfra.operations.clusters.estate import HostState
from vinfra.operations.clusters.maintenance import Maintenance
from vinfra.scenario.check import check
from vinfra.scenario.inputs import Inputs
from vinfra.scenario.load import resolve
from vinfra.scenario.managing import Managing
from vinfra.scenario.simulation import Simulation, notes
from vinfra.scenario.world import build

MOVE = 4 * 2**30 / (1.25e9 / 8)  # s that 4 GiB take at 1.25 Gbit/s
PATCH = 240.0 + 60.0 + 300.0
IDLE, HALF, STANDBY = 55.0, 232.0, 10.0  # W of the server: at idle, at the load of a boot, on standby


def scenario(maintenance: str, hosts: int = 4, vms: int = 4, memory: str = "64 GiB", more: str = "") -> str:
    return f"""
scenario: night
question: Who is patched when?
duration: 6 h
hosts:
  esx: {{count: {hosts}, server: dell-r640, memory: {memory}, hypervisor: none}}
vms:
  web: {{count: {vms}, memory: 4 GiB, demand: 0 %}}
placement: {{policy: worst-fit}}
maintenance:
  night: {{{maintenance}}}
{more}"""


def states(simulation: Simulation, host: str) -> list[tuple[str, float, float]]:
    """What a host did, with start and end."""
    found = [one for one in simulation.intervals() if one.entity == f"host/{host}"]
    return [(one.state, pytest.approx(one.start), pytest.approx(one.end)) for one in found]


def managing(simulation: Simulation) -> Managing:
    assert isinstance(simulation.operated, Managing)
    return simulation.operated


class TestOneHost:
    def test_it_is_emptied_patched_and_rebooted(self) -> None:
        simulation, record = simulate(scenario("work: patch, hosts: esx-1, start: day 1 at 1h"))
        left = 3600 + MOVE
        assert states(simulation, "esx-1") == [
            ("enters maintenance: night", 3600, left),
            ("installs patches: night", left, left + 240),
            ("shuts down: night", left + 240, left + 300),
            ("boots: night", left + 300, left + 600),
        ]
        assert record.totals["hosts_patched"] == 1.0
        assert record.totals["migrations"] == 1.0
        assert record.totals["vm_downtime_s"] == 0.0
        assert record.totals["maintenance_took_s"] == pytest.approx(MOVE + PATCH)

    def test_a_quick_boot_leaves_out_the_post(self) -> None:
        _, record = simulate(scenario("work: patch, hosts: esx-1, quick_boot: true, post: 4 min"))
        assert record.totals["maintenance_took_s"] == pytest.approx(MOVE + PATCH - 240)

    @pytest.mark.parametrize(
        ("work", "extra", "on"),
        [
            ("patch", 360 * (HALF - IDLE), 6 * 3600),
            ("firmware", 600 * (HALF - IDLE) + 900 * (STANDBY - IDLE), 6 * 3600 - 900),
            ("inspect, lasts: 1 h", 0.0, 6 * 3600),
        ],
    )
    def test_it_draws_what_its_steps_do(self, work: str, extra: float, on: float) -> None:
        _, record = simulate(scenario(f"work: {work}", hosts=1, vms=1, more="cluster: {cycles_per_byte: 0}"))
        # Its VM has nowhere to go, so it waits; without the VM it is empty at once.
        assert record.over_time("power_w") == pytest.approx(6 * 3600 * IDLE)
        text = scenario(f"work: {work}, hosts: esx-2", hosts=2, vms=1, more="cluster: {cycles_per_byte: 0}")
        _, record = simulate(text)
        assert record.over_time("power_w") == pytest.approx(2 * 6 * 3600 * IDLE + extra)
        assert record.over_time("hosts_on") == pytest.approx(6 * 3600 + on)


class TestTurns:
    def test_the_next_one_is_begun_when_the_one_before_is_back(self) -> None:
        simulation, record = simulate(scenario("work: patch"))
        entered = [states(simulation, f"esx-{number}")[0][1].expected for number in (1, 2, 3, 4)]
        back = [states(simulation, f"esx-{number}")[-1][2].expected for number in (1, 2, 3, 4)]
        assert entered[1:] == pytest.approx(back[:-1])
        assert record.totals["hosts_patched"] == 4.0
        assert record.totals["vms_down"] == 0.0

    def test_so_many_at_once_of_each_cluster(self) -> None:
        text = scenario("work: patch, at_once: 2", hosts=8, vms=8, more="cluster: {hosts: 4}")
        simulation, _ = simulate(text)
        began = {number: states(simulation, f"esx-{number}")[0][1].expected for number in range(1, 9)}
        assert [number for number, time in began.items() if time == 0.0] == [1, 2, 5, 6]

    def test_none_is_begun_after_the_window(self) -> None:
        simulation, record = simulate(scenario("work: patch, start: day 1 at 1h, until: day 1 at 1h20"))
        assert record.totals["hosts_patched"] == 2.0
        assert record.totals["hosts_unpatched"] == 2.0
        assert states(simulation, "esx-4")[-1][0] == "left out by night: the window is over"
        assert notes(simulation) == [
            "maintenance night: 2 hosts were not begun; esx-3 left out by night: the window is over"
        ]

    def test_a_host_that_is_under_way_when_the_window_ends_is_finished(self) -> None:
        _, record = simulate(scenario("work: patch, start: day 1 at 1h, until: day 1 at 1h01"))
        assert record.totals["hosts_patched"] == 1.0


class TestWaiting:
    def test_without_memory_elsewhere_it_waits_and_says_why(self) -> None:
        simulation, record = simulate(scenario("work: patch", hosts=2, vms=8, memory="20 GiB"))
        why = "waits for night: its VMs need 16 GiB, and the others have 4 GiB free"
        assert states(simulation, "esx-1")[0] == (why, 0.0, 6 * 3600)
        assert record.totals["hosts_patched"] == 0.0
        assert "maintenance_took_s" not in record.totals

    def test_a_vm_that_names_its_host_keeps_it(self) -> None:
        text = scenario("work: patch").replace("demand: 0 %", "demand: 0 %, host: esx-2")
        simulation, record = simulate(text)
        assert states(simulation, "esx-2")[0][0] == "waits for night: web-1 may not move"
        assert record.totals["hosts_patched"] == 3.0

    def test_hosts_that_could_fail_are_minded(self) -> None:
        simulation, _ = simulate(scenario("work: patch, failures: 1", hosts=3, vms=12, memory="32 GiB"))
        assert states(simulation, "esx-1")[0][0] == "waits for night: the others could not lose 1 more"
        _, record = simulate(scenario("work: patch", hosts=3, vms=12, memory="32 GiB"))
        assert record.totals["hosts_patched"] == 3.0

    def test_rules_are_kept_while_a_host_is_emptied(self) -> None:
        text = scenario("work: patch", hosts=3, vms=3, more="rules: {spread: {apart: [web]}}")
        simulation, record = simulate(text)
        assert record.totals["hosts_patched"] == 0.0
        assert states(simulation, "esx-1")[0][0].startswith("waits for night: web-1 fits nowhere else")


class TestStandby:
    def test_hosts_on_standby_come_first_and_nobody_else_is_woken(self) -> None:
        simulation, record = simulate(scenario("work: patch, start: day 1 at 2h", vms=4, more="dpm: {}"))
        began = {one: states(simulation, one) for one in ("esx-1", "esx-2", "esx-3", "esx-4")}
        first = {
            one: min(start.expected for state, start, _ in found if "night" in state) for one, found in began.items()
        }
        awake = [
            one for one, found in began.items() if found[0][0] != "goes to standby" and "emptied" not in found[0][0]
        ]
        assert len(awake) == 1
        assert max(first, key=lambda one: first[one]) == awake[0]
        assert record.totals["hosts_patched"] == 4.0
        assert record.totals["host_boots"] == 0.0

    def test_one_is_woken_where_there_is_no_room_else(self) -> None:
        text = scenario("work: inspect, hosts: NAME, start: day 1 at 2h", hosts=2, vms=2, more="dpm: {}")
        asleep = simulate(text.replace("NAME", "esx-1"))[0]
        off = [name for name in ("esx-1", "esx-2") if any("standby" in state for state, _, _ in states(asleep, name))]
        (other,) = {"esx-1", "esx-2"} - {off[0]}
        simulation, record = simulate(text.replace("NAME", other))
        assert (f"boots: {other} is to be emptied", 7200.0, 7500.0) in states(simulation, off[0])
        assert record.totals["hosts_patched"] == 1.0


class TestProvision:
    TEXT = scenario("work: provision, hosts: [esx-3, esx-4], start: day 1 at 1h, at_once: 2, image: 10 GB")

    def test_hosts_are_not_there_before(self) -> None:
        simulation, record = simulate(self.TEXT)
        assert set(simulation.world.vms.host.tolist()) == {0, 1}
        took = 180 + 60 + 80 + 300 + 300
        assert [state for state, _, _ in states(simulation, "esx-3")] == [
            "is not there yet",
            "is powered on, POST: night",
            "boots by PXE: night",
            "writes its image: night",
            "boots: night",
            "is configured: night",
        ]
        assert states(simulation, "esx-3")[-1][2] == 3600 + took
        energy = 2 * 6 * 3600 * IDLE + 2 * ((took - 300) * HALF + (6 * 3600 - 3600 - took + 300) * IDLE)
        assert record.over_time("power_w") == pytest.approx(energy)
        assert record.totals["hosts_patched"] == 2.0

    def test_vms_go_there_once_it_is(self) -> None:
        text = self.TEXT.replace("demand: 0 %", "demand: 60 %, vcpus: 40") + "balancer: {policy: drs}"
        simulation, record = simulate(text)
        went = [one for one in simulation.intervals() if one.state.startswith(("moves to esx-3", "moves to esx-4"))]
        assert len(went) == record.totals["migrations"] == 2.0
        assert min(one.start for one in went) >= 3600 + 180 + 60 + 80 + 300 + 300

    def test_what_is_not_built_is_never_there(self) -> None:
        simulation, record = simulate(self.TEXT.replace("1h,", "5h59,"))
        assert record.totals["hosts_unpatched"] == 2.0
        assert managing(simulation).fleet.estate.state[2] == HostState.MAINTENANCE

    def test_vms_that_fit_there_alone_are_nowhere(self) -> None:
        world = build(resolve(parse(self.TEXT.replace("4 GiB, demand", "40 GiB, demand"), "night.yaml")), None)
        assert [group.count for group in world.unplaced] == [2]


def started(text: str, until: float) -> Simulation:
    simulation = Simulation(build(resolve(parse(text, "night.yaml")), None), Streams(1))
    simulation.advance(until)
    return simulation


class TestFailures:
    def test_a_host_that_fails_under_way_gets_another_turn(self) -> None:
        simulation = started(scenario("work: patch, hosts: esx-1"), 300.0)
        fleet = managing(simulation).fleet
        assert fleet.estate.state[0] == HostState.MAINTENANCE
        fleet.lose(0, "fails")
        fleet.boot(0, "it was repaired")
        simulation.advance(simulation.total)
        simulation.finish()
        assert simulation.record().totals["hosts_patched"] == 1.0
        assert [state for state, _, _ in states(simulation, "esx-1")].count("installs patches: night") == 2

    def test_a_vm_whose_way_broke_off_is_sent_again(self) -> None:
        simulation = started(
            scenario("work: patch, hosts: esx-1", vms=1, more="cluster: {bandwidth: 10 Mbit/s}"), 300.0
        )
        fleet = managing(simulation).fleet
        fleet.lose(int(fleet.estate.at[0]), "fails")
        assert fleet.estate.at[0] == 0
        simulation.advance(simulation.total)
        simulation.finish()
        assert simulation.record().totals["hosts_patched"] == 1.0

    def test_without_room_for_it_the_host_takes_vms_again(self) -> None:
        text = scenario("work: patch, hosts: esx-1", hosts=2, vms=1, more="cluster: {bandwidth: 10 Mbit/s}")
        simulation = started(text, 300.0)
        fleet = managing(simulation).fleet
        fleet.lose(1, "fails")
        simulation.advance(1200.0)
        assert fleet.estate.state[0] == HostState.ON
        assert simulation.record().totals["hosts_unpatched"] == 1.0

    def test_what_is_not_built_yet_does_not_fail(self) -> None:
        faults = "faults: {host-down: {host: esx-3, at: day 1 at 0h30, lasts: 10 min}}"
        simulation, record = simulate(TestProvision.TEXT + faults)
        assert states(simulation, "esx-3")[0] == ("is not there yet", 0.0, 3600.0)
        assert record.totals["hosts_patched"] == 2.0

    def test_room_for_hosts_that_may_fail_is_that_of_ha(self) -> None:
        text = scenario("work: patch", hosts=3, vms=12, memory="32 GiB", more="ha: {failures: 1}")
        assert states(simulate(text)[0], "esx-1")[0][0] == "waits for night: the others could not lose 1 more"


@settings(max_examples=25, deadline=None)
@given(
    hosts=st.integers(2, 6),
    vms=st.integers(1, 20),
    at_once=st.integers(1, 3),
    failures=st.integers(0, 1),
    memory=st.sampled_from([16, 24, 48]),
    work=st.sampled_from(["patch", "firmware", "inspect"]),
    balanced=st.booleans(),
)
def test_no_vm_stops_and_memory_adds_up(
    hosts: int, vms: int, at_once: int, failures: int, memory: int, work: str, balanced: bool
) -> None:
    more = "balancer: {policy: drs, threshold: 5}\ndpm: {}" if balanced else ""
    asked = f"work: {work}, at_once: {at_once}, failures: {failures}, start: day 1 at 1h"
    simulation, record = simulate(scenario(asked, hosts, vms, f"{memory} GiB", more))
    estate = managing(simulation).fleet.estate
    placed = len(simulation.world.vms)
    assert record.totals["vm_downtime_s"] == 0.0
    assert (estate.host >= 0).all() and (estate.at >= 0).all()
    assert (estate.room >= 0).all()
    assert estate.count.sum() == placed + record.totals["migrations_unfinished"]
    assert record.totals["hosts_patched"] + record.totals["hosts_unpatched"] == hosts
    served = np.isin(estate.state, (HostState.MAINTENANCE, HostState.STANDBY))
    assert not (estate.count[served] > 0).any()


def test_it_goes_on_from_what_was_written_down() -> None:
    simulation, _ = simulate(scenario("work: patch, until: day 1 at 0h20"))
    maintenance = managing(simulation).maintenance
    assert isinstance(maintenance, Maintenance)
    arrays: list[np.ndarray] = []
    said = json.loads(json.dumps(apart(maintenance.state(), arrays)))
    other = managing(Simulation(simulation.world, Streams(1))).maintenance
    assert isinstance(other, Maintenance) and other.state() != maintenance.state()
    other.restore(together(said, arrays))
    assert other.progress == maintenance.progress
    assert other.notes() == maintenance.notes()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (scenario("work: pach"), "did you mean 'patch'"),
        (scenario("hosts: esx"), "add `work`"),
        (scenario("work: patch, hosts: esx-9"), "no host 'esx-9'"),
        (scenario("work: patch, hosts: [esx, exs]"), "no host 'exs'; did you mean 'esx'"),
        (scenario("work: patch, start: 22h"), "is no moment of the run"),
        (scenario("work: patch, start: day 2 at 0h"), "must be before the end of the run"),
        (scenario("work: patch, start: day 1 at 2h, until: day 1 at 1h"), "must be after `start`"),
        (scenario("work: patch, image: 1 GB"), "image"),
        (
            scenario("work: patch", more="migrations: {go: {vms: web, to: esx, method: pre-copy}}"),
            "cannot stand beside",
        ),
    ],
)
def test_what_is_wrong_is_told_with_the_cure(text: str, message: str) -> None:
    with pytest.raises(InputError) as wrong:
        check(parse(text, "night.yaml"), Inputs())
    assert any(message in str(problem) for problem in wrong.value.problems)
