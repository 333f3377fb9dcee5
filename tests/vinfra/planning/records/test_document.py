"""An inventory is written whole, read back equal, and refused with the place of every fault."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.vinfra.planning.records.rvtools.exports import export, xlsx
from vinfra.errors import InputError
from vinfra.planning.inventory import Inventory, Machine
from vinfra.planning.records import document as inventory_document
from vinfra.planning.records.reader import read


def document(**more: Any) -> dict[str, Any]:
    machine = {"name": "web", "kind": "vm", "vcpus": 1, "memory": 1.0}
    return {"vinfra": "inventory", "version": 1, "form": "rvtools", "source": "x", "machines": [machine], **more}


def parsed(content: Any) -> Inventory:
    return inventory_document.parse(json.dumps(content).encode(), "a.json")


def test_it_is_read_back_equal(tmp_path: Path) -> None:
    inventory = xlsx(tmp_path, export())
    inventory_document.write(inventory, tmp_path / "deep" / "a.json")
    assert read(tmp_path / "deep" / "a.json") == inventory
    assert [path.name for path in (tmp_path / "deep").iterdir()] == ["a.json"]


def test_names_in_any_script_and_with_quotes(tmp_path: Path) -> None:
    machines = tuple(Machine(name, "vm", 1, 1.0) for name in ('a"b', "ü\u2028", "\\", "日本", "<script>"))
    inventory = Inventory("x", "rvtools", machines=machines)
    inventory_document.write(inventory, tmp_path / "a.json")
    assert read(tmp_path / "a.json") == inventory


def test_another_suffix_is_refused_and_nothing_written(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"name it 'a\.json'"):
        inventory_document.write(Inventory("x", "rvtools"), tmp_path / "a.xlsx")
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="cannot be written"):
        inventory_document.write(Inventory("x", "rvtools"), tmp_path / "file" / "a.json")
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"version": 2}, "of another version"),
        ({"vinfra": "scenario"}, "no inventory that vinfra wrote"),
        ({"machine": []}, "a key 'machine' that no inventory has"),
        ({"machines": [{"name": "web", "kind": "vm", "vcpus": 1}]}, r"machines\[0\]\.memory: Field required"),
        (
            {"machines": [{"name": "w", "kind": "vm", "vcpus": 0, "memory": 1}]},
            r"machines\[0\]\.vcpus: must be at least 1",
        ),
        ({"machines": [{"name": "w", "kind": "vm", "vcpus": 1, "memory": -1}]}, "must be a finite number"),
        ({"machines": [{"name": "w", "kind": "vm", "vcpus": 1, "memory": "inf"}]}, "must be a finite number"),
        ({"machines": [{"name": "w", "kind": "vm", "vcpus": 1, "memory": 1}] * 2}, "2 machines are called 'w'"),
        ({"machines": 5}, "machines"),
    ],
)
def test_faults_are_named_where_they_are(change: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        parsed(document(**change))


def test_at_most_twenty_faults() -> None:
    with pytest.raises(InputError) as caught:
        parsed(document(machines=[{}] * 100))
    assert len(caught.value.problems) == 20


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=120))
def test_any_bytes_after_the_mark(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "a.json"
    path.write_bytes(inventory_document.MARK.encode() + data)
    with pytest.raises(InputError):
        read(path)


JSON: Any = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=6)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=6), inner, max_size=3)),
    max_leaves=8,
)


@settings(max_examples=80, deadline=None)
@given(st.sampled_from(["form", "source", "taken", *inventory_document.LISTS]), JSON)
def test_any_value_of_any_key(key: str, value: Any) -> None:
    try:
        parsed(document(**{key: value}))
    except InputError as wrong:
        assert wrong.problems
