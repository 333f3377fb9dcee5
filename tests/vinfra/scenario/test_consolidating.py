"""Consolidation of a scenario: conservation, reasons, prices that change with the host, CloudSim's published day."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from vinfra.document import parse
from vinfra.engine.streams import Streams
from vinfra.errors import InputError, Refused
from vinfra.metrics.metric import Record, find
from vinfra.scenario.audit import audit
from vinfra.scenario.check import check
from vinfra.scenario.inputs import Inputs
from vinfra.scenario.load import resolve
from vinfra.scenario.simulation import Simulation
from vinfra.scenario.world import build

FLEET = """
scenario: fleet
question: Who goes where?
duration: 6 h
hosts:
  a: {count: 20, server: hp-proliant-ml110-g5, memory: 4 GiB}
  b: {count: 20, server: hp-proliant-ml110-g4, memory: 4 GiB}
vms:
  follows: {count: 60, memory: 512 MiB, speed: 1 GHz}
  pinned: {count: 4, memory: 512 MiB, host: b, demand: 30 %}
workload: {trace: planetlab}
placement: {policy: worst-fit}
power: {policy: follows-load, empty_hosts: powered-off}
"""
LR = "consolidation: {detector: lr}\n"
TWO = """
scenario: two
question: What does it cost there?
duration: 20 min
hosts:
  a: {server: hp-proliant-dl385-g5, hypervisor: esx-4.0, memory: 16 GiB}
  b: {server: hp-proliant-dl385-g5, hypervisor: none, memory: 16 GiB}
vms:
  busy: {count: 2, memory: 1 GiB, demand: 10 %, workload: kernel-build}
