"""Facts: every value has a source and a tag, and one fact is read without reading the others."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from vinfra import facts
from vinfra.errors import InputError, Place
from vinfra.facts import Provenance
from vinfra.spec import Spec, field
from vinfra.units import Bytes, Cycles

GOOD = """\
source: a data sheet
tag: measured
note: bought in 2007
title: A server
memory: {value: 4 GiB, tag: assumed, note: nobody says}
costs:
  syscall: {value: 242 cycles, source: a paper, tag: fitted}
  halt: 10 cycles
power: {value: [93, 135], source: from memory, recalled: true}
"""
Write = Callable[[str, str], None]


class Server(Spec):
    title: str = field(..., "what it is")
    memory: Bytes = field(..., "how much")
    costs: dict[str, Cycles] = field({}, "how dear")
    power: list[float] = field([], "watts")


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Write]:
    """Writes facts into a folder of their own, which the reader reads for the time of one test."""

    def clear() -> None:
        for cached in (facts.names, facts.read_one, facts.load):
            cached.cache_clear()

    def one(name: str, text: str) -> None:
        path = tmp_path / f"{name}.yaml"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
        clear()

    monkeypatch.setattr(facts, "ROOT", tmp_path)
    clear()
    yield one
    clear()


def refusal(name: str, spec: type[Spec] | None = None) -> str:
    with pytest.raises(InputError) as caught:
        facts.load("servers", name, spec) if spec else facts.read_one("servers", name)
    return str(caught.value)


def test_values_come_out_of_their_wrappers(write: Write) -> None:
    write("servers/pe2970", GOOD)
    fact = facts.read_one("servers", "pe2970")
    assert fact.data == {
        "title": "A server",
        "memory": "4 GiB",
        "costs": {"syscall": "242 cycles", "halt": "10 cycles"},
        "power": [93, 135],
    }
    assert facts.load("servers", "pe2970", Server).costs == {"syscall": 242.0, "halt": 10.0}


def test_a_value_without_a_source_of_its_own_has_that_of_what_holds_it(write: Write) -> None:
    write("servers/pe2970", GOOD)
    origin = facts.read_one("servers", "pe2970").provenance
    assert origin[()] == origin[("title",)] == Provenance("a data sheet", "measured", "bought in 2007")
    assert origin[("memory",)] == Provenance("a data sheet", "assumed", "nobody says")
    assert origin["costs", "syscall"] == Provenance("a paper", "fitted")
    assert origin["costs", "halt"] == origin[("costs",)] == origin[()]
    assert origin["power", 1] == origin[("power",)] == Provenance("from memory", "measured", "", recalled=True)


def test_what_a_whole_file_recalls_every_value_recalls_unless_it_has_another_source(write: Write) -> None:
    write("servers/a", "source: s\ntag: fitted\nrecalled: true\nx: 1\ny: {value: 2, source: t}\n")
    origin = facts.read_one("servers", "a").provenance
    assert origin[("x",)].recalled
    assert not origin[("y",)].recalled


def test_places_are_shown_within_the_package(write: Write) -> None:
    write("servers/pe2970", GOOD)
    places = facts.read_one("servers", "pe2970").places
    assert places["costs", "syscall"] == Place("vinfra/facts/servers/pe2970.yaml", 7, 3)
    assert places["power", 1] == Place("vinfra/facts/servers/pe2970.yaml", 9, 21)


@pytest.mark.parametrize(
    ("text", "messages"),
    [
        ("x: 1\n", ["has no `source`", "must have a `tag`, one of measured"]),
        ("source: s\ntag: guessed\nx: 1\n", ["must have a `tag`", "got 'guessed'"]),
        ("source: ''\ntag: fitted\nx: 1\n", ["has no `source`"]),
        ("source: s\ntag: fitted\nx: {value: 1, tag: wild}\n", ["a.yaml:3:1 x: must have a `tag`"]),
        ("source: s\ntag: fitted\nx: {value: 1, sauce: t}\n", ["a.yaml:3:15 x.sauce: unknown key 'sauce'", "'source'"]),
        ("source: s\ntag: fitted\nx: 1\nnote: 5\n", ["a.yaml:4:1 note: must be text"]),
        ("source: s\ntag: fitted\nrecalled: maybe\nx: 1\n", ["a.yaml:3:1 recalled: must be true or false"]),
        ("- 1\n", ["a.yaml:1:1: a fact is a mapping"]),
        ("source: s\ntag: fitted\nx: no\n", ["a.yaml:3:4 x: `no` reads as false"]),
    ],
)
def test_a_fact_without_source_and_tag_is_refused(write: Write, text: str, messages: list[str]) -> None:
    write("servers/a", text)
    found = refusal("a")
    assert all(message in found for message in messages), found


def test_a_fact_that_does_not_fit_its_spec_is_refused_at_its_line(write: Write) -> None:
    write("servers/a", GOOD.replace("4 GiB", "4G").replace("title:", "titel:"))
    lines = refusal("a", Server).splitlines()
    assert lines[0].startswith("vinfra/facts/servers/a.yaml:1:1 title: is missing")
    assert lines[1].startswith("vinfra/facts/servers/a.yaml:4:1 titel: unknown key 'titel'; did you mean 'title'?")
    assert lines[2].startswith(
        "vinfra/facts/servers/a.yaml:5:1 memory: '4G' has no unit that vinfra knows; write '4 GB'"
    )


def test_an_unknown_name_is_refused_with_the_nearest(write: Write) -> None:
    write("processors/xeon-3040", GOOD)
    with pytest.raises(KeyError, match="no processor 'xeon-304'; did you mean 'xeon-3040'"):
        facts.load("processors", "xeon-304", Server)
    with pytest.raises(KeyError, match=re.escape("no processor '../processors/xeon-3040'")):
        facts.read_one("processors", "../processors/xeon-3040")


def test_names_and_kinds_are_sorted(write: Write) -> None:
    for name in ("servers/b", "servers/a", "servers/c", "disks/d"):
        write(name, GOOD)
    assert facts.kinds() == ["disks", "servers"]
    assert facts.names("servers") == ("a", "b", "c")
    assert list(facts.read("servers")) == ["a", "b", "c"]


def test_one_fact_is_read_although_another_is_broken(write: Write) -> None:
    write("servers/broken", "a: [")
    write("servers/good", GOOD)
    assert facts.load("servers", "good", Server).title == "A server"
    with pytest.raises(InputError):
        facts.read("servers")


def test_a_fact_is_read_once(write: Write, tmp_path: Path) -> None:
    write("servers/a", GOOD)
    first = facts.load("servers", "a", Server)
    (tmp_path / "servers" / "a.yaml").unlink()
    assert facts.load("servers", "a", Server) is first


@pytest.mark.parametrize("kind", facts.kinds())
def test_every_fact_of_the_package_can_be_read(kind: str) -> None:
    assert facts.names(kind)
    for name, fact in facts.read(kind).items():
        assert (fact.kind, fact.name) == (kind, name)
        assert fact.provenance.keys() == fact.places.keys()
