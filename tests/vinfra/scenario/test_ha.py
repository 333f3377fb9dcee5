"""Hosts that fail or are cut off: when their VMs stop, when and where they start again, in what order, and why not."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.vinfra.scenario.simulated import simulate
from vinfra.document import parse
from vinfra.engine.recorder import Interval
from vinfra.engine.streams import Streams
from vinfra.errors import InputError
from vinfra.operations.clusters.estate import NOWHERE, RUNNING
from vinfra.scenario.audit import audit
from vinfra.scenario.load import resolve
from vinfra.scenario.managing import Managing
from vinfra.scenario.simulation import Simulation
from vinfra.scenario.world import build

HOUR = 3600.0
DECLARED, ISOLATED, VM_BOOT, BOOT, RETRY = 15.0, 12.0, 60.0, 300.0, 300.0
DOWN = "host-down, host: esx-1, at: day 1 at 1h"
CUT = "host-isolated, host: esx-1, at: day 1 at 1h"


def scenario(fault: str, more: str = "ha: {}", hosts: int = 3, vms: str = "web: {count: 3, memory: 4 GiB}") -> str:
    return f"""
scenario: failing
question: Who is down for how long?
duration: 6 h
hosts:
  esx: {{count: {hosts}, server: dell-r640, memory: 16 GiB, hypervisor: none}}
