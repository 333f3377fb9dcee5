"""Whatever is typed, the readers answer with a value or with a refusal in one line, and soon."""

from __future__ import annotations

import json
from typing import Any

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from vinfra import document, units
from vinfra.document import parse, scalar
from vinfra.errors import InputError, Place

SCENARIO = """\
scenario: nested-paging
question: Does nested paging change which workloads are worth virtualizing?
background: >
  In 2007 a hypervisor paid for memory virtualization
  with exits.
duration: 10 min
hosts:
  h1: &h {server: dell-pe2970, memory: 32 GiB}
  h2: *h
vms:
  guest:
    count: 4
    pages: 4 KiB
compare:
  shadow: {}
  nested: {hosts.h1.technique: nested-paging, "x": 'y'}
sweep:
  vms.guest.count: [1, 2, 4, 8]
expect:
  - {throughput: nested > shadow, when: {workload: kernel-build}}
"""
YAMLISH = st.text(
    st.sampled_from(list("ab01:-?[]{},&*!|>'\"%@`#~.<=\t\n\r \\/_+eEinofy\ufeff\x00\u2028é")), max_size=60
)
PLAIN = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


def read(text: str) -> Any:
    """The value, or None after a refusal whose every line names the file."""
    try:
        return parse(text, "f.yaml").data
    except InputError as refused:
        assert refused.problems
        assert all(str(problem).startswith("f.yaml") for problem in refused.problems)
        assert len(str(refused).splitlines()) == len(refused.problems)
        return None


@given(st.text() | YAMLISH)
@example("? ")
@example("&a")
@example("*a : *b")
@example("%TAG ! x\n---\n!a")
@example("{? a: b")
@example("--- |\n\ufeff")
def test_any_text_is_a_value_or_a_refusal(text: str) -> None:
    read(text)


@given(st.binary(max_size=80))
def test_any_bytes_are_a_value_or_a_refusal(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "fuzz.yaml"
    path.write_bytes(content)
    try:
        document.read(path, shown="f.yaml")
    except InputError as refused:
        assert str(refused).startswith("f.yaml")


@given(st.text() | YAMLISH)
def test_any_value_set_on_the_command_line_is_a_value_or_a_refusal(text: str) -> None:
    try:
        scalar(text, Place("--set"))
    except InputError as refused:
        assert all(str(problem).startswith("--set") for problem in refused.problems)


@given(st.integers(0, len(SCENARIO)), st.integers(0, 12), st.text(max_size=6) | YAMLISH)
def test_a_scenario_with_a_slip_of_the_pen_is_a_value_or_a_refusal(at: int, lost: int, typed: str) -> None:
    read(SCENARIO[:at] + typed + SCENARIO[at + lost :])


@given(st.permutations(SCENARIO.splitlines(keepends=True)))
def test_a_scenario_with_its_lines_shuffled_is_a_value_or_a_refusal(lines: list[str]) -> None:
    read("".join(lines))


def leaves(value: Any, path: tuple[str | int, ...] = ()) -> set[tuple[str | int, ...]]:
    """Every path of a value."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return {path}.union(*(leaves(below, (*path, key)) for key, below in inner))


@given(st.text() | YAMLISH)
def test_every_path_of_a_value_has_a_place(text: str) -> None:
    try:
        found = parse(text, "f.yaml")
    except InputError:
        return
    assert set(found.places) == leaves(found.data)


@given(PLAIN)
def test_json_reads_as_json(value: Any) -> None:
    """JSON is YAML: what has printable keys and text, and no numbers too long, comes back as it was."""
    text = json.dumps(value)
    found = read(text)
    if found is not None:
        assert found == value


@given(YAMLISH)
def test_structure_and_text_are_what_the_ordinary_reader_finds(text: str) -> None:
    """Strict, not different: PyYAML, asked to leave all values text, finds the same keys, lists and texts."""
    found = read(text)
    if found is not None:
        assert same(found, yaml.load(text.removeprefix("\ufeff"), Loader=yaml.CBaseLoader))


def same(found: Any, raw: Any) -> bool:
    if isinstance(found, dict):
        return found.keys() == raw.keys() and all(same(found[key], raw[key]) for key in found)
    if isinstance(found, list):
        return len(found) == len(raw) and all(map(same, found, raw))
    return bool(found == (raw if isinstance(found, str) else document.plain(raw)))


@given(
    st.text() | st.from_regex(r"\A[-+0-9.,_eE'  ]{1,12}[a-zA-Zµ/% 0-9]{0,12}\Z"),
    st.sampled_from(sorted(units.DIMENSIONS)),
)
@example("1e999999999999 s", "time")
@example("1e308 d", "time")
@example("0" * 70, "size")
@example("1h" * 40, "time")
def test_any_text_is_a_quantity_or_a_refusal(text: str, dimension: str) -> None:
    try:
        value = units.parse(text, dimension)
    except ValueError as refused:
        assert len(str(refused).splitlines()) == 1
    else:
        assert 0 <= value < float("inf")
