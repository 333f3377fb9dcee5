"""What pydantic finds wrong is said in our words, at the line and column it was written."""

from __future__ import annotations

from typing import Annotated, Literal

import pytest
from pydantic import Field, field_validator

from vinfra.document import parse
from vinfra.errors import InputError, Place
from vinfra.spec import Spec, field
from vinfra.units import Bytes, Seconds
from vinfra.validate import dotted, validate

Name = Annotated[str, Field(pattern=r"^[a-z0-9]+(?:-[a-z0-9]+)*$")]


class Disk(Spec):
    size: Bytes = field(..., "how much")
    kind: Literal["fast", "slow", "archive"] = field("fast", "how fast")


class Host(Spec):
    cores: int = field(1, "how many", ge=1, le=512)
    title: str = field("", "what it is", max_length=10)
    memory: Bytes | None = field(None, "how much")
    count: int | Literal["per-trace"] = field(1, "how many are alike")
    weight: float = field(1.0, "how heavy", gt=0)
    shared: bool = field(False, "with others")
    disks: list[Disk] = field([], "what it writes to", max_length=2)
    boot: str | Disk | None = field(None, "what it starts from")
    wait: Seconds = field("0 s", "how long", lt=3600)

    @field_validator("title")
    @classmethod
    def _not_rude(cls, title: str) -> str:
        if title == "rude":
            raise ValueError("is not polite; choose another")
        return title


class Lab(Spec):
    hosts: dict[Name, Host] = field(..., "the hosts", min_length=1)
    names: list[str] | dict[str, str] = field([], "their names")


def problems(text: str) -> list[str]:
    document = parse(text, "lab.yaml")
    with pytest.raises(InputError) as caught:
        validate(Lab, document.data, document.places)
    return str(caught.value).splitlines()


def about(host: str) -> str:
    """The one problem with a host, without its place."""
    (line,) = problems(f"hosts: {{esx1: {{{host}}}}}")
    return line.split(" ", 1)[1]


def test_a_good_document_becomes_its_spec() -> None:
    document = parse("hosts: {esx1: {cores: 4, memory: 2 GiB, boot: {size: 1 GB}}}", "lab.yaml")
    host = validate(Lab, document.data, document.places).hosts["esx1"]
    assert (host.cores, host.memory, host.boot) == (4, 2.0**31, Disk(size="1 GB"))


