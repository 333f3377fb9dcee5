"""Synthetic estates, and the files they are written to."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vinfra.errors import InputError
from vinfra.planning.estates.drawn import estate, recording
from vinfra.planning.estates.files import as_rvtools, as_servers_csv
from vinfra.planning.inventory import Inventory, Machine
from vinfra.planning.records.reader import read

MIB = 2.0**20
ROOT = Path(__file__).parents[4]


def test_the_same_seed_gives_the_same_estate_and_another_another() -> None:
    assert estate(50, 7) == estate(50, 7)
    assert estate(50, 7).machines != estate(50, 8).machines


@settings(max_examples=10, deadline=None)
@given(st.integers(1, 900), st.integers(1, 900), st.integers(0, 2**32))
def test_a_machine_is_the_same_in_a_larger_estate_but_for_where_it_stands(few: int, many: int, seed: int) -> None:
    few, many = sorted((few, many))

    def bare(machine: Machine) -> Machine:
        disks = tuple(replace(disk, datastore=None) for disk in machine.disks)
        part = None if machine.cpu_used is None else round(machine.cpu_used / (machine.core_hz or 1) / machine.vcpus, 2)
        return replace(machine, host=None, cluster=None, core_hz=None, cpu_used=part, disks=disks)

    small, large = estate(few, seed).machines, estate(many, seed).machines
    assert [bare(machine) for machine in small] == [bare(machine) for machine in large[:few]]
    assert estate(few, seed, "2007").machines == estate(many, seed, "2007").machines[:few]


def test_an_estate_holds_together() -> None:
    found = estate(1000, 1)
    hosts, stores = {host.name: host for host in found.hosts}, {store.name: store for store in found.datastores}
    names = {machine.name for machine in found.machines}
    assert len(names) == 1000
    for machine in found.machines:
        assert machine.host in hosts and hosts[machine.host].cluster == machine.cluster
        assert machine.core_hz == hosts[machine.host].core_hz
        assert all((disk.datastore is None) if disk.raw else (disk.datastore in stores) for disk in machine.disks)
        assert all(0 <= (disk.used or 0) <= disk.capacity for disk in machine.disks)
        assert (machine.memory_active or 0) <= (machine.memory_consumed or 0) <= machine.memory
        assert (machine.cpu_used or 0) <= machine.vcpus * machine.core_hz
    for store in stores.values():
        taken = sum(machine.in_use or 0 for machine in found.machines if machine.disks[0].datastore == store.name)
        assert store.free is not None and 0 <= store.free <= store.capacity
        assert store.capacity - store.free <= taken + 1 or store.free == pytest.approx(store.capacity - taken)
    assert {snapshot.machine for snapshot in found.snapshots} <= names
    assert all(snapshot.taken and snapshot.taken.date() <= found.taken for snapshot in found.snapshots if found.taken)


def test_every_part_of_a_plan_has_something_to_say() -> None:
    found = estate(2000, 3)
    count = len(found.machines)
    assert sum(machine.template for machine in found.machines) == pytest.approx(0.02 * count, rel=0.5)
    assert sum(machine.power == "off" for machine in found.machines) == pytest.approx(0.1 * count, rel=0.3)
    assert found.snapshots and found.orphans
    assert {"a raw LUN", "a USB device", "passed-through PCI"} == {
        word for machine in found.machines for word in machine.blockers
    }
    assert {machine.family for machine in found.machines} == {"windows", "linux", "other"}
    assert len({host.model for host in found.hosts}) == 2
    assert any("nobody's" in note for note in found.notes)


@pytest.mark.parametrize("count", [0, -1, 10**7])
def test_no_machines_and_too_many_are_refused(count: int) -> None:
    with pytest.raises(ValueError, match="an estate has 1 to"):
        estate(count, 1)


def test_a_recording_has_the_means_the_inventory_saw() -> None:
    found = estate(200, 1)
    drawn = recording(found, 7, 1)
    running = [machine for machine in found.machines if machine.runs]
    assert drawn.cpu.shape == (2016, len(running)) and drawn.cpu.dtype == np.float32
    assert [*drawn.names] == [machine.name for machine in running]
    want = np.array([100 * (m.cpu_used or 0) / (m.vcpus * (m.core_hz or 1)) for m in running])
    off = np.abs(drawn.cpu.mean(axis=0) - want)
    assert np.median(off) < 0.01 and np.quantile(off, 0.95) < 1  # what is cut at 100 % is missing
    assert drawn.memory is not None and (drawn.memory <= [machine.memory for machine in running]).all()
    assert np.array_equal(drawn.cpu, recording(found, 7, 1).cpu)
    assert not np.array_equal(drawn.cpu, recording(found, 7, 2).cpu)


def test_a_recording_that_would_not_fit_is_refused() -> None:
    with pytest.raises(InputError, match="average over"):
        recording(estate(50, 1), 1_000_000, 1)
    with pytest.raises(ValueError, match="machines and time"):
        recording(estate(1, 1), 0, 1)


def plain(machine: Machine) -> Machine:
    """What the sheets of RVTools can say: no sentences in vinfra's words, used parts of disks only while it runs."""
    disks = tuple(replace(disk, used=disk.used if machine.runs else None) for disk in machine.disks)
    return replace(
        machine, blockers=(), chores=(), disks=disks, guest_used=machine.guest_used if machine.runs else None
    )


