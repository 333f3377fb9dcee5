"""Changing a scenario by path keeps the place every value was written at."""

from __future__ import annotations

import pytest

from vinfra.document import Document, parse
from vinfra.errors import InputError, Place
from vinfra.scenario.overrides import Override, apply, written

TEXT = """\
hosts:
  a: {count: 1}
  b: {count: 2}
compare:
  big:
    hosts.*.count: 9
    hosts.a: {count: 3, server: x}
"""


def change(document: Document, path: str, value: object) -> Document:
    place = Place("--set")
    return apply(document, Override(path, value, {(): place}))


def test_a_path_changes_one_value_and_leaves_the_document_as_it_was() -> None:
    document = parse(TEXT, "f.yaml")
    changed = change(document, "hosts.a.count", 7)
    assert changed.data["hosts"] == {"a": {"count": 7}, "b": {"count": 2}}
    assert document.data["hosts"]["a"] == {"count": 1}
    assert changed.places["hosts", "a", "count"] == Place("--set")


def test_a_star_stands_for_every_name() -> None:
    document = parse(TEXT, "f.yaml")
    changed = apply(document, written(document, "compare", "big", "hosts.*.count"))
    assert changed.data["hosts"] == {"a": {"count": 9}, "b": {"count": 9}}
    assert changed.places["hosts", "b", "count"] == Place("f.yaml", 6, 5)


def test_a_mapping_keeps_the_places_within_it() -> None:
    document = parse(TEXT, "f.yaml")
    changed = apply(document, written(document, "compare", "big", "hosts.a"))
    assert changed.places["hosts", "a", "server"] == Place("f.yaml", 7, 25)


def test_what_was_replaced_leaves_no_place_behind() -> None:
    changed = change(parse(TEXT, "f.yaml"), "hosts", None)
    assert not [path for path in changed.places if path[:1] == ("hosts",) and len(path) > 1]


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("hosts.c.count", "`hosts` has no 'c'"),
        ("scenario", "cannot be changed by path"),
        ("compare.big", "cannot be changed by path"),
        ("hosts..count", "is not a path"),
        ("seed.*.x", "`*` stands for a name within"),
    ],
)
def test_a_path_that_leads_nowhere_is_refused(path: str, message: str) -> None:
    with pytest.raises(InputError) as refused:
        change(parse(TEXT, "f.yaml"), path, 1)
    assert message in str(refused.value)
