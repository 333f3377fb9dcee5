"""What hinders moving a VM is said in words, without the name of anything."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.vinfra.planning.records.rvtools.exports import export, one, says, sheet, xlsx

CASES = [
    ("vInfo", "FT State", "running", "Fault Tolerance keeps a second copy of it"),
    ("vInfo", "Connection state", "inaccessible", "the vCenter says it is inaccessible"),
    ("vDisk", "Raw", "True", "a raw LUN"),
    ("vDisk", "Sharing mode", "sharingMultiWriter", "a disk it shares with other VMs"),
    ("vDisk", "Shared Bus", "physicalSharing", "a disk it shares with other VMs"),
    ("vUSB", "Device Type", "VirtualUSB", "a USB device"),
    ("vNetwork", "Adapter", "VirtualSriovEthernetCard", "a network card passed through (SR-IOV)"),
]

CHORES = [
    ("vInfo", "Consolidation Needed", "True", "its disks need consolidation first"),
    ("vInfo", "Fixed Passthru HotPlug", "True", "may have devices passed through: look"),
    ("vInfo", "vApp", "shop", "part of a vApp: its order of starting does not move"),
    ("vInfo", "HW version", 4, "virtual hardware of version 4, older than changed block tracking"),
    ("vInfo", "HW version", "vmx-04", "virtual hardware of version 4, older than changed block tracking"),
    ("vInfo", "Powerstate", "suspended", "suspended: resume it and shut it down, what is in its memory does not move"),
    (
        "vDisk",
        "Disk Mode",
        "independent_persistent",
        "an independent disk, which snapshots leave out: copied while it is off",
    ),
    ("vCD", "Connected", "True", "a CD is connected"),
]


@pytest.mark.parametrize(("name", "column", "value", "what"), CHORES)
def test_chores_before_a_move_hinder_nobody(tmp_path: Path, name: str, column: str, value: object, what: str) -> None:
    sheets = export()
    sheets[name][0][column] = value
    inventory = xlsx(tmp_path, sheets)
    assert one(inventory, "web").chores == (what,)
    assert one(inventory, "web").blockers == one(inventory, "db").chores == ()


@pytest.mark.parametrize(("name", "column", "value", "why"), CASES)
def test_blockers(tmp_path: Path, name: str, column: str, value: object, why: str) -> None:
    sheets = export()
    sheets[name][0][column] = value
    inventory = xlsx(tmp_path, sheets)
    assert one(inventory, "web").blockers == (why,)
    assert one(inventory, "db").blockers == ()


def test_a_passed_through_card_needs_all_memory_reserved(tmp_path: Path) -> None:
    sheets = export()
    sheets["vNetwork"][0]["Direct Path IO"] = "True"
    inventory = xlsx(tmp_path, sheets)
    assert one(inventory, "web").blockers == ()
    assert says(sheet(inventory, "vNetwork"), "memory is not reserved")
    sheets["vMemory"][0]["Reservation"] = 4096
    assert one(xlsx(tmp_path, sheets), "web").blockers == ("a network card passed through (DirectPath I/O)",)


def test_disks_say_what_they_are(tmp_path: Path) -> None:
    sheets = export()
    sheets["vDisk"][0].update({"Raw": "True", "Sharing mode": "sharingMultiWriter", "Disk Mode": "independent_x"})
    [disk] = one(xlsx(tmp_path, sheets), "web").disks
    assert (disk.raw, disk.shared, disk.independent) == (True, True, True)
