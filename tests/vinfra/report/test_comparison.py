from __future__ import annotations

import pytest

from tests.vinfra.report import samples
from vinfra.report.comparison import compare, where
from vinfra.scenario.results import Point


def test_one_block_for_each_row_of_the_sweep_in_the_order_of_the_points() -> None:
    rows = [block.at["vms.guest.workload"] for block in compare(samples.sweep()).blocks]
    assert rows == ["kernel-build", "oltp", "pointer-chase"]


def test_best_follows_the_metric_and_not_the_size() -> None:
    throughput, overhead = compare(samples.sweep()).blocks[0].lines
    assert [cell.best for cell in throughput.cells] == [True, False, False, False]
    assert [cell.best for cell in overhead.cells] == [True, False, False, False]
    utilisation = compare(samples.day()).blocks[0].lines[3]
    assert utilisation.metric.better == "neither"
    assert not any(cell.best for cell in utilisation.cells)


def test_numbers_that_read_the_same_are_both_best_and_none_is_where_all_do() -> None:
    run = samples.day(3)
    for point, energy in zip(run.points, (1.0, 1.00002, 2.0), strict=True):
        point.metrics["energy_kwh"] = energy
    energy_line, *_, hosts = compare(run).blocks[0].lines
    assert [cell.best for cell in energy_line.cells] == [True, True, False]
    assert not any(cell.best for cell in hosts.cells)


def test_cells_are_means_over_the_points_that_ended_well() -> None:
    run = samples.sweep()
    cell = compare(run).blocks[1].lines[0].cells[1]
    values = [
        p.metrics["throughput_per_s"]
        for p in run.points
        if p.variant == "shadow" and "oltp" in p.at.values() and p.metrics
    ]
    assert len(values) == 2
    assert cell.value == pytest.approx(sum(value or 0.0 for value in values) / 2)
    assert cell.partial


def test_ratios_are_to_the_variant_the_metric_is_relative_to_at_the_same_row() -> None:
    for block in compare(samples.sweep()).blocks:
        cells = block.lines[0].cells
        assert cells[0].ratio == 1.0
        assert cells[1].ratio == pytest.approx((cells[1].value or 0) / (cells[0].value or 1))
        assert cells[3].ratio is None


def test_a_refusal_is_one_footnote_however_many_cells_point_to_it() -> None:
    compared = compare(samples.sweep())
    assert len(compared.notes) == 1
    assert "nested-large: processor opteron-248 has no nested paging" in compared.notes[0]
    assert {cell.note for cell in compared.cells() if cell.state == "refused"} == {1}


def test_a_variant_refused_before_it_had_points_is_refused_too() -> None:
    run = samples.sweep()
    run.points = [point for point in run.points if point.variant != "nested-large"]
    assert {line.cells[3].state for block in compare(run).blocks for line in block.lines} == {"refused"}


def test_a_column_of_failed_points_says_so() -> None:
    run = samples.day()
    run.points[1] = Point("dvfs", {}, 0, error="ValueError: negative watts")
    compared = compare(run)
    assert {line.cells[1].state for line in compared.blocks[0].lines} == {"failed"}
    assert compared.failures == ["dvfs at replication 0: ValueError: negative watts"]


def test_a_path_is_cut_to_its_last_key_only_where_that_is_unambiguous() -> None:
    assert where({"vms.guest.count": 2, "pages": "4 KiB"}) == "count = 2, pages = 4 KiB"
    assert where({"vms.a.count": 2, "vms.b.count": None}) == "vms.a.count = 2, vms.b.count = null"