@pytest.mark.parametrize(
    ("host", "message"),
    [
        ("cores: 0", "hosts.esx1.cores: must be at least 1, got 0"),
        ("cores: 513", "hosts.esx1.cores: must be at most 512, got 513"),
        ("cores: '4'", "hosts.esx1.cores: must be a whole number, got '4'"),
        ("cores: 4.5", "hosts.esx1.cores: must be a whole number, got 4.5"),
        ("cores: true", "hosts.esx1.cores: must be a whole number, got true"),
        ("cores: ", "hosts.esx1.cores: must be a whole number, got nothing"),
        ("cors: 4", "hosts.esx1.cors: unknown key 'cors'; did you mean 'cores'?"),
        ("title: 1.1", "hosts.esx1.title: must be text, got the number 1.1: quote it"),
        ("title: true", "hosts.esx1.title: must be text, got true: quote it"),
        ("title: [a]", "hosts.esx1.title: must be text, got a list"),
        ("title: much too long", "hosts.esx1.title: must have at most 10 characters, got 'much too long'"),
        ("title: rude", "hosts.esx1.title: is not polite; choose another"),
        ("weight: 0", "hosts.esx1.weight: must be above 0, got 0"),
        ("weight: x", "hosts.esx1.weight: must be a number, got 'x'"),
        ("shared: 1", "hosts.esx1.shared: must be true or false, got 1"),
        ("memory: 64G", "hosts.esx1.memory: '64G' has no unit that vinfra knows; write '64 GB' or '64 GiB'"),
        ("wait: 2 h", "hosts.esx1.wait: must be below 3600, got '2 h'"),
        (
            "count: per-trac",
            "hosts.esx1.count: must be a whole number or 'per-trace', got 'per-trac'; did you mean 'per-trace'?",
        ),
        ("count: 1.5", "hosts.esx1.count: must be a whole number or 'per-trace', got 1.5"),
        ("disks: {}", "hosts.esx1.disks: must be a list, got a mapping"),
        (
            "disks: [{size: 1 B, kind: fats}]",
            "hosts.esx1.disks[0].kind: must be one of fast, slow, archive; got 'fats'; did you mean 'fast'?",
        ),
        ("disks: [{kind: slow}]", "hosts.esx1.disks[0].size: is missing: add `size`"),
        ("disks: [{size: 1 B, sise: 2 B}]", "hosts.esx1.disks[0].sise: unknown key 'sise'; did you mean 'size'?"),
        ("disks: [{size: 1 B}, {size: 1 B}, {size: 1 B}]", "hosts.esx1.disks: must have at most 2 in it, has 3"),
        ("boot: 5", "hosts.esx1.boot: must be text or a mapping of keys and values, got the number 5: quote it"),
        ("boot: {size: 5}", "hosts.esx1.boot.size: 5 needs a unit: write it like '64 GiB'"),
        ("boot: {size: 5 B, knid: fast}", "hosts.esx1.boot.knid: unknown key 'knid'; did you mean 'kind'?"),
    ],
)
def test_what_is_wrong_is_a_sentence(host: str, message: str) -> None:
    assert about(host) == message


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("names: []\n", "lab.yaml:1:1 hosts: is missing: add `hosts`"),
        ("hosts: {}\n", "lab.yaml:1:1 hosts: must have at least 1 in it, has 0"),
        ("hosts: 5\n", "lab.yaml:1:1 hosts: must be a mapping of keys and values, got 5"),
        ("[1]\n", "lab.yaml:1:1: must be a mapping of keys and values, got a list"),
        (
            "hosts:\n  ESX 1: {}\n",
            "lab.yaml:2:3 hosts.ESX 1: must be small letters and digits, joined by `-`, not the key 'ESX 1'",
        ),
        ("hosts: {a: {}}\nnames: 5\n", "lab.yaml:2:1 names: must be a list or a mapping of keys and values, got 5"),
        ("hosts: {a: {}}\nnames: {int: 5}\n", "lab.yaml:2:9 names.int: must be text, got the number 5: quote it"),
        ("hosts: {a: {}}\nnames: [a,\n  5]\n", "lab.yaml:3:3 names[1]: must be text, got the number 5: quote it"),
    ],
)
def test_a_problem_is_at_the_key_or_item_that_has_it(text: str, line: str) -> None:
    assert problems(text) == [line]


def test_what_is_missing_is_missing_from_what_should_hold_it() -> None:
    assert problems("hosts:\n  esx1:\n    disks:\n      - kind: slow\n") == [
        "lab.yaml:4:9 hosts.esx1.disks[0].size: is missing: add `size`"
    ]


def test_all_problems_are_found_at_once_in_file_order() -> None:
    text = "hosts:\n  a: {cores: 0, cors: 1}\n  b: {memory: 64G}\n  c: 5\nextra: 1\n"
    assert [line.split(" ")[0] for line in problems(text)] == [
        "lab.yaml:2:7",
        "lab.yaml:2:17",
        "lab.yaml:3:7",
        "lab.yaml:4:3",
        "lab.yaml:5:1",
    ]


def test_a_part_of_a_document_is_validated_under_its_path() -> None:
    document = parse("power:\n  policy: x\n  size: 5\n", "lab.yaml")
    with pytest.raises(InputError) as caught:
        validate(Disk, {"size": 5}, document.places, ("power",))
    assert str(caught.value) == "lab.yaml:3:3 power.size: 5 needs a unit: write it like '64 GiB'"


def test_a_message_is_one_short_line_whatever_was_written() -> None:
    (line,) = problems('hosts: {a: {cores: "' + "x\\n" * 100 + '"}}')
    assert len(line) < 150


def test_a_path_is_printed_as_people_write_it() -> None:
    assert dotted(("hosts", "esx1", "disks", 0, "size")) == "hosts.esx1.disks[0].size"
    assert dotted(("expect", 3)) == "expect[3]"
    assert dotted(()) == ""
    assert str(Place("lab.yaml", 7, 5)) == "lab.yaml:7:5"
