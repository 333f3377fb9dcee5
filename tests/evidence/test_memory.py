"""Published experiments with memory: what must come out whatever the constants are."""

from __future__ import annotations

import pytest

from vinfra.evidence.comparison import compare


@pytest.fixture(scope="module")
def predicted() -> dict[str, float]:
    return {cell.id: cell.predicted for cell in compare("MEM02") if cell.predicted is not None}


def test_a_ballooned_vm_is_a_little_slower_than_one_of_its_size(predicted: dict[str, float]) -> None:
    assert 0 < predicted["MEM02.01/min"] < predicted["MEM02.01/max"] < 10


def test_sharing_reclaims_less_than_it_shares(predicted: dict[str, float]) -> None:
    assert 0 < predicted["MEM02.02/reclaimed"] < predicted["MEM02.02/shared"] < 2048
    assert predicted["MEM02.02/shared_pct"] == pytest.approx(predicted["MEM02.02/shared"] / 20.48)


def test_copies_of_one_vm_share_more_than_servers_of_one_release(predicted: dict[str, float]) -> None:
    assert 100 * predicted["MEM02.05/many_vms"] > predicted["MEM02.02/reclaimed_pct"]


def test_the_tax_gives_the_memory_of_an_idle_vm_to_a_busy_one(predicted: dict[str, float]) -> None:
    assert predicted["MEM02.07/gain_min"] > 30
