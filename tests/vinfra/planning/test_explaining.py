"""Assumptions as rows and as a file."""

from pathlib import Path

from vinfra.planning.assuming import assumed
from vinfra.planning.explaining import as_yaml, explained

CHANGES = [
    "hosts.spare=2",
    "hosts.memory=1 TiB",
    "costs.date=2026-11-01",
    "sizing.apply=false",
    "waves.nights=[sat, sun]",
]


def test_the_printed_file_says_what_was_assumed(tmp_path: Path):
    given = assumed(sets=CHANGES)
    file = tmp_path / "all.yaml"
    file.write_text(as_yaml(given.values, given.written))
    assert assumed(file).values == given.values
    assert given.values != assumed().values


def test_every_row_has_a_meaning_and_a_changed_one_says_where():
    given = assumed(sets=CHANGES)
    rows = list(explained(given.values, given.written))
    assert all(row.meaning for row in rows)
    assert {row.path for row in rows if row.written} == {change.partition("=")[0] for change in CHANGES}


def test_a_default_that_is_an_assumption_has_its_source():
    given = assumed()
    untold = [row.path for row in explained(given.values, given.written) if row.tag and not row.source]
    assert untold == []


def test_quantities_are_shown_with_their_unit():
    given = assumed(sets=["racks.power=6 kW"])
    values = {row.path: row.value for row in explained(given.values, given.written)}
    assert values["racks.power"] == "6 kW"
    assert values["backup.change"] == "5 %/day"
