"""The two public samples, where they are: what is known of them, and how little of it the first one joins."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

from tests.vinfra.planning.records.rvtools.exports import GIB, MIB, one, says, sheet
from vinfra.planning.records.reader import read

Real = Callable[[str], Path]


def test_a_sample_whose_names_were_scrambled_row_by_row(real: Real) -> None:
    inventory = read(real("rvtools/kubev2v_example1.xlsx"))
    assert [machine.vcpus for machine in inventory.machines] == [1, 2, 3, 8, 8, 7, 9, 13, 18]
    assert (len(inventory.hosts), sum(host.cores for host in inventory.hosts)) == (7, 224)
    assert all(host.model == "ProLiant DL380 Gen10" and host.core_hz == 2295e6 for host in inventory.hosts)
    vm8 = one(inventory, "vm-8")
    assert (vm8.power, vm8.memory, vm8.memory_active) == ("on", 34321 * MIB, 10240 * MIB)
    assert len(vm8.disks) == 2  # by VM ID; the names in vDisk are vm-7 and vm-8
    assert inventory.taken == date(2025, 5, 20)
    assert says(sheet(inventory, "vDisk"), "their VM ID decides: 6")
    assert says(sheet(inventory, "vCPU"), "VMs without CPUs in vInfo have those of vCPU: 1")
    assert says(sheet(inventory, "vInfo"), "hosts that vHost does not have: 8")
    assert {missing.what for missing in inventory.missing} >= {"vSnapshot", "vDatastore", "vFileInfo"}


def test_a_small_sample_with_half_of_the_columns(real: Real) -> None:
    inventory = read(real("rvtools/rvtools-small-complete.xlsx"))
    assert [machine.name for machine in inventory.machines] == ["sample-web-01", "sample-db-01", "sample-archive-01"]
    db = one(inventory, "sample-db-01")
    assert (db.vcpus, db.memory, db.family, db.ready) == (4, 16 * GIB, "windows", 0.061)
    assert [(disk.capacity, disk.used) for disk in db.disks] == [(100 * GIB, 70 * GIB), (220 * GIB, 180 * GIB)]
    assert (db.core_hz, db.guest_used) == (2600e6, 250 * GIB)
    assert [(host.sockets, host.cores, host.cluster) for host in inventory.hosts] == [
        (2, 16, "sample-cluster-a"),
        (2, 16, "sample-cluster-a"),
    ]
    assert sheet(inventory, "vInfo").joined == 3
    assert inventory.snapshots[0].size == 512 * MIB
