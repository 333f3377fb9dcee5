"""A document says where everything stands, and refuses what two readers of YAML would understand differently."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from vinfra.document import parse, read, scalar
from vinfra.errors import InputError, Place


def refusal(text: str) -> str:
    with pytest.raises(InputError) as caught:
        parse(text, "f.yaml")
    return str(caught.value)


def test_places_are_of_keys_and_of_items() -> None:
    document = parse("hosts:\n  esx1: {cores: 4}\nlist:\n  - a\n  - {b: 1}\n", "f.yaml")
    assert document.data == {"hosts": {"esx1": {"cores": 4}}, "list": ["a", {"b": 1}]}
    assert {path: (place.line, place.column) for path, place in document.places.items()} == {
        (): (1, 1),
        ("hosts",): (1, 1),
        ("hosts", "esx1"): (2, 3),
        ("hosts", "esx1", "cores"): (2, 10),
        ("list",): (3, 1),
        ("list", 0): (4, 5),
        ("list", 1): (5, 5),
        ("list", 1, "b"): (5, 6),
    }
    assert {place.file for place in document.places.values()} == {"f.yaml"}


def test_columns_count_characters_not_bytes() -> None:
    assert parse("a: {é😀: 1, b: 2}", "f.yaml").places["a", "b"].column == 12


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("4", 4),
        ("-4", -4),
        ("+4", 4),
        ("0", 0),
        ("1.10", 1.1),
        ("-.5", -0.5),
        ("5.", 5.0),
        ("1e3", 1000.0),
        ("2.5e-3", 0.0025),
        ("true", True),
        ("False", False),
        ("null", None),
        ("~", None),
        ("64 GiB", "64 GiB"),
        ("3.5.1", "3.5.1"),
        ("22h30", "22h30"),
        ("2007-10-01", "2007-10-01"),
        ("2007-10-01T00:00:00", "2007-10-01T00:00:00"),
        ("1,000", "1,000"),
        ("10.0.0.1:8080", "10.0.0.1:8080"),
        ("nan", "nan"),
        ("y", "y"),
        ("'no'", "no"),
        ('"22:30"', "22:30"),
        ("'010'", "010"),
    ],
)
def test_values_read_as_every_reader_reads_them(text: str, value: object) -> None:
    found = parse(f"a: {text}", "f.yaml").data["a"]
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    ("text", "cure"),
    [
        ("no", "`no` reads as false; write false, or quote it: 'no'"),
        ("On", "`On` reads as true; write true, or quote it: 'On'"),
        ("22:30", "write 22h30 for a time of day, or quote it: '22:30'"),
        ("08:30", "write 08h30 for a time of day"),
        ("1:30:00", "reads as a number to base 60"),
        ("010", "reads as different numbers in different programs; write a plain decimal, or quote it: '010'"),
        ("08", "reads as different numbers"),
        ("0o10", "reads as different numbers"),
        ("0x1F", "reads as different numbers"),
        ("0b1", "reads as different numbers"),
        ("1_000", "reads as different numbers"),
        (".inf", "`.inf` is not a finite number"),
        ("-.Inf", "is not a finite number"),
        (".nan", "is not a finite number"),
        ("1e999", "is too large for a number"),
        ("!!python/object:os.system x", "the tag !!python/object:os.system is not allowed; leave it out"),
        ("!!str 5", "the tag !!str is not allowed"),
        ("!mine [1]", "the tag !mine is not allowed"),
    ],
)
def test_what_readers_understand_differently_is_refused_with_the_cure(text: str, cure: str) -> None:
    message = refusal(f"a: {text}")
    assert message.startswith("f.yaml:1:4 a: ")
    assert cure in message


@pytest.mark.parametrize(
    ("key", "cure"),
    [
        ("on", "the key `on` reads as true"),
        ("22:30", "the key `22:30` reads as a number to base 60"),
        ("1", "the key `1` is no text; quote it: '1'"),
        ("true", "the key `true` is no text; quote it"),
        ("~", "the key `~` is no text; quote it"),
        ("<<", "merge keys (<<) are not part of the language; write the values out"),
        ("[a, b]", "a key must be text"),
        ("? {a: b}\n", "a key must be text"),
        ("&x a", "has a tag or an anchor"),
        ("''", "a key must be printable text on one line"),
        (r'"a\nb"', "a key must be printable text on one line"),
    ],
)
def test_a_key_is_text(key: str, cure: str) -> None:
    assert cure in refusal(f"{key}: {{z: 1}}")


def test_a_quoted_key_may_be_anything_printable() -> None:
    assert parse("'no': 1\n'22:30': 2\n'<<': 3\n", "f.yaml").data == {"no": 1, "22:30": 2, "<<": 3}


def test_a_key_written_twice_is_refused_with_both_lines() -> None:
    message = refusal("hosts:\n  a: 1\n  b: 2\n  a: 3\n")
    assert message == "f.yaml:4:3 hosts.a: is written twice, on lines 2 and 4; keep one"


def test_every_problem_of_a_file_is_reported_in_file_order() -> None:
    lines = refusal("a: no\nb: [22:30, 1, {010: x}]\na: 2\n? [k]\n: .nan\n").splitlines()
    assert [line.split(" ")[0].rstrip(":") for line in lines] == [
        "f.yaml:1:4",
        "f.yaml:2:5",
        "f.yaml:2:16",
        "f.yaml:3:1",
        "f.yaml:4:3",
        "f.yaml:5:3",
    ]


def test_an_alias_stands_where_it_is_written_and_its_contents_where_they_are() -> None:
    document = parse("a: &x {b: {c: 1}}\nd: *x\ne: [*x]\n", "f.yaml")
    assert document.data["d"] == document.data["e"][0] == {"b": {"c": 1}}
    assert document.places[("d",)].line == 2
    assert document.places["e", 0].line == 3
    assert document.places["d", "b", "c"] == document.places["e", 0, "b", "c"] == Place("f.yaml", 1, 12)


def test_values_of_aliases_are_not_shared() -> None:
    document = parse("a: &x [1]\nb: *x\n", "f.yaml")
    document.data["a"].append(2)
    assert document.data["b"] == [1]


@pytest.mark.parametrize(
    ("text", "cure"),
    [
        ("a: &x [*x]", "f.yaml:1:8 a[0]: the alias *x stands for what contains it"),
        ("a: *x", "the alias *x stands for nothing: no &x before it"),
        ("a: &x 1\nb: &x 2", "f.yaml:2:4 b: the anchor &x is set twice"),
    ],
)
def test_aliases_that_mean_nothing_are_refused(text: str, cure: str) -> None:
    assert cure in refusal(text)


def test_a_few_lines_of_aliases_do_not_become_a_billion_values() -> None:
    lines = ["a0: &a0 [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]"]
    lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]" for i in range(1, 10)]
    assert "aliases make more than 200,000 values of a few lines" in refusal("\n".join(lines))


def test_aliases_do_not_nest_deeper_than_text_may() -> None:
    lines = ["a0: &a0 [1]"] + [f"a{i}: &a{i} [*a{i - 1}]" for i in range(1, 150)]
    assert "is nested more than 100 deep" in refusal("\n".join(lines))


@pytest.mark.parametrize("opening", ["[", "- ", "? ", "{a: ", "[ ']', "])
def test_deep_nesting_is_a_message_and_not_the_end_of_the_process(opening: str) -> None:
    assert "is nested more than 100 deep" in refusal(opening * 200_000)


def test_nesting_of_a_hundred_is_read() -> None:
    assert parse("[" * 99 + "1" + "]" * 99, "f.yaml").data


def test_brackets_in_text_are_not_nesting() -> None:
    document = parse("a: |\n  [[[\nb:\n" + "  - 'an interval [0, 1)'\n" * 300, "f.yaml")
    assert len(document.data["b"]) == 300


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "f.yaml: is empty"),
        ("# only a comment\n", "f.yaml: is empty"),
        ("---\n", "f.yaml: is empty"),
        ("a: 1\n---\nb: 2\n", "f.yaml:2:1: a second document begins here; keep one (remove the `---`)"),
        ("a:\n\tb: 1\n", "f.yaml:2:1: a tab cannot indent; use spaces"),
        ("a: b: c\n", "f.yaml:1:5: a colon where none can be; quote the text"),
        ("a: {b:}\n", "f.yaml:1:6: a colon where none can be; put a space after it"),
        ("a: [1, 2\nb: 3\n", "a `,` or the `]` is missing for the list that begins on line 1"),
        ("a: {b: 1\nc: 2\n", "a `,` or the `}` is missing for the mapping that begins on line 1"),
        ("a: 'x\nb: 1\n", "the quote that begins on line 1 is not closed"),
        ("a: @x\n", "f.yaml:1:4: '@' cannot begin a value; quote it"),
        ("- a\nb: c\n", "f.yaml:2:1: a list item (`- `) is expected here"),
        ("a: \x00\n", "f.yaml:1:4: the character U+0000 is not allowed; delete it"),
        ("a: 1\nb: x\x1b[31m\n", "f.yaml:2:5: the character U+001B is not allowed"),
        ("a: \ud800\n", "f.yaml:1:4: the character U+D800 is not allowed"),
    ],
)
def test_what_is_not_yaml_is_one_clear_line(text: str, message: str) -> None:
    found = refusal(text)
    assert message in found
    assert len(found.splitlines()) == 1


def write(folder: Path, content: bytes) -> Path:
    path = folder / "f.yaml"
    path.write_bytes(content)
    return path


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"a: 1\nb: \xe9\n", ":2: is not UTF-8 text; save it as UTF-8"),
        ("a: 1".encode("utf-16"), ": is UTF-16 text; save it as UTF-8"),
        (b"a: \x00\n", ":1:4: the character U+0000 is not allowed; delete it"),
        (b"", ": is empty"),
    ],
)
def test_a_file_that_is_no_text_is_refused(tmp_path: Path, content: bytes, message: str) -> None:
    path = write(tmp_path, content)
    with pytest.raises(InputError) as caught:
        read(path)
    assert str(caught.value) == f"{path}{message}"


def test_a_byte_order_mark_is_not_part_of_the_first_key(tmp_path: Path) -> None:
    document = read(write(tmp_path, b"\xef\xbb\xbfa: 1\r\nb: 2\r\n"))
    assert document.data == {"a": 1, "b": 2}
    assert (document.places[("a",)].column, document.places[("b",)].line) == (1, 2)


def test_a_file_is_named_as_it_was_given_or_as_it_is_shown(tmp_path: Path) -> None:
    path = write(tmp_path, b"a: 1\n")
    assert read(path).places[()] == Place(str(path), 1, 1)
    assert read(path, shown="facts/f.yaml").places[()] == Place("facts/f.yaml", 1, 1)


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    for path, message in [
        (str(tmp_path / "none.yaml"), "there is no such file"),
        (str(tmp_path), "is a folder; give the YAML file in it"),
        ("a\0b", "cannot be read: embedded null byte"),
    ]:
        with pytest.raises(InputError, match=message):
            read(path)


@pytest.mark.skipif(not os.path.exists("/dev/zero"), reason="needs a device without end")
def test_a_file_without_end_is_refused() -> None:
    with pytest.raises(InputError, match="has more than 50,000,000 bytes"):
        read("/dev/zero")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("4", 4),
        ("64 GiB", "64 GiB"),
        ("[a, 1]", ["a", 1]),
        ("{a: {b: 1}}", {"a": {"b": 1}}),
        ("null", None),
        ("''", ""),
    ],
)
def test_a_value_set_on_the_command_line_reads_as_in_a_file(text: str, value: object) -> None:
    assert scalar(text, Place("--set")) == value


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "sets nothing; write --set PATH=VALUE, or PATH=null to take a value away"),
        ("  ", "sets nothing"),
        ("22:30", "'22:30': `22:30` reads as a number to base 60"),
        ("a: b", "'a: b': reads as more than one value; write {...} for that, or quote the text"),
        ("- a", "'- a': reads as more than one value; write [...] for that"),
        ("[1", "'[1': a `,` or the `]` is missing"),
        ("[1, no]", "[1]: '[1, no]': `no` reads as false"),
    ],
)
def test_a_value_set_on_the_command_line_is_refused_by_the_same_rules(text: str, message: str) -> None:
    with pytest.raises(InputError) as caught:
        scalar(text, Place("--set"))
    assert message in str(caught.value)
    assert {problem.place for problem in caught.value.problems} == {Place("--set")}
