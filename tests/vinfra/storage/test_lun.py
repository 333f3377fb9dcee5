"""What an I/O costs the disks of a LUN, and how long it takes."""

from __future__ import annotations

import math

import pytest

from vinfra import facts
from vinfra.storage.array import ArrayModel
from vinfra.storage.disk import Direction, Disk
from vinfra.storage.lun import Lun, joined
from vinfra.storage.raid import Raid

ROTATING = ("fc-10k", "fc-15k", "sas-10k", "sas-15k", "sata-5k4", "sata-7k2")
KIB = 1024.0


def disk(name: str) -> Disk:
    return facts.load("disks", name, Disk)


def lun(raid: str = "raid5", spindles: int = 8, kind: str = "fc-15k", array: str | None = None, hits: float = 0) -> Lun:
    model = None if array is None else facts.load("arrays", array, ArrayModel)
    return Lun("lun", disk(kind), spindles, facts.load("raid", raid, Raid), model, hits)


@pytest.mark.parametrize("name", facts.names("arrays"))
def test_every_array_loads_and_holds_writes_twice(name: str) -> None:
    array = facts.load("arrays", name, ArrayModel)
    assert 0 < array.dirty <= array.cache / 2


@pytest.mark.parametrize("name", ROTATING)
def test_rules_of_thumb_hold_where_two_ios_are_queued_at_each_disk(name: str) -> None:
    assert 1 / disk(name).positioning(2) == pytest.approx(disk(name).iops, rel=0.1)


def test_a_random_io_on_an_idle_disk_takes_seek_half_a_rotation_and_transfer() -> None:
    found = disk("fc-15k")
    assert found.busy(64 * KIB, "read", False, 1.0) == pytest.approx(0.0035 + 0.002 + 64 * KIB / 99e6)


def test_32_queued_ios_halve_positioning() -> None:
    found = disk("sata-7k2")
    assert found.positioning(32) == pytest.approx(found.positioning(1) / 2)


@pytest.mark.parametrize("name", [*ROTATING, "ssd", "nvme"])
def test_large_sequential_ios_come_at_the_rate_of_the_medium(name: str) -> None:
    found, block = disk(name), 16 * 1024 * KIB
    assert block / found.busy(block, "read", True) == pytest.approx(found.transfer, rel=0.01)


def test_random_ios_cost_more_than_sequential_ones_and_the_less_so_the_larger_they_are() -> None:
    for name in ROTATING:
        ratios = [
            disk(name).busy(size * KIB, "read", False) / disk(name).busy(size * KIB, "read", True)
            for size in (4, 64, 1024)
        ]
        assert ratios == sorted(ratios, reverse=True) and ratios[-1] > 1


@pytest.mark.parametrize("name", ["ssd", "nvme"])
def test_flash_does_what_its_data_sheet_says_with_many_at_a_time(name: str) -> None:
    found = disk(name)
    assert 1 / found.busy(4 * KIB, "read", False) == pytest.approx(found.iops, rel=0.4)
    assert found.write_iops is not None
    assert 1 / found.busy(4 * KIB, "write", False) == pytest.approx(found.write_iops)
    answered = found.busy(4 * KIB, "read", False) + found.hidden(4 * KIB, "read", False)
    assert answered == pytest.approx(found.access)


@pytest.mark.parametrize(("raid", "penalty"), [("raid0", 1), ("raid1", 2), ("raid10", 2), ("raid5", 4), ("raid6", 6)])
def test_a_small_write_costs_the_penalty(raid: str, penalty: int) -> None:
    made = lun(raid)
    assert made.cost(8 * KIB, "write", False) == pytest.approx(penalty * made.cost(8 * KIB, "read", False))


@pytest.mark.parametrize(
    ("raid", "spindles", "more"),
    [("raid0", 8, 1), ("raid10", 8, 2), ("raid5", 5, 5 / 4), ("raid5", 90, 9 / 8), ("raid6", 10, 10 / 8)],
)
def test_whole_stripes_cost_their_parity_alone(raid: str, spindles: int, more: float) -> None:
    made, block = lun(raid, spindles), 64 * 1024 * KIB
    assert made.per_byte(block, "write", True) == pytest.approx(more * made.per_byte(block, "read", True), rel=1e-3)


def test_capacity_is_a_disk_second_a_second_for_each_disk() -> None:
    made = lun(spindles=12)
    assert made.capacity == 12
    assert made.capacity / made.per_byte(8 * KIB, "read", False) / (8 * KIB) == pytest.approx(12 * 205, rel=0.01)


@pytest.mark.parametrize("direction", ["read", "write"])
def test_response_grows_with_utilisation_and_without_bound_on_disks(direction: Direction) -> None:
    found = [lun().response(8 * KIB, direction, False, part, 4.0) for part in (0.0, 0.3, 0.6, 0.9, 0.99)]
    assert found == sorted(found)
    assert lun().response(8 * KIB, direction, False, 1.0, 4.0) == math.inf


def test_a_sequential_disk_queues_as_one_server_does() -> None:
    made = lun("raid0")
    idle = made.response(64 * KIB, "read", True, 0.0, 1.0)
    assert made.response(64 * KIB, "read", True, 0.75, 1.0) == pytest.approx(4 * idle)


def test_a_write_is_answered_by_the_cache_however_busy_disks_are() -> None:
    cached = lun(array="clariion-cx3-20")
    busy, idle = (cached.response(8 * KIB, "write", False, part, 4.0) for part in (1.0, 0.0))
    assert busy == idle < 0.001 < lun().response(8 * KIB, "write", False, 0.0, 4.0)


def test_reads_that_the_cache_holds_cost_disks_nothing() -> None:
    half, none = lun(array="clariion-cx3-20", hits=0.5), lun(array="clariion-cx3-20")
    assert half.cost(8 * KIB, "read", False) == pytest.approx(none.cost(8 * KIB, "read", False) / 2)
    assert half.cost(8 * KIB, "write", False) == none.cost(8 * KIB, "write", False)
    assert half.response(8 * KIB, "read", False, 0.5, 4.0) < none.response(8 * KIB, "read", False, 0.5, 4.0)


def test_ios_of_one_reader_meet_at_the_disks() -> None:
    made = lun("raid0", spindles=4)
    assert made.alone(64 * KIB, "read", True, 9.0) == pytest.approx(3 * made.alone(64 * KIB, "read", True, 1.0))


def test_two_disks_at_once_take_half_as_long_again_as_one_while_nothing_waits() -> None:
    assert joined(1, 0.5) == 1.0
    assert joined(2, 0.0) == pytest.approx(1.5)
    assert joined(3, 0.0) == pytest.approx(11 / 6)
