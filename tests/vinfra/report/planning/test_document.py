from __future__ import annotations

import json
from dataclasses import replace

import pytest

from tests.vinfra.report.planning import planned
from vinfra.planning.plan import Plan
from vinfra.report.planning.document import digest, document


@pytest.mark.parametrize("make", [planned.full, planned.bare, planned.nothing])
def test_document_is_json_and_the_same_each_time(make: object) -> None:
    first, second = (json.dumps(document(make()), allow_nan=False) for _ in range(2))  # type: ignore[operator]
    assert first == second


def test_numbers_are_those_of_the_plan_under_names_with_units() -> None:
    plan = planned.full()
    said, best = document(plan), plan.targets[0]
    one = said["targets"][0]
    assert (one["rank"], one["name"], one["hosts"], one["cost"]) == (1, best.name, best.fleet.hosts, best.total)
    assert one["licence_per_year"] == sum(bill.per_year for bill in best.bills)
    assert (
        one["energy_kwh"] == best.power.after.facility_kwh and one["power"]["after"]["peak_w"] == best.power.after.peak
    )
    assert best.backup is not None and one["backup"]["backup_window_s"] == best.backup.window
    assert best.migration is not None and one["migration"]["nights"] == len(best.migration.nights)
    assert said["inventory"]["disk_bytes"]["guest_used"] < said["inventory"]["disk_bytes"]["in_use"]
    assert said["assumptions"]["sizing.cpu_percentile"] == "90.0"
    assert said["assumptions"]["sizing.cpu_headroom"] == "30 %"


def test_what_is_unknown_is_null_and_never_zero() -> None:
    said = document(planned.bare())
    one = said["targets"][0]
    assert one["cost"] is None and one["backup"] is None and one["migration"] is None and one["trial"] is None
    assert one["licence_per_year"] is None and one["power"]["before"] is None
    assert set(said["inventory"]["disk_bytes"].values()) == {None}


def test_no_path_and_no_clock_enters_the_digest() -> None:
    plan = planned.full()
    moved = replace(plan, inventory=replace(plan.inventory, source="/elsewhere/copy.xlsx"))
    assert document(moved) == document(plan)
    assert plan.inventory.source not in json.dumps(document(plan))


@pytest.mark.parametrize("changed", ["cost", "suggestion"])
def test_another_answer_has_another_digest(changed: str) -> None:
    plan = planned.full()
    other: Plan
    if changed == "cost":
        other = replace(plan, targets=[replace(plan.targets[0], total=1.0), *plan.targets[1:]])
    else:
        other = replace(plan, suggestions=[replace(plan.suggestions[0], vcpus=99), *plan.suggestions[1:]])
    assert document(other)["digest"] != document(plan)["digest"]


def test_noise_beyond_nine_digits_changes_no_digest() -> None:
    assert digest({"a": 1 / 3}) == digest({"a": 1 / 3 + 1e-14}) != digest({"a": 1 / 3 + 1e-6})
