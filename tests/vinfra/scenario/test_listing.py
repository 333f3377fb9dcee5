"""`vinfra list` fits the window, cuts no word, and is one line each on a pipe."""

from __future__ import annotations

import pytest

from vinfra.scenario import catalog
from vinfra.scenario.catalog import Entry
from vinfra.scenario.listing import lines

KINDS = ("processors", "products", "techniques", "servers")


@pytest.mark.parametrize("width", [80, 100, 120])
@pytest.mark.parametrize("kind", KINDS)
def test_no_line_is_longer_than_the_window_and_every_word_is_there(kind: str, width: int) -> None:
    entries = catalog.entries(kind)
    shown = lines(entries, width)
    assert max(map(len, shown)) <= width
    words = " ".join(shown).replace(",", "").split()
    for entry in entries:
        assert entry.name in words
        assert {word for detail in entry.details for word in detail.replace(",", "").split()} <= set(words)


@pytest.mark.parametrize("kind", KINDS)
def test_a_pipe_gets_one_line_for_each_that_begins_with_its_name(kind: str) -> None:
    assert [line.split()[0] for line in lines(catalog.entries(kind))] == list(catalog.names(kind))


def test_columns_are_aligned_and_numbers_stand_to_the_right() -> None:
    short = Entry("a", "A", columns={"cores": "4 cores"})
    long = Entry("bcd", "Bcd", columns={"cores": "128 cores"}, details=("vt-x",))
    assert lines([short, long]) == ["a    A      4 cores", "bcd  Bcd  128 cores  vt-x"]
    assert lines([short, long], 80) == lines([short, long])
    assert lines([short, long], 40) == ["a    A      4 cores", "bcd  Bcd  128 cores", "    vt-x"]
    assert lines([short, long], 15) == ["a      4 cores", "bcd  128 cores", "    vt-x"], "the name says it"


def test_nothing_makes_no_lines() -> None:
    assert lines([]) == lines([], 80) == []


def test_a_feature_names_the_editions_that_carry_it() -> None:
    found = {entry.name: entry.details for entry in catalog.having(catalog.entries("products"), "ha")}
    assert found["esx-3.0"] == ("in enterprise",)
    assert found["esx-3.5"] == ("in standard, enterprise",)
    assert "kvm-62" not in found


def test_products_can_be_chosen_by_technique_and_by_how_they_reclaim_memory() -> None:
    products = catalog.entries("products")
    translating = {entry.name for entry in catalog.having(products, "binary-translation")}
    assert "esx-3.5" in translating and "esxi-8.0" not in translating
    assert "esxi-4.1" in {entry.name for entry in catalog.having(products, "compression")}


def test_a_feature_that_nothing_has_is_an_error_with_a_suggestion() -> None:
    with pytest.raises(KeyError, match="nothing in the list has 'nestd-paging'; did you mean 'nested-paging'"):
        catalog.having(catalog.entries("processors"), "nestd-paging")
