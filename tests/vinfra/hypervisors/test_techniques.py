"""Techniques reproduce what they were calibrated on, and who gains and who loses comes out."""

from __future__ import annotations

import math

import pytest

from vinfra import facts
from vinfra.hardware.events import GUEST_EVENTS
from vinfra.hardware.processor import Processor
from vinfra.hypervisors.guest import Guest
from vinfra.hypervisors.measured import cycles
from vinfra.hypervisors.technique import techniques
from vinfra.hypervisors.techniques.binary_translation import BinaryTranslation
from vinfra.hypervisors.techniques.nested_paging import NestedPaging, reads

SMALL, LARGE = Guest(), Guest(pages=2.0**21)


def processor(name: str) -> Processor:
    return facts.load("processors", name, Processor)


PRESCOTT = processor("pentium-4-672")


@pytest.mark.parametrize(
    ("event", "above_native"),
    [
        ("syscall", 2000),
        ("page-fault", 3927 - 1093),
        ("page-table-update", 391 - 1),
        ("exception", 3223 - 889),
        ("call-return", 51 - 11),
        ("tpr-write", 35 - 140),
        ("port-io", 214 - 3209),
    ],
)
def test_binary_translation_costs_what_the_nanobenchmarks_measured(event: str, above_native: float) -> None:
    adapted = BinaryTranslation(first_touch=0.0)
    assert adapted.cost(event, PRESCOTT, Guest(bits=32)) == pytest.approx(above_native)


def test_a_fork_under_binary_translation_costs_what_lmbench_measured() -> None:
    microseconds = BinaryTranslation().cost("process-create", processor("xeon-2.4"), Guest(bits=32)) / 2.4e3
    assert microseconds == pytest.approx(874 - 110)


def test_page_table_writes_cost_a_fault_until_the_monitor_adapts() -> None:
    trap = BinaryTranslation(first_touch=1.0).cost("page-table-update", PRESCOTT, SMALL)
    adapted = BinaryTranslation(first_touch=0.0).cost("page-table-update", PRESCOTT, SMALL)
    assert trap == 3927 - 1093
    assert adapted < BinaryTranslation().cost("page-table-update", PRESCOTT, SMALL) < trap


def test_binary_translation_scales_with_the_traps_of_a_processor_and_its_ports_with_the_clock() -> None:
    woodcrest = processor("xeon-5160")
    assert woodcrest.monitor_ratio is not None
    assert BinaryTranslation().cost("syscall", woodcrest, SMALL) == pytest.approx(2000 * woodcrest.monitor_ratio)
    assert cycles("port-io", "native", woodcrest) == pytest.approx(3209 * 3.0 / 3.8)


def test_binary_translation_refuses_a_64_bit_guest_without_segment_limits() -> None:
    assert BinaryTranslation().refuses(processor("xeon-5160"), Guest(bits=32)) is None
    assert BinaryTranslation().refuses(processor("opteron-2356"), Guest(bits=64)) is None
    assert "segment limits" in str(BinaryTranslation().refuses(processor("xeon-5160"), Guest(bits=64)))


def test_nested_walk_reads_24_19_or_15_entries() -> None:
    assert [reads(4, 4), reads(3, 4), reads(4, 3), reads(3, 3)] == [24, 19, 19, 15]


def test_a_tlb_miss_costs_the_reads_no_cache_answers() -> None:
    plain = NestedPaging(cached=0.0)
    read = plain.page_walk_read
    opteron = processor("opteron-2356")
    assert plain.cost("tlb-miss", opteron, SMALL) == pytest.approx((24 - 4) * read)
    assert plain.cost("tlb-miss", opteron, LARGE) == pytest.approx((15 - 3) * read)
    assert NestedPaging().cost("tlb-miss", opteron, SMALL) == pytest.approx((24 - 4) * read * 0.25)
    assert NestedPaging(cached=1.0).cost("tlb-miss", opteron, SMALL) == 0


@pytest.mark.parametrize(
    "event", ["syscall", "page-fault", "page-table-update", "address-space-switch", "process-create"]
)
def test_nested_paging_leaves_memory_management_to_the_guest(event: str) -> None:
    assert NestedPaging().cost(event, processor("opteron-2356"), SMALL) == 0


def test_a_port_read_under_hardware_exits_takes_what_was_measured() -> None:
    above_native = NestedPaging().cost("port-io", PRESCOTT, SMALL)
    assert above_native == pytest.approx(15826 - 3209)


def test_a_plain_exit_takes_what_was_measured_with_the_hypervisors_part() -> None:
    assert NestedPaging().cost("halt", processor("xeon-x5570"), SMALL) == pytest.approx(2000)
    assert NestedPaging().cost("halt", processor("opteron-2356"), SMALL) == pytest.approx(3300)


def test_task_priority_is_the_guests_own_in_64_bit_and_with_flexpriority() -> None:
    nested = NestedPaging()
    assert nested.cost("tpr-write", processor("opteron-2356"), Guest(bits=64)) == 0
    assert nested.cost("tpr-write", processor("opteron-2356"), Guest(bits=32)) > 1000
    assert nested.cost("tpr-write", processor("xeon-x5570"), Guest(bits=32)) == 0


def test_nested_paging_refuses_without_the_feature_and_where_nobody_measured() -> None:
    assert NestedPaging().refuses(processor("opteron-2356"), SMALL) is None
    assert NestedPaging().refuses(processor("xeon-5160"), SMALL) == "Intel Xeon 5160 has no nested page tables"
    assert "nobody measured its exits" in str(NestedPaging().refuses(processor("epyc-9654"), SMALL))


@pytest.mark.parametrize("name", techniques.names())
@pytest.mark.parametrize("chip", facts.names("processors"))
@pytest.mark.parametrize("bits", [32, 64])
def test_every_event_has_a_finite_cost_wherever_a_technique_does_not_refuse(name: str, chip: str, bits: int) -> None:
    technique, guest = techniques[name](), Guest(bits=bits)
    if technique.refuses(processor(chip), guest) is None:
        costs = [technique.cost(event, processor(chip), guest) for event in GUEST_EVENTS]
        assert all(math.isfinite(cost) for cost in costs)
        assert any(costs) == (name != "native")
    else:
        assert name != "native"


@pytest.mark.parametrize("name", techniques.names())
def test_every_constant_of_a_technique_says_where_it_comes_from(name: str) -> None:
    for parameter, info in techniques[name].model_fields.items():
        about = info.json_schema_extra
        assert isinstance(about, dict), parameter
        assert about["source"] and about["tag"] in facts.TAGS, parameter