placement: {policy: worst-fit}
power: {policy: follows-load, empty_hosts: powered-off}
consolidation: {detector: thr}
"""
ROOT = Path(__file__).resolve().parents[3]


def simulate(text: str, seed: int = 1) -> tuple[Simulation, Record]:
    simulation = Simulation(build(resolve(parse(text, "fleet.yaml")), None), Streams(seed))
    simulation.run()
    record = simulation.record()
    audit(simulation, record)
    return simulation, record


@pytest.mark.parametrize("detector", ["thr", "iqr", "mad", "lr", "lrr"])
@pytest.mark.parametrize("select", ["mmt", "mc", "mu", "rs"])
def test_cycles_add_up_and_energy_is_saved(detector: str, select: str) -> None:
    _, before = simulate(FLEET)
    simulation, after = simulate(FLEET + f"consolidation: {{detector: {detector}, select: {select}}}\n")
    assert after.over_time("power_w") < before.over_time("power_w")
    assert after.totals["migrations"] > 0
    assert after.over_time("cpu_wanted_hz") == pytest.approx(before.over_time("cpu_wanted_hz"), rel=1e-9)
    used = np.bincount(simulation.cluster.host, simulation.world.consolidation.guests.memory)  # type: ignore[union-attr]
    assert (used <= 4 * 2.0**30).all()


def test_vms_that_name_their_host_stay_there() -> None:
    simulation, _ = simulate(FLEET + LR)
    pinned = [index for index, group in enumerate(simulation.world.groups) if group == "pinned"]
    assert (simulation.cluster.host[pinned] == simulation.world.vms.host[pinned]).all()
    assert (simulation.cluster.host != simulation.world.vms.host).any()


def test_every_decision_says_why() -> None:
    simulation, record = simulate(FLEET + LR)
    said = [interval.state for interval in simulation.intervals() if interval.entity.startswith("follows")]
    moves = [state for state in said if state.startswith("moves to ")]
    assert len(moves) == record.totals["migrations"] + record.totals["migrations_unfinished"]
    assert all(state.endswith((" is overloaded", " does little")) for state in moves)


def test_the_same_seed_draws_the_same_vms_at_random() -> None:
    text = FLEET + "consolidation: {detector: thr, threshold: 0.2, select: rs}\n"
    one, other, third = (simulate(text, seed)[0].cluster.host.tolist() for seed in (1, 1, 2))
    assert one == other != third


def test_a_vm_costs_on_its_new_host_what_its_kind_costs_there() -> None:
    simulation, record = simulate(TWO)
    assert len(set(simulation.cluster.host.tolist())) == 1
    plan = simulation.world.consolidation
    assert plan is not None
    kind = plan.places.kind[simulation.cluster.host[0]]
    ratio = record.series["cpu_granted_hz"][-1] / record.series["cpu_useful_hz"][-1]
    assert ratio == pytest.approx(plan.guests.factor[0, kind])
    assert plan.guests.factor[0, 0] != plan.guests.factor[0, 1]


def test_hosts_whose_power_is_unknown_are_refused() -> None:
    text = FLEET.replace("server: hp-proliant-ml110-g4", "cores: 2, frequency: 2 GHz") + LR
    with pytest.raises(Refused, match=r"nothing is known of b-1: name its `server`"):
        build(resolve(parse(text, "fleet.yaml")), None)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("consolidation: {detector: lx}\n", "no overload detector 'lx'; known: iqr, lr"),
        ("consolidation: {detector: lr, select: mmx}\n", "no VM selection 'mmx'; did you mean 'mmt'"),
        ("consolidation: {detector: thr, safety: 1.2}\n", "safety"),
        ("consolidation: {select: mmt}\n", "add `detector`"),
        ("consolidation: {detector: lr, every: 7 min}\n", "must be a multiple of the epoch of 5 min"),
        (LR + "scheduling: {policy: cfs}\n", "cannot stand beside scheduling"),
    ],
)
def test_what_makes_no_sense_is_told(text: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        check(parse(FLEET + text, "fleet.yaml"), Inputs())


@pytest.mark.slow
@pytest.mark.parametrize(
    ("rule", "energy", "migrations", "slatah", "pdm"),
    [
        ("{detector: thr, threshold: 0.8}", 198.08, 27728, 5.00, 0.0714),
        ("{detector: iqr, safety: 1.5}", 193.63, 27592, 5.02, 0.0681),
        ("{detector: mad, safety: 2.5}", 189.79, 27781, 5.09, 0.0702),
        ("{detector: lr, safety: 1.2}", 167.83, 27649, 5.72, 0.0755),
    ],
)
def test_a_day_is_as_cloudsim_has_it(
    planetlab_day: Path, rule: str, energy: float, migrations: int, slatah: float, pdm: float
) -> None:
    found = of_the_day(planetlab_day, rule)
    assert found["energy"] == pytest.approx(energy, rel=0.05)
    assert found["migrations"] == pytest.approx(migrations, rel=0.10)
    assert found["slatah"] == pytest.approx(slatah, rel=0.15)
    assert found["pdm"] == pytest.approx(pdm, rel=0.15)


@pytest.mark.slow
def test_true_power_takes_less_energy_than_cloudsim_at_less_cost_to_the_vms(planetlab_day: Path) -> None:
    found = of_the_day(planetlab_day, "{detector: thr, threshold: 0.9, place: true-power, fill: 50 %}")
    assert found["energy"] < 0.85 * 167.83
    assert found["slatah"] < 5.72 / 2
    assert found["pdm"] < 0.0755 / 2


def of_the_day(day: Path, rule: str) -> dict[str, float | None]:
    path = ROOT / "scenarios" / "fleet" / "planetlab-consolidation.yaml"
    text = path.read_text().replace("placement:", f"consolidation: {rule}\nplacement:")
    text = text.replace("  trace: planetlab ", f"  path: {day}\n  trace: planetlab ")
    resolved = resolve(parse(text, str(path)))
    simulation = Simulation(build(resolved, Inputs().recording(resolved)), Streams(1))
    simulation.run()
    record = simulation.record()
    return {name: find(name).compute(record) for name in ("energy", "migrations", "slatah", "pdm")}
