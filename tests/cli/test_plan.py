"""`vinfra plan`: an inventory in; a page, a workbook and a scenario that runs out; the same plan whatever the rows'
order, the names, the process."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from vinfra.errors import InputError
from vinfra.planning.assuming import assumed
from vinfra.planning.hosting.packing import exact

Run = Callable[..., Any]
TWO = ("--target", "proxmox-ve", "--target", "vmware-vvf")
FILES = {
    "plan.html",
    "plan.xlsx",
    "plan.yaml",
    "assumptions.yaml",
    "utilisation.csv",
    "placement-proxmox-ve.csv",
    "placement-vmware-vvf.csv",
}


@pytest.fixture
def estate(vinfra: Run) -> str:
    """An invented estate of thirty machines."""
    said = vinfra("plan", "--example", "estate.xlsx", "--machines", "30")
    assert said.code == 0, said.err
    return "estate.xlsx"


@pytest.fixture
def servers(vinfra: Run) -> str:
    """A machine room of 2007."""
    assert vinfra("plan", "--example", "servers.csv", "--machines", "12").code == 0
    return "servers.csv"


def planned(said: Any) -> dict[str, Any]:
    assert said.code == 0, said.err
    found: dict[str, Any] = json.loads(said.out)
    return found


def names(folder: str | Path) -> set[str]:
    return {path.name for path in Path(folder).iterdir()}


def test_an_inventory_becomes_files_and_a_scenario_whose_claims_hold(vinfra: Run, estate: str) -> None:
    said = vinfra("plan", estate, *TWO, "--out", "plan")
    assert said.code == 0, said.err
    assert names("plan") == FILES
    assert "3 years" in said.out and "plan/plan.html" in said.out.replace("\n", "")
    assert vinfra("check", "plan/plan.yaml").code == 0
    ranked = planned(vinfra("plan", estate, *TWO, "--json"))["targets"]
    found = planned(vinfra("run", "plan/plan.yaml", "--json"))
    assert [variant["name"] for variant in found["variants"]] == [one["name"] for one in ranked]
    assert len(found["expect"]) >= 2 and all(claim["holds"] for claim in found["expect"])


def test_help_names_the_files_it_writes(vinfra: Run) -> None:
    said = vinfra("plan", "--help")
    assert said.code == 0
    assert all(f"({name})" in said.out for name in ("plan.html", "plan.xlsx", "plan.yaml"))


def test_the_folder_is_named_by_inventory_and_digest(vinfra: Run, estate: str) -> None:
    found = planned(vinfra("plan", estate, *TWO, "--json"))
    (folder,) = Path("results/plan").iterdir()
    assert folder.name == f"estate-{found['digest'][:8]}"
    assert vinfra("plan", estate, *TWO, "--quiet").out == ""
    assert [path.name for path in Path("results/plan").iterdir()] == [folder.name]


def test_the_digest_is_the_same_in_every_process(vinfra: Run, estate: str, root: Path) -> None:
    here = planned(vinfra("plan", estate, *TWO, "--json", "--out", "here"))
    for hashes in ("0", "4711"):
        done = subprocess.run(
            [sys.executable, "-m", "vinfra.cli", "plan", estate, *TWO, "--json", "--out", f"there-{hashes}"],
            env={**os.environ, "PYTHONPATH": str(root), "PYTHONHASHSEED": hashes},
            capture_output=True,
            text=True,
            check=True,
            timeout=300,
        )
        assert json.loads(done.stdout) == here
        for name in FILES:
            assert Path(f"there-{hashes}", name).read_bytes() == Path("here", name).read_bytes(), name


def shuffled_workbook(source: str, to: str) -> None:
    """The same sheets with their rows in another order."""
    from python_calamine import CalamineWorkbook
    from xlsxwriter import Workbook

    draw, book = random.Random(5), CalamineWorkbook.from_path(source)
    with Workbook(to, {"default_date_format": "yyyy-mm-dd hh:mm"}) as written:
        for name in book.sheet_names:
            head, *rows = book.get_sheet_by_name(name).to_python()
            draw.shuffle(rows)
            sheet = written.add_worksheet(name)
            for at, row in enumerate([head, *rows]):
                sheet.write_row(at, 0, [None if cell == "" else cell for cell in row])


def test_another_order_of_the_rows_is_the_same_plan(vinfra: Run, estate: str) -> None:
    shuffled_workbook(estate, "other.xlsx")
    here, there = (planned(vinfra("plan", one, *TWO, "--json")) for one in (estate, "other.xlsx"))
    assert here == there


def test_another_order_of_physical_servers_is_the_same_plan(vinfra: Run, servers: str) -> None:
    head, *rows = Path(servers).read_text().splitlines()
    Path("other.csv").write_text("\n".join([head, *reversed(rows)]) + "\n")
    here, there = (planned(vinfra("plan", one, "--target", "proxmox-ve", "--json")) for one in (servers, "other.csv"))
    assert here == there
    assert here["inventory"]["physical"] == 12


def test_an_inventory_without_names_has_the_same_plan(vinfra: Run, estate: str) -> None:
    said = vinfra("plan", estate, "--anonymise", "without.json")
    assert said.code == 0 and "without.json" in said.out
    assert names(".") == {"small.yaml", "estate.xlsx", "without.json"}
    here, there = (planned(vinfra("plan", one, *TWO, "--json")) for one in (estate, "without.json"))
    assert [one["name"] for one in here["targets"]] == [one["name"] for one in there["targets"]]
    for mine, other in zip(here["targets"], there["targets"], strict=True):
        same = ("hosts", "hosts_carrying", "hosts_bound", "clusters", "racks", "bills", "licence_per_year")
        assert {key: mine[key] for key in same} == {key: other[key] for key in same}
        assert mine["cost"] == pytest.approx(other["cost"], rel=1e-9)
    machines = {one["name"] for one in here["machines"]}
    told = Path("without.json").read_text()
    assert machines and not [name for name in machines if name in told]


def test_a_file_without_names_is_never_written_over_another(vinfra: Run, estate: str) -> None:
    Path("mine.json").write_text("mine")
    said = vinfra("plan", estate, "--anonymise", "mine.json")
    assert said.code == 2 and "is there already" in said.err
    assert Path("mine.json").read_text() == "mine"


def test_assumptions_are_printed_and_taken_back(vinfra: Run, estate: str) -> None:
    changed = ("--set", "hosts.spare=2", "--set", "sizing.cpu_headroom=50 %")
    said = vinfra("plan", "--assumptions", *changed)
    assert said.code == 0
    assert yaml.safe_load(said.out)["hosts"]["spare"] == 2
    Path("ours.yaml").write_text(said.out)
    assert assumed("ours.yaml").values == assumed(sets=changed[1::2]).values
    here = planned(vinfra("plan", estate, *TWO, *changed, "--json"))
    there = planned(vinfra("plan", estate, *TWO, "--assume", "ours.yaml", "--json"))
    assert here["targets"] == there["targets"]
    assert {one["hosts_spare"] for one in here["targets"]} == {2}


def test_the_assumptions_it_writes_give_the_same_plan(vinfra: Run, estate: str) -> None:
    here = planned(vinfra("plan", estate, *TWO, "--set", "hosts.price=9000", "--out", "plan", "--json"))
    there = planned(vinfra("plan", estate, "--assume", "plan/assumptions.yaml", "--json"))
    assert here == there


MISTAKES = [
    ("plan", "has nothing to plan for"),
    ("plan nowhere.xlsx", "nowhere.xlsx: there is nothing"),
    ("plan small.yaml", "small.yaml: is no inventory that vinfra knows"),
    ("plan servers.csv --form rvtool", "--form: no form 'rvtool'; did you mean 'rvtools'?"),
    ("plan servers.csv --target vmware-vff", "no target 'vmware-vff'; did you mean 'vmware-vvf'?"),
    ("plan servers.csv --target xcp-ng --target xcp-ng", "names a target twice"),
    ("plan servers.csv --set hosts.spar=2", "unknown key 'spar'; did you mean 'spare'?"),
    ("plan servers.csv --set hosts.spare=-1", "must be at least 0"),
    ("plan servers.csv --set hosts.spare", "write --set PATH=VALUE"),
    ("plan servers.csv --set costs.date=1999-01-01", "no target is of 1999-01-01"),
    ("plan servers.csv --assume ours.yaml", "ours.yaml: there is no such file"),
    ("plan servers.csv --utilisation vcenter.csv", "vcenter.csv: there is nothing"),
    ("plan servers.csv --utilisation servers.csv", "servers.csv"),
    ("plan servers.csv --out small.yaml", "small.yaml: cannot be written to"),
    ("plan servers.csv --anonymise without.xlsx", "is written as JSON"),
    ("plan --example small.yaml", "is there already"),
    ("plan --example estate.docx", "end it in .xlsx"),
    ("plan --example estate.xlsx --machines 0", "must be from 1 to 100,000"),
]


@pytest.mark.parametrize(("command", "expected"), MISTAKES, ids=[command for command, _ in MISTAKES])
def test_a_mistake_is_one_line_and_nothing_is_written(vinfra: Run, servers: str, command: str, expected: str) -> None:
    before = names(".")
    said = vinfra(*command.split(" "))
    assert (said.code, said.out) == (2, "")
    assert expected in said.err and len(said.err.splitlines()) == 1
    assert names(".") == before


def test_a_plan_without_a_platform_is_a_failed_one(vinfra: Run, estate: str) -> None:
    said = vinfra("plan", estate, *TWO, "--set", "racks.power=100 W", "--out", "plan")
    assert said.code == 1
    assert "No platform could be planned for" in said.out and "set racks.power" in " ".join(said.out.split())


def test_hosts_that_take_no_machine_are_no_plan_that_costs_nothing(vinfra: Run, estate: str) -> None:
    said = vinfra("plan", estate, "--target", "xcp-ng", "--set", "hosts.memory=1 GiB", "--out", "plan")
    assert said.code == 1 and "no host of this kind takes any machine" in " ".join(said.out.split())


@pytest.mark.parametrize(
    "command", [["--example", "new.xlsx", "--anonymise", "names.json"], ["--machines", "5"]], ids=" ".join
)
def test_options_that_do_not_go_together_are_refused(vinfra: Run, estate: str, command: list[str]) -> None:
    said = vinfra("plan", estate, *command)
    assert said.code == 2 and len(said.err.splitlines()) == 1
    assert not Path("new.xlsx").exists() and not Path("names.json").exists()


def test_an_inventory_that_is_cut_short_is_refused_with_nothing_written(vinfra: Run, estate: str) -> None:
    Path("half.xlsx").write_bytes(Path(estate).read_bytes()[:5000])
    said = vinfra("plan", "half.xlsx", "--out", "plan")
    assert said.code == 2 and said.err.startswith("half.xlsx") and len(said.err.splitlines()) == 1
    assert not Path("plan").exists()


@pytest.mark.parametrize("at", range(1, len(FILES) + 1))
def test_an_interrupt_leaves_no_file_half_written(
    vinfra: Run, estate: str, at: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert vinfra("plan", estate, *TWO, "--quiet", "--out", "all").code == 0
    moves, move = 0, os.replace

    def interrupted(source: Any, to: Any) -> None:
        nonlocal moves
        moves += 1
        if moves == at:
            raise KeyboardInterrupt
        move(source, to)

    with monkeypatch.context() as patched:
        patched.setattr(os, "replace", interrupted)
        said = vinfra("plan", estate, *TWO, "--quiet", "--out", "part")
    assert said.code == 130 and said.out == ""
    assert len(names("part")) == at - 1
    for name in names("part"):
        assert Path("part", name).read_bytes() == Path("all", name).read_bytes(), name


@pytest.mark.parametrize("library", ["python_calamine", "xlsxwriter"])
def test_a_library_that_is_missing_is_told_with_the_cure(
    vinfra: Run, estate: str, library: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, library, None)
    said = vinfra("plan", estate, *TWO, "--out", "plan")
    assert said.code == 2 and len(said.err.splitlines()) == 1
    assert "pip install 'vinfra[planning]'" in said.err
    assert not Path("plan").exists()


def test_an_optimiser_that_is_missing_is_told_with_the_cure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ortools.sat.python", None)
    with pytest.raises(InputError, match=r"pip install 'vinfra\[planning\]'"):
        exact.solver()
