"""Overcommitted memory in the scenario language: where it is modelled, what it is told, and what becomes of it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from vinfra.document import parse
from vinfra.engine.streams import Streams
from vinfra.errors import Refused
from vinfra.metrics.metric import Record, metrics
from vinfra.scenario.audit import audit
from vinfra.scenario.load import resolve
from vinfra.scenario.sense import sense
from vinfra.scenario.simulation import Simulation
from vinfra.scenario.world import build

TEXT = """
scenario: crowd
question: How many?
seed: 3
duration: 1 h
hosts:
  esx: {cores: 4, frequency: 2 GHz, memory: 8 GiB, overcommit: 2, reclaim: [balloon, swap]}
vms:
  web: {count: 12, memory: 1 GiB, demand: 20 %}
"""


def simulation(changes: Sequence[tuple[str, str]] = ()) -> Simulation:
    text = TEXT
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return Simulation(build(resolve(parse(text, "crowd")), None), Streams(1))


def record(*changes: tuple[str, str]) -> Record:
    found = simulation(changes)
    found.run()
    made = found.record()
    audit(found, made)
    return made


def value(found: Record, metric: str) -> float | None:
    return metrics()[metric].compute(found)


def problems(*changes: tuple[str, str]) -> list[str]:
    text = TEXT
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return [str(problem) for problem in sense(resolve(parse(text, "crowd")), None)]


def test_vms_are_placed_beyond_the_memory_of_a_host_that_says_so() -> None:
    found = simulation([("count: 12", "count: 20")]).world
    assert len(found.vms) == 16
    assert found.unplaced[0].count == 4


def test_where_no_host_says_so_nothing_is_modelled_and_nothing_is_said() -> None:
    found = record((", overcommit: 2, reclaim: [balloon, swap]", ""))
    assert found.totals["vms_unplaced"] == 4
    assert [name for name in metrics() if name.startswith("memory_") and value(found, name) is not None] == []


def test_where_no_vm_found_a_host_nothing_is_said() -> None:
    assert value(record(("memory: 1 GiB", "memory: 64 GiB")), "memory_free_gib") is None


def test_what_was_taken_is_measured_with_its_unit() -> None:
    found = record()
    taken = 12 - (8 * (1 - 0.066) - 12 * (32 / 1024 + 0.0074))
    assert value(found, "memory_ballooned_gib") == pytest.approx(taken)
    assert value(found, "memory_swapped_gib") == 0.0
    assert value(found, "memory_overcommit") == 1.5
    assert value(found, "memory_pressure_pct") == 100.0
    assert value(found, "memory_state") == 3.0


def test_a_crowded_host_loses_throughput_once_disks_are_too_slow() -> None:
    swapped = ("[balloon, swap]", "[swap]")
    alone = value(record(("count: 12", "count: 6")), "throughput_per_s")
    assert alone == pytest.approx(1.2)
    assert value(record(), "throughput_per_s") == pytest.approx(2.4)
    crowded = record(swapped)
    assert (value(crowded, "throughput_per_s") or 0) < 2.2
    assert (value(crowded, "memory_wait_pct") or 0) > 50
    more_disks = record((", reclaim: [balloon, swap]", ", reclaim: [swap], swap_disks: 20"))
    assert value(more_disks, "throughput_per_s") == pytest.approx(2.4)


def test_the_product_says_how_memory_is_taken_where_the_scenario_does_not() -> None:
    hosts = "processor: xeon-5160, hypervisor: {}, overcommit: 2"
    for product, balloon in (("esxi-4.1", True), ("workstation-3.2", False)):
        found = record(
            ("overcommit: 2, reclaim: [balloon, swap]", hosts.format(product)), ("web: {", "web: {bits: 32, ")
        )
        assert (found.series["memory_ballooned"][0] > 0) == balloon
        assert (found.series["memory_swapped"][0] > 0) != balloon


def test_bare_hardware_gives_no_more_than_it_has() -> None:
    with pytest.raises(Refused, match="without a means of reclaim"):
        record((", reclaim: [balloon, swap]", ""))


def test_memory_that_is_guaranteed_must_be_there() -> None:
    with pytest.raises(Refused, match=r"esx would have to guarantee 9.* and it has 8 GiB"):
        record(("web: {", "web: {memory_reservation: 768 MiB, "))


def test_a_group_is_told_what_its_pages_hold() -> None:
    change = ("[balloon, swap]", "[sharing, balloon, swap]"), ("web: {", "web: {content: windows-server, ")
    found = record(*change)
    assert found.series["memory_saved"][0] == 0.0
    assert (np.diff(found.series["memory_saved"]) > 0).all()
    assert (np.diff(found.series["memory_ballooned"]) < 0).all()


def test_a_vm_that_moves_takes_its_memory_along() -> None:
    two = (
        ("hosts:", "topology:\n  lan: {speed: 10 Gbit/s, joins: [esx, spare]}\nhosts:"),
        ("  esx: {", "  spare: {cores: 4, frequency: 2 GHz, memory: 16 GiB, overcommit: 1}\n  esx: {"),
        ("web: {", "web: {host: esx, "),
    )
    order = "migrations:\n  away: {vms: web, to: spare, start: 10 min, method: pre-copy}\n"
    found = record(*two, ("duration: 1 h", f"duration: 1 h\n{order}"))
    ballooned = found.series["memory_ballooned"]
    assert ballooned[0] > 4 * 2**30 and ballooned[-1] == 0.0
    assert found.totals["migrations"] == 12


def test_keys_of_memory_say_nothing_without_overcommit() -> None:
    found = problems((", overcommit: 2", ""), ("web: {", "web: {active: 5 %, "))
    assert len(found) == 2
    assert all("says nothing without `overcommit`" in problem for problem in found)
    assert "hosts.esx.reclaim" in found[0] and "vms.web.active" in found[1]


@pytest.mark.parametrize(
    ("written", "why"),
    [
        ("memory_reservation: 2 GiB", "is above the 1 GiB it can have"),
        ("memory_reservation: 512 MiB, memory_limit: 256 MiB", "is above the 256 MiB it can have"),
        ("active: 50 %, touched: 40 %", "is above the 40 % it has touched"),
    ],
)
def test_what_cannot_be_meant_is_said(written: str, why: str) -> None:
    assert [why in problem for problem in problems(("web: {", f"web: {{{written}, "))] == [True]


def test_states_of_free_memory_fall() -> None:
    assert "falling order" in problems(("hosts:", "memory: {soft: 8 %}\nhosts:"))[0]


def test_memory_and_processors_are_not_both_in_detail() -> None:
    assert "cannot schedule VMs that wait" in problems(("hosts:", "scheduling: {policy: esx}\nhosts:"))[0]