vms: {{{vms}}}
placement: {{policy: worst-fit}}
faults:
  one: {{kind: {fault}}}
{more}
"""


def lane(simulation: Simulation, entity: str) -> list[tuple[str, float, float]]:
    """What a host or a VM did, with start and end."""
    found: list[Interval] = [one for one in simulation.intervals() if one.entity == entity]
    return [(one.state, pytest.approx(one.start), pytest.approx(one.end)) for one in found]


class TestAHostFails:
    def test_its_vms_start_elsewhere_fifteen_seconds_later(self) -> None:
        simulation, record = simulate(scenario(f"{DOWN}, lasts: 1 h"))
        assert lane(simulation, "web-1") == [
            ("is down: esx-1 failed", HOUR, HOUR + DECLARED),
            ("boots on esx-2: esx-1 is lost", HOUR + DECLARED, HOUR + DECLARED + VM_BOOT),
        ]
        assert lane(simulation, "host/esx-1") == [
            ("down: esx-1 failed", HOUR, 2 * HOUR),
            ("boots: it was repaired", 2 * HOUR, 2 * HOUR + BOOT),
        ]
        assert record.totals["vm_downtime_s"] == pytest.approx(DECLARED + VM_BOOT)
        assert record.totals["vm_downtime_most_s"] == pytest.approx(DECLARED + VM_BOOT)
        assert (record.totals["vms_restarted"], record.totals["vms_down"]) == (1.0, 0.0)

    def test_without_ha_they_wait_for_their_host(self) -> None:
        simulation, record = simulate(scenario(f"{DOWN}, lasts: 1 h", "cluster: {}"))
        back = 2 * HOUR + BOOT
        assert lane(simulation, "web-1") == [
            ("is down: esx-1 failed", HOUR, back),
            ("boots on esx-1: its host is back", back, back + VM_BOOT),
        ]
        assert record.totals["vm_downtime_s"] == pytest.approx(HOUR + BOOT + VM_BOOT)

    def test_one_that_is_never_repaired_leaves_them_down(self) -> None:
        _, record = simulate(scenario(DOWN, "cluster: {}"))
        assert (record.totals["vms_restarted"], record.totals["vms_down"]) == (0.0, 1.0)
        assert record.totals["vm_downtime_s"] == pytest.approx(5 * HOUR)

    def test_the_time_of_declaring_is_a_setting(self) -> None:
        _, record = simulate(scenario(DOWN, "ha: {declared: 1 min}"))
        assert record.totals["vm_downtime_s"] == pytest.approx(60 + VM_BOOT)

    def test_it_draws_nothing_while_it_is_down(self) -> None:
        text = scenario(f"{DOWN}, lasts: 1 h", "cluster: {boot_load: 0 %}", vms="web: {count: 3, demand: 0 %}")
        _, record = simulate(text)
        _, calm = simulate(scenario("host-down, host: esx-1, at: day 2 at 1h", "cluster: {}", vms="web: {demand: 0 %}"))
        idle = calm.over_time("power_w") / 3 / 6
        assert record.over_time("power_w") == pytest.approx(17 * idle)


class TestOrder:
    VMS = (
        "test: {count: 1, memory: 4 GiB, restart: low}, mail: {count: 2, memory: 2 GiB}, "
        "shop: {count: 1, memory: 1 GiB, restart: high}, base: {count: 1, memory: 3 GiB}, "
        "play: {count: 1, memory: 1 GiB, restart: never}"
    )

    def run(self) -> Simulation:
        text = scenario(DOWN, "cluster: {vm_boots_at_once: 1}\nha: {}", 2, self.VMS).replace("worst-fit", "first-fit")
        simulation, record = simulate(text)
        assert record.totals["vms_down"] == 1.0
        return simulation

    def test_by_priority_then_memory_then_name(self) -> None:
        simulation = self.run()
        names = ("shop", "base", "mail-1", "mail-2", "test")
        up = [lane(simulation, name)[-1][2].expected for name in names]
        first = HOUR + DECLARED + VM_BOOT
        assert up == pytest.approx([first + turn * VM_BOOT for turn in range(5)])

    def test_who_is_never_restarted_stays_down(self) -> None:
        assert [state for state, _, _ in lane(self.run(), "play")] == ["is down: esx-1 failed"]


class TestNoRoom:
    VMS = "web: {count: 3, memory: 12 GiB}"

    def test_who_finds_none_says_why_and_waits_for_a_host(self) -> None:
        simulation, record = simulate(scenario(f"{DOWN}, lasts: 1 h", vms=self.VMS))
        back = 2 * HOUR + BOOT
        assert lane(simulation, "web-1") == [
            ("is down: esx-1 failed", HOUR, HOUR + DECLARED),
            ("stays down: no host had 12 GiB free", HOUR + DECLARED, back),
            ("boots on esx-1: esx-1 is lost", back, back + VM_BOOT),
        ]
        assert record.totals["vms_down"] == 0.0

    def test_hosts_on_standby_are_woken(self) -> None:
        vms = "web: {count: 3, memory: 5 GiB, demand: 1 %}"
        text = scenario("host-down, host: esx-1, at: day 1 at 3h", "dpm: {}\nha: {failures: 0}", 2, vms)
        text = text.replace("16 GiB", "24 GiB")
        simulation, record = simulate(text)
        # Before that DPM empties esx-2 and sends it to standby, so that esx-1 is the only one that is on.
        assert [state for state, _, _ in lane(simulation, "host/esx-2")][-3:-1] == ["goes to standby", "standby"]
        told = ("boots: VMs of a host that failed wait for room", 3 * HOUR + DECLARED, 3 * HOUR + DECLARED + BOOT)
        assert lane(simulation, "host/esx-2")[-1] == told
        assert record.totals["vm_downtime_s"] == pytest.approx(3 * (DECLARED + BOOT + VM_BOOT))

    def test_dpm_keeps_on_what_the_failure_of_a_host_takes(self) -> None:
        vms = "web: {count: 3, memory: 4 GiB, demand: 1 %}"
        fault = "host-down, host: esx-1, at: day 2 at 1h"
        _, spare = simulate(scenario(fault, "dpm: {}\nha: {failures: 1}", vms=vms))
        _, bare = simulate(scenario(fault, "dpm: {}\nha: {failures: 0}", vms=vms))
        assert spare.series["hosts_standby"][-1] == 1.0
        assert bare.series["hosts_standby"][-1] == 2.0


class TestAHostIsCutOff:
    def test_it_powers_its_vms_off_and_they_start_elsewhere(self) -> None:
        simulation, record = simulate(scenario(f"{CUT}, lasts: 1 h"))
        assert lane(simulation, "host/esx-1") == [
            ("is isolated", HOUR, HOUR + ISOLATED),
            ("is isolated; its VMs are powered off", HOUR + ISOLATED, 2 * HOUR),
        ]
        assert lane(simulation, "web-1") == [
            ("is down: esx-1 is isolated and powered it off", HOUR + ISOLATED, HOUR + DECLARED),
            ("boots on esx-2: esx-1 is lost", HOUR + DECLARED, HOUR + DECLARED + VM_BOOT),
        ]
        assert record.totals["vm_downtime_s"] == pytest.approx(DECLARED - ISOLATED + VM_BOOT)

    def test_its_vms_run_on_where_they_are_left_on(self) -> None:
        simulation, record = simulate(scenario(f"{CUT}, lasts: 1 h", "ha: {response: leave-on}"))
        assert [state for state, _, _ in lane(simulation, "host/esx-1")] == [
            "is isolated",
            "is isolated; its VMs run on, and their files are locked",
        ]
        assert record.totals["vm_downtime_s"] == record.totals["vms_restarted"] == 0.0

    def test_one_that_is_heard_again_in_time_keeps_them(self) -> None:
        _, record = simulate(scenario(f"{CUT}, lasts: 11 s"))
        assert record.totals["vm_downtime_s"] == 0.0

    def test_one_heard_again_before_it_was_declared_starts_them_itself(self) -> None:
        simulation, record = simulate(scenario(f"{CUT}, lasts: 13 s"))
        assert [state for state, _, _ in lane(simulation, "web-1")][-1] == "boots on esx-1: its host is back"
        assert record.totals["vm_downtime_s"] == pytest.approx(1 + VM_BOOT)


class TestSeveral:
    def test_a_group_fails_as_one(self) -> None:
        text = scenario("host-down, host: esx, at: day 1 at 1h, lasts: 1 h")
        _, record = simulate(text)
        assert record.totals["vms_restarted"] == 3.0
        assert record.totals["vm_downtime_s"] == pytest.approx(3 * (HOUR + BOOT + VM_BOOT))

    def test_a_host_that_fails_twice_at_once_is_back_when_both_are_over(self) -> None:
        two = "  two: {kind: host-down, host: esx-1, at: day 1 at 1h30, lasts: 2 h}\ncluster: {}"
        simulation, record = simulate(scenario(f"{DOWN}, lasts: 1 h", two))
        assert record.totals["vm_downtime_s"] == pytest.approx(2.5 * HOUR + BOOT + VM_BOOT)
        assert lane(simulation, "host/esx-1")[0][2] == 3.5 * HOUR

    def test_a_host_that_fails_while_it_boots_begins_again(self) -> None:
        two = "  two: {kind: host-down, host: esx-1, at: day 1 at 2h02, lasts: 1 min}\ncluster: {}"
        _, record = simulate(scenario(f"{DOWN}, lasts: 1 h", two))
        assert record.totals["vm_downtime_s"] == pytest.approx(HOUR + 180 + BOOT + VM_BOOT)

    def test_vms_whose_next_host_fails_while_they_boot_go_on_to_another(self) -> None:
        # All VMs of esx-1 boot on esx-2 when that fails too, half a minute after they began.
        two = "  two: {kind: host-down, host: esx-2, at: day 1 at 1h01}\ncluster: {vm_boot: 2 min}\nha: {}"
        simulation, record = simulate(scenario(DOWN, two))
        assert lane(simulation, "web-1")[-1] == (
            "boots on esx-3: esx-2 is lost",
            HOUR + 60 + DECLARED,
            HOUR + 60 + DECLARED + 120,
        )
        assert record.totals["vms_down"] == 0.0

    def test_a_migration_whose_target_fails_breaks_off_and_its_host_stays_on(self) -> None:
        vms = "web: {count: 3, memory: 5 GiB, demand: 1 %}"
        more = "dpm: {}\nha: {failures: 0}\ncluster: {bandwidth: 10 Mbit/s}"
        simulation, record = simulate(
            scenario(DOWN.replace("esx-1", "esx-2"), more, 3, vms).replace("16 GiB", "12 GiB")
        )
        # Five gigabytes take more than an hour; the pass in which the way broke off tries again.
        assert lane(simulation, "host/esx-1") == [
            ("is emptied: 10% used over 40 min", 2400, HOUR),
            ("is emptied: 10% used over 40 min", HOUR, HOUR + DECLARED),
            ("stays on: VMs of a host that failed wait for room", HOUR + DECLARED, 6 * HOUR),
        ]
        assert lane(simulation, "web-1")[0] == ("moves to esx-2: esx-1 goes to standby", 2400, HOUR)
        assert record.totals["vms_down"] == 0.0

    def test_a_host_that_was_to_go_to_standby_stays_on_for_those_that_wait(self) -> None:
        vms = "web: {count: 3, memory: 5 GiB, demand: 1 %}"
        more = "dpm: {}\nha: {failures: 0}\ncluster: {bandwidth: 10 Mbit/s}"
        simulation, record = simulate(scenario(DOWN, more, 3, vms).replace("16 GiB", "12 GiB"))
        told = [state for state, _, _ in lane(simulation, "host/esx-2")]
        assert told[:2] == ["is emptied: 10% used over 40 min", "stays on: VMs of a host that failed wait for room"]
        assert lane(simulation, "web-1")[-1][1] == HOUR + DECLARED
        assert record.totals["vm_downtime_s"] == pytest.approx(DECLARED + VM_BOOT)


class TestRefusals:
    @pytest.mark.parametrize(
        ("fault", "more", "said"),
        [
            (DOWN, "", "add `backup`, or `cluster`"),
            (CUT, "", "happens to hosts under management: add `cluster`"),
            ("site-down, at: day 1 at 1h", "ha: {}", "does not happen to hosts under management"),
            ("host-down, host: esx-9, at: day 1 at 1h", "ha: {}", "esx-9"),
        ],
    )
    def test_what_says_nothing_is_refused_with_the_cure(self, fault: str, more: str, said: str) -> None:
        with pytest.raises(InputError, match=said):
            resolve(parse(scenario(fault, more), "failing.yaml"))


class TestConservation:
    """Hosts fail at random, alone or by twos, while VMs move, boot and wait: whatever happens, the books balance."""

    @pytest.mark.parametrize("managed", ["cluster: {}", "ha: {}", "dpm: {}\nbalancer: {policy: drs}\nha: {}"])
    @given(seed=st.integers(0, 10**6), together=st.sampled_from([1, 2]))
    @settings(max_examples=8, deadline=None)
    def test_everybody_is_somewhere_and_room_adds_up(self, managed: str, seed: int, together: int) -> None:
        fault = f"hosts-fail, mtbf: 40 min, repair: 3 min, together: {together}"
        vms = "web: {count: 14, memory: 4 GiB, demand: 30 %}, big: {count: 3, memory: 9 GiB, demand: 60 %}"
        more = managed + "\nworkload: {trace: office, day: 60 %}"
        simulation = Simulation(
            build(resolve(parse(scenario(fault, more, 6, vms), "failing.yaml")), None), Streams(seed)
        )
        assert isinstance(simulation.operated, Managing)
        fleet = simulation.operated.fleet
        looked = []

        def look() -> None:
            looked.append(fleet.now)
            estate, memory = fleet.estate, fleet.estate.members.guests.memory
            nowhere = {vm for vm in range(len(memory)) if estate.host[vm] == NOWHERE}
            assert nowhere == set(fleet.down)
            assert set(np.flatnonzero(estate.moving)) == set(fleet.flights.under_way)
            runs = estate.state[estate.host[estate.host != NOWHERE]]
            assert np.isin(runs, RUNNING).all()
            used, count = np.zeros(6), np.zeros(6)
            for vm in range(len(memory)):
                # A VM on its way takes room on both hosts, one that boots where it boots.
                for host in {int(estate.host[vm]), int(estate.at[vm])} - {NOWHERE}:
                    used[host] += memory[vm]
                    count[host] += 1
            assert estate.places.memory - estate.room == pytest.approx(used)
            assert estate.count.tolist() == count.tolist()
            assert (estate.room > -1).all()
            assert (fleet.shares.overhead > -1e-3).all()
            leaving = [flight for flight in fleet.flights.under_way.values() if flight.leaves <= fleet.now]
            assert (fleet.shares.overhead > 1e-3).sum() == len({h for f in leaving for h in (f.source, f.target)})

        fleet.watch = look
        simulation.run()
        record = simulation.record()
        audit(simulation, record)
        assert looked
        assert 0 <= record.totals["vm_downtime_s"] <= 17 * 6 * HOUR


def test_who_finds_no_room_on_its_host_says_so() -> None:
    """box is never started elsewhere, and web is on its host before it is."""
    text = scenario(
        "host-down, host: esx-1, at: day 1 at 1h, lasts: 2 h",
        "ha: {}",
        2,
        "box: {memory: 10 GiB, restart: never}, web: {memory: 10 GiB}",
    ).replace("faults:\n", "faults:\n  two: {kind: host-down, host: esx-2, at: day 1 at 3h, lasts: 1 h}\n")
    simulation, record = simulate(text)
    on = 3 * HOUR + BOOT
    assert lane(simulation, "web")[-1] == ("boots on esx-1: esx-2 is lost", on, on + VM_BOOT)
    assert lane(simulation, "box")[-1] == ("stays down: esx-1 has no room for it", on, 6 * HOUR)
    assert record.totals["vms_down"] == 1.0
