from __future__ import annotations

import time
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tests.vinfra.report.planning import estate, planned
from vinfra.planning.plan import Plan
from vinfra.report.planning import workbook
from vinfra.report.planning.sheets import sheets

NAMES = [
    "Summary", "Targets", "Bills", "Machines", "Placement", "Hosts", "Power", "Migration", "Backup", "Trial",
    "Snapshots", "Orphans", "Quality", "Missing", "Assumptions", "Sources",
]  # fmt: skip
GIB = 2**30
Table = list[dict[str, Any]]


def read(path: Path) -> dict[str, Table]:
    """Every sheet as rows by head."""
    calamine = pytest.importorskip("python_calamine", reason="python-calamine reads workbooks; pip install it")
    book = calamine.CalamineWorkbook.from_path(str(path))
    found = {}
    for name in book.sheet_names:
        head, *rows = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
        found[name] = [dict(zip(head, row, strict=True)) for row in rows]
    return found


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Table]:
    return read(workbook.write(planned.full(), tmp_path_factory.mktemp("book")))


@pytest.mark.parametrize("make", [planned.full, planned.bare, planned.nothing])
def test_every_sheet_is_there_whatever_is_unknown(make: Callable[[], Plan], tmp_path: Path) -> None:
    folder = tmp_path / "out"
    assert list(read(workbook.write(make(), folder))) == NAMES
    assert [path.name for path in folder.iterdir()] == ["plan.xlsx"]


@pytest.mark.parametrize("make", [planned.full, planned.bare, planned.nothing])
def test_no_row_is_wider_than_its_head(make: Callable[[], Plan]) -> None:
    for sheet in sheets(make()):
        heads = [column.head for column in sheet.columns]
        assert len(set(heads)) == len(heads)
        assert max((len(row) for row in sheet.rows), default=0) <= len(heads)


def test_machines_are_all_there_with_what_is_suggested(book: dict[str, Table]) -> None:
    plan = planned.full()
    assert len(book["Machines"]) == len(plan.inventory.machines)
    for row, machine, one in zip(book["Machines"], plan.inventory.machines, plan.suggestions, strict=True):
        assert (row["vCPUs now"], row["vCPUs"], row["Verdict"]) == (one.vcpus_now, one.vcpus, one.verdict)
        assert row["Memory (GiB)"] == one.memory / GIB and row["Operating system"] == machine.os
        assert row["In the guest (GiB)"] == ("" if machine.guest_used is None else machine.guest_used / GIB)


def test_names_that_look_like_formulas_stay_names(book: dict[str, Table], tmp_path: Path) -> None:
    names = [row["Machine"] for row in book["Machines"]]
    for number in (5, 7, 8, 9):
        assert estate.name(number) in names
    path = workbook.write(planned.full(), tmp_path)
    with zipfile.ZipFile(path) as files:
        parts = {name: files.read(name).decode() for name in files.namelist()}
    assert not any("<f>" in text for text in parts.values())
    assert not any("<hyperlink" in text for text in parts.values())
    assert not any("externalLink" in name for name in parts)


def test_characters_that_do_not_print_are_spaces() -> None:
    assert workbook.plain("a\x1b[31mb\x00") == "a [31mb "
    assert len(workbook.plain("x" * 100_000)) < 32_767


def test_totals_and_prices_are_those_of_the_plan(book: dict[str, Table]) -> None:
    plan = planned.full()
    assert [row["Total (EUR)"] for row in book["Targets"]] == [one.total for one in plan.targets]
    assert [row["Target"] for row in book["Targets"]] == [one.target.title for one in plan.targets]
    line = plan.targets[0].bills[0].lines[0]
    row = book["Bills"][0]
    assert (row["Counted"], row["Billed"], row["Price"], row["Amount"]) == (
        line.counted, line.billed, line.price, line.amount,
    )  # fmt: skip
    assert (row["Price of"], row["Tag"]) == (date(2025, 4, 10), line.tag)
    assert {row["From memory"] for row in book["Bills"]} == {"yes", "no"}


def test_placement_names_host_and_rack_or_why_there_is_none(book: dict[str, Table]) -> None:
    plan = planned.full()
    one = plan.targets[0]
    rows = {row["Machine"]: row for row in book["Placement"]}
    title, left = one.target.title, next(iter(one.fleet.unplaced))
    assert rows[left][f"Without: {title}"] == one.fleet.unplaced[left] and rows[left][f"Host: {title}"] == ""
    for name, host in zip(one.fleet.machines, one.fleet.chosen.at, strict=True):
        if name != left and name in rows:
            assert rows[name][f"Host: {title}"] == host + 1 and rows[name][f"Rack: {title}"] == host // 8 + 1


def test_hosts_carry_what_was_placed_on_them(book: dict[str, Table]) -> None:
    plan = planned.full()
    for one in plan.targets:
        mine = [row for row in book["Hosts"] if row["Where"] == one.target.title]
        assert len(mine) == one.fleet.hosts
        carried = [row["Machines"] for row in mine if row["Role"] == "carries"]
        assert carried == planned.hosts_of(one).tolist()
        assert len(mine) - len(carried) == one.fleet.spare


def test_every_move_of_the_best_target_and_every_night_of_the_others(book: dict[str, Table]) -> None:
    plan = planned.full()
    for rank, one in enumerate(plan.targets):
        assert one.migration is not None
        rows = [row for row in book["Migration"] if row["Target"] == one.target.title and row["Night"] != ""]
        nights = one.migration.nights
        assert len(rows) == (sum(len(night.moves) for night in nights) if rank == 0 else len(nights))


def test_a_changed_assumption_says_where_it_was_changed(book: dict[str, Table]) -> None:
    rows = {row["Path for --set"]: row for row in book["Assumptions"]}
    assert rows["costs.years"]["Changed in"] == "ours.yaml:3:8" and rows["racks.power"]["Changed in"] == ""
    assert rows["racks.power"]["Value"] == "8 kW" and rows["racks.power"]["Tag"] == "assumed"


def test_same_plan_same_bytes_and_no_clock_in_them(tmp_path: Path) -> None:
    first = workbook.write(planned.full(), tmp_path / "a").read_bytes()
    time.sleep(1.1)
    assert workbook.write(planned.full(), tmp_path / "b").read_bytes() == first
    undated = replace(planned.full(), day=None, inventory=replace(planned.full().inventory, taken=None))
    assert workbook.write(undated, tmp_path / "c").exists()


@pytest.mark.slow
def test_twenty_thousand_machines_take_seconds(tmp_path: Path) -> None:
    plan = planned.big()
    begun = time.process_time()
    path = workbook.write(plan, tmp_path)
    assert time.process_time() - begun < 30 and path.stat().st_size < 10e6
