"""An RVTools export becomes an inventory, whatever of it is missing, moved, or said twice."""

from __future__ import annotations

import math
from datetime import date, datetime
from pathlib import Path

import pytest

from tests.vinfra.planning.records.rvtools.exports import GIB, MIB, Sheets, csvs, export, one, says, sheet, vm, xlsx
from vinfra.errors import InputError
from vinfra.planning.inventory import Disk, Host
from vinfra.planning.records.rvtools.columns import COLUMN_GIVES, SHEET_GIVES


@pytest.fixture
def sheets() -> Sheets:
    return export()


def test_a_machine_has_what_every_sheet_says_of_it(tmp_path: Path, sheets: Sheets) -> None:
    web = one(xlsx(tmp_path, sheets), "web")
    assert (web.kind, web.vcpus, web.memory, web.power, web.template) == ("vm", 2, 4 * GIB, "on", False)
    assert (web.host, web.cluster, web.datacenter) == ("esx0.example.org", "prod", "dc")
    assert (web.os, web.family) == ("Debian GNU/Linux 12 (64-bit)", "linux")
    assert (web.core_hz, web.cpu_used, web.ready) == (2295e6, 700e6, 0.02)
    assert (web.memory_active, web.memory_consumed) == (512 * MIB, 3000 * MIB)
    assert (web.provisioned, web.in_use, web.guest_used) == (45000 * MIB, 20000 * MIB, 10000 * MIB)
    assert web.disks == (Disk("Hard disk 1", 40 * GIB, used=10000 * MIB, thin=True, datastore="ds1"),)
    assert (web.cpu_limit, web.memory_limit, web.cpu_reservation) == (math.inf, math.inf, 0.0)
    assert web.tracking is True
    assert web.blockers == ()


def test_csv_files_say_what_the_workbook_says(tmp_path: Path, sheets: Sheets) -> None:
    book, comma = xlsx(tmp_path, sheets), csvs(tmp_path, sheets)
    semicolon = csvs(tmp_path, sheets, ";")
    for other in (comma, semicolon):
        for part in ("taken", "machines", "hosts", "datastores", "snapshots", "orphans", "missing", "notes", "sheets"):
            assert getattr(other, part) == getattr(book, part)


def test_a_single_csv_file_is_found_by_its_columns(tmp_path: Path, sheets: Sheets) -> None:
    csvs(tmp_path, {"vInfo": sheets["vInfo"]})
    from vinfra.planning.records.reader import read

    path = (tmp_path / "csv" / "RVTools_tabvInfo.csv").rename(tmp_path / "monday.csv")
    assert [machine.name for machine in read(path).machines] == ["web", "db", "old"]


def test_hosts_and_datastores(tmp_path: Path, sheets: Sheets) -> None:
    inventory = xlsx(tmp_path, sheets)
    assert inventory.hosts[0] == Host(
        name="esx0.example.org",
        sockets=2,
        cores_per_socket=16,
        memory=256 * GIB,
        cluster="prod",
        datacenter="dc",
        vendor="HPE",
        model="ProLiant DL380 Gen10",
        processor="Intel(R) Xeon(R) Gold 5218 CPU @ 2.30GHz",
        core_hz=2295e6,
        threads=64,
        cpu_used=0.14,
        memory_used=0.36,
        version="VMware ESXi 8.0.3 build-24022510",
        licence="vSphere 8 Enterprise Plus",
    )
    [store] = inventory.datastores
    assert (store.kind, store.capacity, store.free) == ("VMFS", 1024 * GIB, 800000 * MIB)
    assert store.hosts == ("esx0.example.org", "esx1.example.org")


def test_the_day_of_the_record(tmp_path: Path, sheets: Sheets) -> None:
    assert xlsx(tmp_path, sheets).taken == date(2025, 5, 6)
    del sheets["vMetaData"]
    inventory = xlsx(tmp_path, sheets)
    assert inventory.taken == date(2025, 5, 5)
    assert any("newest date" in note for note in inventory.notes)


