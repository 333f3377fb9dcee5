"""`measure`: which metrics are compared, and what is said of an entry that is not understood."""

from __future__ import annotations

import pytest

from vinfra.document import parse
from vinfra.errors import InputError
from vinfra.metrics.events import BY_EVENT
from vinfra.scenario.check import check
from vinfra.scenario.inputs import Inputs
from vinfra.scenario.measure import chosen, complaint, relative
from vinfra.scenario.results import Point

SCENARIO = """\
scenario: lab
question: Which event pays?
duration: 10 min
epoch: 1 min
hosts:
  h1: {server: hp-proliant-dl385-g5, memory: 16 GiB, hypervisor: esx-4.0}
vms:
  guest: {count: 4, memory: 1 GiB, workload: kernel-build}
compare:
  native: {hosts.h1.hypervisor: none}
  nested: {}
"""


def test_cycles_by_event_are_one_metric_for_each_kind_where_they_stand() -> None:
    found = [metric.column for metric in chosen({"throughput": "plain", "cycles": "by event", "energy": "plain"}, [])]
    assert found == ["throughput_per_s", *BY_EVENT, "energy_kwh"]


def test_a_kind_that_is_named_besides_is_shown_once() -> None:
    found = [metric.column for metric in chosen({"cycles_tlb": "plain", "cycles": "by event"}, [])]
    assert sorted(found) == sorted(BY_EVENT) and found[0] == "cycles_tlb_pct"


def test_cycles_by_event_are_relative_to_nothing() -> None:
    asked = {"throughput": "relative to native", "cycles": "by event", "energy": "plain"}
    assert relative(asked, ["native"]) == {"throughput_per_s": "native"}


def test_what_nobody_asked_for_is_what_says_something() -> None:
    points = [Point("a", {}, 0, {"energy_kwh": 2.0, "migrations": 0.0}), Point("b", {}, 0, {"energy_kwh": None})]
    assert [metric.column for metric in chosen(None, points)] == ["energy_kwh"]


@pytest.mark.parametrize(("name", "text"), [
    ("cycles", "by event"), ("throughput", "plain"), ("throughput", "relative to native"), ("cycles_tlb", "plain"),
    ("throughput", "per second, relative to native"), ("cpu_overhead", "fraction of native cycles"),
])  # fmt: skip
def test_what_is_understood_gives_no_complaint(name: str, text: str) -> None:
    assert complaint(name, text, ["native"]) is None


@pytest.mark.parametrize(("name", "text", "cure"), [
    ("energy", "per second", "write `plain`"),
    ("energy", "per second, relative to native", "write `plain`"),
    ("cycles", "plain", "write `{cycles: by event}`"),
    ("cycles", "relative to native", "write `{cycles: by event}`"),
    ("cycles", "by events", "write `{cycles: by event}`"),
    ("throughput", "by event", "write `plain` or `relative to VARIANT`, and `cycles: by event` beside throughput"),
    ("throughput", "of native", "write `plain` or `relative to VARIANT`"),
    ("throughput", "relative to nativ", "did you mean 'native'?"),
    ("througput", "plain", "did you mean 'throughput'?"),
    ("throughput", None, "write `plain`"),
])  # fmt: skip
def test_a_complaint_names_the_cure(name: str, text: object, cure: str) -> None:
    said = complaint(name, text, ["native", "nested"])
    assert said is not None and cure in said


def test_check_accepts_cycles_by_event() -> None:
    checked = check(
        parse(SCENARIO + "measure: {throughput: relative to native, cycles: by event}\n", "lab.yaml"), Inputs()
    )
    assert checked.relative == {"throughput_per_s": "native"}


@pytest.mark.parametrize(("written", "place"), [
    ("measure: [throughput, cycles]\n", "lab.yaml:12:"),
    ("measure:\n  energy: plain\n  cycles: plain\n", "lab.yaml:14:"),
])  # fmt: skip
def test_check_says_where_cycles_are_asked_for_otherwise(written: str, place: str) -> None:
    with pytest.raises(InputError) as wrong:
        check(parse(SCENARIO + written, "lab.yaml"), Inputs())
    (line,) = str(wrong.value).splitlines()
    assert line.startswith(place) and "write `{cycles: by event}`" in line
