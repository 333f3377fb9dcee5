"""Whatever stands in the cells of an export, it is read with remarks, or refused with one line."""

from __future__ import annotations

import math
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.vinfra.planning.records.rvtools.exports import Sheets, csvs, export, xlsx
from vinfra.errors import InputError
from vinfra.planning.inventory import Inventory
from vinfra.planning.records.reader import read

SHEETS = export()
COLUMNS = sorted((name, column) for name, rows in SHEETS.items() for column in rows[0])
CELLS: st.SearchStrategy[Any] = st.one_of(
    st.sampled_from(
        ["", "-1", "1e308", "1,2,3", "NaN", "[", "]/", "[]", "5/5/2025", "99/99/9999", "=1", "\u0661", "%"]
    ),
    st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=12),
    st.floats(-1e300, 1e300),
    st.integers(-(2**40), 2**40),
    st.booleans(),
    st.datetimes(datetime(1901, 1, 1), datetime(2200, 1, 1)),
)


def sound(inventory: Inventory) -> None:
    names = [machine.name for machine in inventory.machines]
    assert len(set(names)) == len(names)
    for machine in inventory.machines:
        assert machine.vcpus >= 1
        assert 0 < machine.memory < math.inf
        for value in (machine.provisioned, machine.in_use, machine.guest_used, machine.cpu_used, machine.memory_active):
            assert value is None or 0 <= value < math.inf
        assert machine.ready is None or 0 <= machine.ready <= 1
        assert machine.cpu_limit > 0 and machine.memory_limit > 0
        assert all(0 <= disk.capacity < math.inf for disk in machine.disks)
    for host in inventory.hosts:
        assert host.sockets >= 1 and host.cores_per_socket >= 1
    for found in inventory.sheets:
        assert found.read + found.dropped == found.rows, found
        assert found.joined <= found.rows


changes = st.lists(st.tuples(st.sampled_from(COLUMNS), st.integers(0, 2), CELLS), min_size=1, max_size=6)


def changed(these: list[tuple[tuple[str, str], int, Any]]) -> Sheets:
    sheets = export()
    for (name, column), row, cell in these:
        sheets[name][row % len(sheets[name])][column] = cell
    return sheets


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(changes)
def test_any_cell_of_a_workbook(tmp_path: Path, these: list[tuple[tuple[str, str], int, Any]]) -> None:
    try:
        sound(xlsx(tmp_path, changed(these)))
    except InputError as wrong:
        assert "\n" not in str(wrong)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(changes)
def test_any_cell_of_csv_files(tmp_path: Path, these: list[tuple[tuple[str, str], int, Any]]) -> None:
    try:
        sound(csvs(tmp_path, changed(these)))
    except InputError as wrong:
        assert "\n" not in str(wrong)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=300), st.sampled_from(["a.xlsx", "RVTools_tabvInfo.csv", "a.csv", "a"]))
def test_any_bytes_under_any_name(tmp_path: Path, data: bytes, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    try:
        read(path)
    except InputError as wrong:
        assert wrong.problems


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.sampled_from(COLUMNS),
    st.sampled_from(["word", 1e12, -5, True, time(1, 2), timedelta(days=3), datetime(2025, 1, 2)]),
)
def test_a_whole_column_of_the_wrong_kind(tmp_path: Path, column: tuple[str, str], cell: Any) -> None:
    sheets = export()
    for row in sheets[column[0]]:
        row[column[1]] = cell
    try:
        sound(xlsx(tmp_path, sheets))
    except InputError as wrong:
        assert "no VM with CPUs and memory" in str(wrong)
