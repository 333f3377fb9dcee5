"""A power cap of a scenario: hosts are slowed to one utilisation, and never draw more together than they may."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.vinfra.scenario.simulated import simulate
from vinfra.document import parse
from vinfra.engine.streams import Streams
from vinfra.errors import InputError, Refused
from vinfra.metrics.metric import Record, find
from vinfra.scenario.check import check
from vinfra.scenario.inputs import Inputs
from vinfra.scenario.load import resolve
from vinfra.scenario.simulation import Simulation, notes
from vinfra.scenario.world import build

# W of the server at idle, 10, ... 100 %.
CURVE = [55.0, 125.0, 151.0, 176.0, 202.0, 232.0, 261.0, 301.0, 357.0, 421.0, 469.0]
WHOLE = 56 * 2.5e9  # Hz of one host


def scenario(cap: str, demands: tuple[int, ...] = (100, 100), more: str = "") -> str:
    vms = "\n".join(
        f"  v{number}: {{vcpus: 56, memory: 60 GiB, demand: {demand} %}}" for number, demand in enumerate(demands)
    )
    return f"""
scenario: cap
question: How slow are hosts under a cap?
duration: 1 h
epoch: 5 min
hosts:
  esx: {{count: {len(demands)}, server: dell-r640, memory: 64 GiB, hypervisor: none}}
vms:
{vms}
placement: {{policy: worst-fit}}
power_cap: {cap}
{more}"""


def granted(record: Record) -> float:
    """Hosts that are wholly at work, as VMs see it."""
    return record.mean("cpu_granted_hz") / WHOLE


class TestLevel:
    def test_hosts_that_are_alike_share_the_cap(self) -> None:
        _, record = simulate(scenario("602 W"))
        assert record.mean("power_w") == pytest.approx(2 * CURVE[7])
        assert granted(record) == pytest.approx(2 * 0.7)
        assert find("cpu_ready").compute(record) == pytest.approx(30.0)
        assert find("capped").compute(record) == pytest.approx(100.0)
        assert record.totals["power_max_w"] == pytest.approx(602.0)

    def test_between_two_points_of_the_curve(self) -> None:
        _, record = simulate(scenario("658 W"))
        assert granted(record) == pytest.approx(2 * 0.75)

    def test_what_one_host_does_not_want_another_may_draw(self) -> None:
        _, record = simulate(scenario(f"{CURVE[5] + CURVE[8]} W", (50, 100)))
        assert granted(record) == pytest.approx(0.5 + 0.8)

    def test_a_cap_of_each_cluster(self) -> None:
        text = scenario("{watts: 301 W, of: cluster}", (100, 30), "cluster: {hosts: 1}")
        _, record = simulate(text)
        assert granted(record) == pytest.approx(0.7 + 0.3)
        _, record = simulate(text.replace("of: cluster", "of: site"))
        assert granted(record) == pytest.approx(2 * (0.1 + 0.1 * (301 / 2 - CURVE[1]) / (CURVE[2] - CURVE[1])))

    def test_what_others_draw_is_taken_off(self) -> None:
        more = "maintenance: {look: {work: inspect, hosts: esx-2, lasts: 2 h}}"
        text = scenario(f"{CURVE[6] + CURVE[0]} W", (100, 100), more).replace("  v1:", "  #")
        _, record = simulate(text)
        assert granted(record) == pytest.approx(0.6)

    def test_a_cap_that_is_never_reached_changes_nothing(self) -> None:
        _, free = simulate(scenario("none", (30, 80), "cluster: {}"))
        _, capped = simulate(scenario("2 kW", (30, 80)))
        for name, column in free.series.items():
            assert np.array_equal(column, capped.series[name]), name
        assert find("capped").compute(capped) == 0.0


class TestTooLow:
    def test_hosts_keep_the_least_and_a_note_says_so(self) -> None:
        simulation, record = simulate(scenario("100 W"))
        assert record.mean("power_w") == pytest.approx(2 * CURVE[1])
        assert notes(simulation) == ["power_cap of 100 W is less than hosts draw when they are slowest, for 1 h in all"]

    def test_idle_hosts_cannot_be_capped(self) -> None:
        simulation, record = simulate(scenario("{watts: 100 W, least: 0 %}"))
        assert record.mean("power_w") == pytest.approx(2 * CURVE[0])
        assert granted(record) == 0.0
        assert len(notes(simulation)) == 1

    def test_a_cap_that_is_kept_says_nothing(self) -> None:
        assert notes(simulate(scenario("602 W"))[0]) == []


@settings(max_examples=30, deadline=None)
@given(
    demands=st.lists(st.integers(0, 100), min_size=2, max_size=5),
    cap=st.integers(100, 2500),
    of=st.sampled_from(["site", "cluster"]),
    least=st.integers(0, 30),
    seed=st.integers(0, 3),
)
def test_never_above_the_cap_at_any_moment(demands: list[int], cap: int, of: str, least: int, seed: int) -> None:
    """VMs move, hosts sleep, wake and are patched meanwhile, and demand changes."""
    small = "\n".join(
        f"  s{number}: {{count: 6, vcpus: 8, memory: 4 GiB, demand: {d} %}}" for number, d in enumerate(demands)
    )
    text = f"""
scenario: cap
question: Is the cap kept?
duration: 4 h
epoch: 5 min
workload: {{trace: office, night: 40 %}}
hosts: {{esx: {{count: 4, server: dell-r640, memory: 64 GiB, hypervisor: none}}}}
vms:
{small}
  drawn: {{count: 8, vcpus: 4, memory: 2 GiB}}
placement: {{policy: first-fit}}
cluster: {{hosts: 2}}
balancer: {{policy: drs, threshold: 5}}
dpm: {{off_window: 10 min}}
maintenance: {{night: {{work: firmware, start: day 1 at 1h}}}}
power_cap: {{watts: {cap} W, of: {of}, least: {least} %}}
"""
    simulation = Simulation(build(resolve(parse(text, "cap.yaml")), None), Streams(seed))
    simulation.run()
    record = simulation.record()
    kept = not [note for note in notes(simulation) if note.startswith("power_cap")]
    most = cap * (1 if of == "site" else 2) * (1 + 1e-6)
    if kept:
        assert record.totals["power_max_w"] <= most
        assert record.series["power_w"].max() <= most
    assert record.over_time("cpu_granted_hz") <= record.over_time("cpu_wanted_hz") * (1 + 1e-9)


@pytest.mark.parametrize(
    ("cap", "message"),
    [
        ("12", "needs a unit"),
        ("{watts: 0 W}", "above 0"),
        ("{of: site}", "watts"),
        ("{watts: 1 kW, every: 5 min}", "every"),
    ],
)
def test_what_is_wrong_is_told(cap: str, message: str) -> None:
    with pytest.raises(InputError) as wrong:
        check(parse(scenario(cap), "cap.yaml"), Inputs())
    assert any(message in str(problem) for problem in wrong.value.problems)


def test_hosts_of_which_nothing_is_known_cannot_be_capped() -> None:
    text = scenario("1 kW").replace("server: dell-r640", "cores: 56, frequency: 2.5 GHz")
    with pytest.raises(Refused, match="nothing is known of esx-1: name its `server`"):
        build(resolve(parse(text, "cap.yaml")), None)