def test_snapshots_and_files_nobody_owns(tmp_path: Path, sheets: Sheets) -> None:
    inventory = xlsx(tmp_path, sheets)
    [snapshot] = inventory.snapshots
    assert (snapshot.machine, snapshot.name, snapshot.size) == ("db", "before", 512 * MIB)
    assert snapshot.taken == datetime(2025, 4, 5)
    assert [(orphan.path, orphan.size) for orphan in inventory.orphans] == [
        ("[ds1] lost/lost.vmdk", 7 * GIB),
        ("[ds1] gone/gone.vmdk", GIB),
    ]


def test_what_is_off_or_a_template_used_nothing_that_says_anything(tmp_path: Path, sheets: Sheets) -> None:
    old = one(xlsx(tmp_path, sheets), "old")
    assert old.power == "off"
    assert (old.cpu_used, old.memory_active, old.memory_consumed, old.ready) == (None, None, None, None)
    sheets["vInfo"][0]["Template"] = "True"
    assert one(xlsx(tmp_path, sheets), "web").template


@pytest.mark.parametrize("name", sorted(set(export()) - {"vInfo"}))
def test_without_a_sheet_the_rest_is_read_and_the_loss_named(tmp_path: Path, sheets: Sheets, name: str) -> None:
    del sheets[name]
    inventory = csvs(tmp_path, sheets)
    assert len(inventory.machines) == 3
    assert (name in {missing.what for missing in inventory.missing}) == (name in SHEET_GIVES)


@pytest.mark.parametrize(("name", "column"), [(name, column) for name, column in sorted(COLUMN_GIVES)])
def test_without_a_column_the_rest_is_read_and_the_loss_named(
    tmp_path: Path, sheets: Sheets, name: str, column: str
) -> None:
    before = {missing.what for missing in csvs(tmp_path, sheets).missing}
    for row in sheets[name]:
        row.pop(column, None)
    inventory = csvs(tmp_path, sheets)
    assert len(inventory.machines) == 3
    assert {missing.what for missing in inventory.missing} >= {*before, f"{name}: {column}"}


def test_without_vinfo_or_its_vms_nothing_can_be_said(tmp_path: Path, sheets: Sheets) -> None:
    with pytest.raises(InputError, match="no sheet vInfo; export all sheets"):
        xlsx(tmp_path, {"vCPU": sheets["vCPU"]})
    for row in sheets["vInfo"]:
        del row["VM"]
    with pytest.raises(InputError, match="no column VM"):
        xlsx(tmp_path, sheets)
    with pytest.raises(InputError, match="no VM with CPUs and memory"):
        xlsx(tmp_path, {"vInfo": [{"VM": "web", "Memory": 4096}]})


def test_columns_in_any_order_with_attributes_between(tmp_path: Path, sheets: Sheets) -> None:
    straight = csvs(tmp_path, sheets)
    for name, table in sheets.items():
        turned = [{f"my {place}": "x", **dict(reversed(row.items()))} for place, row in enumerate(table)]
        sheets[name] = [dict(sorted(row.items(), key=lambda item: item[0][::-1])) for row in turned]
    other = csvs(tmp_path, sheets)
    for part in ("machines", "hosts", "datastores", "snapshots", "orphans", "missing"):
        assert getattr(other, part) == getattr(straight, part)


def test_older_headers(tmp_path: Path, sheets: Sheets) -> None:
    straight = xlsx(tmp_path, sheets)
    older = {"VI SDK Server": "vCenter UUID", "Free MiB": "Free MB ", "In Use MiB": "In use MB"}

    def spelt(column: str) -> str:
        return older.get(column, column.replace("MiB", "MB"))

    changed = {f"tab{name}": [{spelt(c): v for c, v in row.items()} for row in table] for name, table in sheets.items()}
    assert xlsx(tmp_path, changed).machines == straight.machines
    assert xlsx(tmp_path, changed).datastores == straight.datastores


def test_sheets_that_disagree_are_counted_and_vinfo_wins(tmp_path: Path, sheets: Sheets) -> None:
    sheets["vCPU"][0]["CPUs"] = 8
    sheets["vMemory"][0]["Size MiB"] = 9999
    sheets["vDisk"][0]["Capacity MiB"] = 99999
    inventory = xlsx(tmp_path, sheets)
    web = one(inventory, "web")
    assert (web.vcpus, web.memory) == (2, 4 * GIB)
    assert says(sheet(inventory, "vCPU"), "other CPUs than in vInfo, whose are taken: 1")
    assert says(sheet(inventory, "vMemory"), "another size of memory than in vInfo, whose is taken: 1")
    assert says(sheet(inventory, "vDisk"), "disks of another size")