@pytest.mark.parametrize("count", [10, 1000])
def test_what_is_written_as_rvtools_is_read_back(tmp_path: Path, count: int) -> None:
    made = estate(count, 1)
    file = tmp_path / "estate.xlsx"
    as_rvtools(made, file)
    found = read(file)
    assert found.form == "rvtools" and found.taken == made.taken
    assert len(found.machines) == count
    for mine, theirs in zip(made.machines, found.machines, strict=True):
        assert replace(plain(mine), cpu_peak=None) == replace(plain(theirs), cpu_peak=None)
    assert [*found.hosts] == [*made.hosts]
    assert [(store.name, store.hosts) for store in found.datastores] == [(s.name, s.hosts) for s in made.datastores]
    assert [*found.snapshots] == [*made.snapshots]
    assert {(one.path, one.size) for one in found.orphans} == {(one.path, one.size) for one in made.orphans}
    assert not [sheet for sheet in found.sheets if sheet.dropped or sheet.guessed]


def test_texts_never_become_formulas_and_the_same_estate_gives_the_same_bytes(tmp_path: Path) -> None:
    machine = Machine('=HYPERLINK("http://example.com")', "vm", 1, 1024 * MIB, os="{=1+1}", host="+1", cluster="007")
    made = Inventory("test", "test", machines=[machine])
    digests = []
    for name in ("one.xlsx", "two.xlsx"):
        as_rvtools(made, tmp_path / name)
        digests.append(hashlib.sha256((tmp_path / name).read_bytes()).hexdigest())
        (found,) = read(tmp_path / name).machines
        assert (found.name, found.os, found.host, found.cluster) == (machine.name, "{=1+1}", "+1", "007")
    assert digests[0] == digests[1]
    assert sorted(file.name for file in tmp_path.iterdir()) == ["one.xlsx", "two.xlsx"]


def test_a_machine_room_is_written_and_read_back(tmp_path: Path) -> None:
    made = estate(60, 2007, "2007")
    file = tmp_path / "servers.csv"
    as_servers_csv(made, file)
    found = read(file)
    assert found.form == "servers-csv" and not found.missing
    for mine, theirs in zip(made.machines, found.machines, strict=True):
        assert (theirs.name, theirs.vcpus, theirs.memory) == (mine.name, mine.vcpus, mine.memory)
        assert (theirs.os, theirs.watts, theirs.rack, theirs.power) == (mine.os, mine.watts, mine.rack, mine.power)
        assert theirs.cpu_used == pytest.approx(mine.cpu_used) and theirs.cpu_p95 == pytest.approx(mine.cpu_p95)
    assert [host.cores for host in found.hosts] == [host.cores for host in made.hosts]
    assert sum(machine.watts is None for machine in found.machines) > 5


def test_the_machine_room_of_the_scenarios_is_the_one_that_is_drawn(tmp_path: Path) -> None:
    as_servers_csv(estate(60, 2007, "2007"), tmp_path / "servers.csv")
    shipped = ROOT / "scenarios" / "planning" / "servers-2007.csv"
    assert shipped.read_bytes() == (tmp_path / "servers.csv").read_bytes()


def test_a_folder_that_cannot_be_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(InputError, match="cannot be written to"):
        as_rvtools(estate(1, 1), tmp_path / "file" / "estate.xlsx")


@pytest.mark.slow
def test_twenty_thousand_machines_are_written_and_read(tmp_path: Path) -> None:
    made = estate(20_000, 1)
    as_rvtools(made, tmp_path / "estate.xlsx")
    found = read(tmp_path / "estate.xlsx")
    assert len(found.machines) == 20_000 and len(found.hosts) == len(made.hosts)
    assert sum(machine.memory for machine in found.machines) == sum(machine.memory for machine in made.machines)
