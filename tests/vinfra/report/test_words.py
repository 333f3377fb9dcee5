from __future__ import annotations

import pytest

from tests.vinfra.report import samples
from vinfra.report import words
from vinfra.scenario.results import Claim, Source


@pytest.mark.parametrize(
    ("claim", "sentence"),
    [
        ("energy: npa > dvfs", "Energy of npa is above that of dvfs."),
        ("energy: a < b <= c", "Energy of a is below that of b, which is at most that of c."),
        ("cpu_overhead: nested < 0.5 * shadow", "CPU overhead of nested is below 0.5 times that of shadow."),
        ("energy: dvfs within 2 % of 764.96", "Energy of dvfs is within 2 % of 764.96."),
        ("energy_kwh: 2 * a == 7", "2 times the energy of a equals 7."),
        ("energy: a < 5, when workload = x, y", "Energy of a is below 5, where workload = x, y."),
    ],
)
def test_a_claim_that_holds_is_a_sentence(claim: str, sentence: str) -> None:
    assert words.verdict(Claim(claim, True)).sentence == sentence


def test_a_claim_that_fails_is_not_worded_as_if_it_held() -> None:
    found = words.verdict(Claim("energy: a < b", False, "", "3 < 2"))
    assert found.sentence == "Expected, and not found: energy of a is below that of b."
    assert found.numbers == "3 < 2 kWh"


@pytest.mark.parametrize("claim", ["no-metric-of-ours: a < b", "energy: a", "", "free text"])
def test_a_claim_in_another_form_is_quoted(claim: str) -> None:
    assert words.verdict(Claim(claim, False)).sentence == f"Expected, and not found: {claim}"


def test_sources_are_grouped_with_the_best_backed_first_and_unknown_tags_last() -> None:
    sources = [*samples.SOURCES, Source("a", "b", "hearsay", "", ())]
    assert [group.tag for group in words.groups(sources)] == ["measured", "derived", "assumed", "hearsay"]


def test_what_is_assumed_or_recalled_is_counted_as_such() -> None:
    sentence = words.backing(samples.SOURCES)
    assert sentence.startswith("5 values from 2 facts: 3 measured, 1 derived, 1 assumed.")
    assert "1 of them recalled from memory and not yet checked against the source." in sentence
