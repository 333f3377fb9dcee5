"""Claims: what they mean, when they hold, and what a wrong one is told."""

from __future__ import annotations

from typing import Any

import pytest

from vinfra.scenario.expect import understand

VARIANTS = ["shadow", "nested", "nested-2m", "2x"]
SWEEP = {"vms.guest.workload": ["oltp", "build"], "hosts.h1.count": [1, 2]}


def verdict(claim: str, at: dict[str, Any] | None = None, **values: float | None) -> bool:
    table = [(at or {}, {name.replace("_", "-"): {"energy_kwh": value} for name, value in values.items()})]
    return understand({"energy": claim}, VARIANTS, {}).check(table).holds


def test_variants_compare_in_a_chain() -> None:
    assert verdict("shadow < nested < nested-2m", shadow=1, nested=2, nested_2m=3)
    assert not verdict("shadow < nested < nested-2m", shadow=1, nested=3, nested_2m=2)


def test_numbers_multiply() -> None:
    assert verdict("nested < 0.5 * shadow", nested=4, shadow=10)
    assert not verdict("nested < shadow * 0.5", nested=6, shadow=10)


def test_a_tolerance_lies_around_the_second_term() -> None:
    assert verdict("nested within 2 % of 100", nested=102)
    assert not verdict("nested within 2 % of 100", nested=102.01)
    assert verdict("nested within 10 % of shadow", nested=9, shadow=10)


def test_a_variant_may_begin_with_a_digit() -> None:
    table = [({}, {"2x": {"energy_kwh": 2.0}})]
    assert understand({"energy": "2x == 2"}, VARIANTS, {}).check(table).holds


def test_a_metric_goes_by_its_short_name_or_with_its_unit() -> None:
    table = [({}, {"nested": {"energy_kwh": 2.0}})]
    assert understand({"energy_kwh": "nested < 3"}, VARIANTS, {}).check(table).holds


def test_a_variant_without_a_value_fulfils_nothing() -> None:
    assert not verdict("nested < shadow", nested=None, shadow=3)


def test_when_selects_rows_and_every_one_of_them_must_hold() -> None:
    rows = [
        (
            {"vms.guest.workload": work, "hosts.h1.count": count},
            {"nested": {"energy_kwh": value}, "shadow": {"energy_kwh": 5.0}},
        )
        for work, count, value in [("oltp", 1, 9.0), ("oltp", 2, 9.0), ("build", 1, 4.0), ("build", 2, 4.0)]
    ]
    assert understand({"energy": "nested < shadow", "when": {"workload": "build"}}, VARIANTS, SWEEP).check(rows).holds
    claim = understand({"energy": "nested < shadow"}, VARIANTS, SWEEP).check(rows)
    assert not claim.holds
    assert "9 < 5 at vms.guest.workload = oltp, hosts.h1.count = 1" in claim.detail


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ({"energy": "nested"}, "compares nothing"),
        ({"energy": "nestd < shadow"}, "no variant 'nestd'; did you mean 'nested'?"),
        ({"enrgy": "nested < shadow"}, "no metric 'enrgy'; did you mean 'energy'?"),
        ({"energy": "nested < "}, "a variant or a number is missing"),
        ({"energy": "nested <> shadow"}, "a variant or a number is missing"),
        ({"energy": "nested & shadow"}, "cannot read '& shadow'"),
        ({"energy": "nested * shadow < 3"}, "two variants cannot be multiplied"),
        ({"energy": "nested within 2 of 3"}, "write it like"),
        ({"energy": 3}, "is no comparison"),
        ({"energy": "nested < 3", "power_mean": "nested < 3"}, "one metric"),
        ({"why": "because"}, "one metric"),
        ({"energy": "nested < 3", "when": {"colour": "red"}}, "not swept"),
        ({"energy": "nested < 3", "when": {"count": 7}}, "never takes"),
        ({"energy": "nested < 3", "when": "always"}, "is a mapping"),
    ],
)
def test_a_claim_that_says_nothing_is_told_how_to(entry: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message.replace("*", r"\*").replace("?", r"\?")):
        understand(entry, VARIANTS, SWEEP)