def test_what_vinfo_leaves_out_is_filled_in_and_counted(tmp_path: Path, sheets: Sheets) -> None:
    sheets["vInfo"][0].update({"CPUs": "", "Memory": ""})
    inventory = xlsx(tmp_path, sheets)
    assert (one(inventory, "web").vcpus, one(inventory, "web").memory) == (2, 4 * GIB)
    assert (sheet(inventory, "vCPU").guessed, sheet(inventory, "vMemory").guessed) == (1, 1)


def test_blank_lines_totals_and_placeholders_are_dropped_and_said(tmp_path: Path, sheets: Sheets) -> None:
    sheets["vInfo"] += [
        {"Annotation": "a note below"},
        {"VM": "Total", "CPUs": 6, "Memory": 12288},
        {**sheets["vInfo"][0], "VM": "away", "SRM Placeholder": "True", "VM ID": "vm-9", "VM UUID": "5001-9"},
    ]
    sheets["vDisk"].append({**sheets["vDisk"][0], "SRM Placeholder": "True", "VM ID": "vm-9", "VM UUID": "5001-9"})
    inventory = xlsx(tmp_path, sheets)
    assert [machine.name for machine in inventory.machines] == ["web", "db", "old"]
    info = sheet(inventory, "vInfo")
    assert (info.rows, info.read, info.dropped) == (6, 3, 3)
    assert says(info, "placeholders of Site Recovery Manager") and says(info, "totals") and says(info, "no VM")
    assert sheet(inventory, "vDisk").dropped == 1


@pytest.mark.parametrize("part", ["vCPU", "vDisk", "vSnapshot"])
def test_rows_of_no_vm_are_dropped_and_said(tmp_path: Path, sheets: Sheets, part: str) -> None:
    sheets[part].append({**sheets[part][0], **vm("unheard of", 77)})
    found = sheet(xlsx(tmp_path, sheets), part)
    assert found.dropped == 1
    assert says(found, "speak of no VM in vInfo: 1")


def test_numbers_as_text_and_words_that_are_none(tmp_path: Path, sheets: Sheets) -> None:
    sheets["vInfo"][0].update({"Memory": "4,096", "Provisioned MiB": "45,000", "CPUs": "2"})
    sheets["vInfo"][1].update({"Provisioned MiB": "plenty", "CBT": "perhaps"})
    inventory = xlsx(tmp_path, sheets)
    assert one(inventory, "web").memory == 4 * GIB
    assert one(inventory, "web").provisioned == 45000 * MIB
    assert (one(inventory, "db").provisioned, one(inventory, "db").tracking) == (None, None)
    assert says(sheet(inventory, "vInfo"), "'Provisioned MiB' cannot be read, in rows: 1")


def test_limits(tmp_path: Path, sheets: Sheets) -> None:
    sheets["vCPU"][0].update({"Limit": 1000, "Reservation": 500})
    sheets["vMemory"][0].update({"Limit": 2048, "Reservation": 1024})
    sheets["vMemory"][1]["Limit"] = 0
    inventory = xlsx(tmp_path, sheets)
    web = one(inventory, "web")
    assert (web.cpu_limit, web.cpu_reservation) == (1e9, 5e8)
    assert (web.memory_limit, web.memory_reservation) == (2 * GIB, GIB)
    assert one(inventory, "db").memory_limit == math.inf
    assert sheet(inventory, "vMemory").guessed == 1


def test_a_file_system_mounted_twice_counts_once(tmp_path: Path, sheets: Sheets) -> None:
    sheets["vPartition"].append({**sheets["vPartition"][0], "Disk": "/var/lib/containers"})
    inventory = xlsx(tmp_path, sheets)
    assert one(inventory, "web").guest_used == 10000 * MIB
    assert says(sheet(inventory, "vPartition"), "counted already: 1")


def test_a_workbook_without_a_library_or_shape_is_one_line(tmp_path: Path) -> None:
    from vinfra.planning.records.reader import read

    path = tmp_path / "a.xlsx"
    path.write_bytes(b"PK\3\4 nothing")
    with pytest.raises(InputError) as caught:
        read(path)
    assert str(caught.value).startswith(f"{path}: ")
