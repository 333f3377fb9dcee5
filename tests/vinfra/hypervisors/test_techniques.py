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
        ("protection-fault", 3927 - 1093),
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
    assert trap == pytest.approx((12.4 - 1.42) * 2400, rel=1e-9)
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
    nested, opteron = NestedPaging(), processor("opteron-2356")
    hot, cold = nested.hot_read, nested.cold_read
    bare, walks = (
        opteron.model_copy(update={"features": ["nested-paging", *more]}) for more in ([], ["page-walk-cache"])
    )
    assert nested.cost("tlb-miss", bare, SMALL) == pytest.approx(22 * hot + cold)
    assert nested.cost("tlb-miss", walks, SMALL) == pytest.approx(4 * hot + cold)
    assert nested.cost("tlb-miss", opteron, SMALL) == pytest.approx(hot + cold)
    assert NestedPaging(nested_tlb=1.0).cost("tlb-miss", opteron, SMALL) == pytest.approx(cold)


def test_large_pages_on_either_side_shorten_a_walk() -> None:
    nested, opteron = NestedPaging(), processor("opteron-2356")
    small, host, both = (nested.cost("tlb-miss", opteron, guest) for guest in (SMALL, Guest(host_pages=2.0**21), LARGE))
    assert both < host < small


def test_generations_of_shadow_paging_become_cheaper() -> None:
    names = ("shadow-paging-uncached", "shadow-paging", "shadow-paging-out-of-sync")
    for event in ("page-fault", "address-space-switch", "process-create"):
        first, second, third = (techniques[name]().cost(event, PRESCOTT, SMALL) for name in names)
        assert first >= second >= third
        assert first > third


def test_shadow_paging_under_exits_costs_what_the_nanobenchmarks_measured() -> None:
    shadow = techniques["shadow-paging"]()
    assert shadow.cost("page-table-update", PRESCOTT, SMALL) == pytest.approx(12733 - 1)
    assert shadow.cost("protection-fault", PRESCOTT, SMALL) == pytest.approx(11242 - 1093)
    assert shadow.cost("page-fault", PRESCOTT, SMALL) == pytest.approx(12732 + 10149), "two exits"


def test_a_guest_with_an_interrupt_controller_of_its_own_leaves_for_ticks_alone() -> None:
    nested, new = NestedPaging(), processor("epyc-9654p")
    old = new.without(["apic-virtualization", "posted-interrupts"])
    for event in ("interrupt", "ipi"):
        assert nested.cost(event, new, SMALL) == 0 < nested.cost(event, old, SMALL)
    assert 0 < nested.cost("timer-tick", new, SMALL) <= nested.cost("timer-tick", old, SMALL)


def test_a_switch_costs_what_was_measured_for_each_generation_of_kvm() -> None:
    merom = processor("xeon-3040")
    names = {"shadow-paging-uncached": 53.01, "shadow-paging": 6.36, "paravirtual-mmu": 1.60}
    for name, microseconds in names.items():
        cost = techniques[name]().cost("address-space-switch", merom, Guest(bits=32))
        assert cost / 2.4e3 == pytest.approx(microseconds - 1.11, rel=1e-3)


def test_a_fork_on_xen_costs_what_lmbench_measured() -> None:
    microseconds = techniques["paravirtual"]().cost("process-create", processor("xeon-2.4"), Guest(bits=32)) / 2.4e3
    assert microseconds == pytest.approx(198 - 110, rel=2e-3)


def test_system_calls_bounce_in_a_64_bit_paravirtual_guest_alone() -> None:
    xen = techniques["paravirtual"]()
    assert xen.cost("syscall", PRESCOTT, Guest(bits=64)) > 4000 > 100 > xen.cost("syscall", PRESCOTT, Guest(bits=32))


def test_pinning_late_saves_what_was_measured() -> None:
    early, late = (
        techniques["paravirtual"](pin=pin).cost("process-create", PRESCOTT, SMALL) for pin in ("early", "late")
    )
    assert (early - late) / 3.786e3 == pytest.approx(536 - 346, rel=1e-3)


def test_a_kernel_that_cannot_be_changed_is_refused_by_those_that_change_it() -> None:
    fixed = Guest(bits=32, modifiable=False)
    changed = {name for name in techniques if techniques[name].interface}
    assert changed == {"paravirtual", "paravirtual-mmu", "vmi", "vmi-native"}
    for name in changed:
        assert "cannot be changed" in str(techniques[name]().refuses(PRESCOTT, fixed))


def test_one_vmi_kernel_costs_next_to_nothing_on_bare_hardware() -> None:
    native, virtual = techniques["vmi-native"](), techniques["vmi"]()
    guest = Guest(bits=32)
    assert native.cost("syscall", PRESCOTT, guest) == 0
    assert 0 < native.cost("page-fault", PRESCOTT, guest) < virtual.cost("page-fault", PRESCOTT, guest) / 50


def test_an_exit_of_a_nested_guest_takes_many_of_the_outer_hypervisor() -> None:
    nehalem = processor("xeon-x5570")
    inner, outer = (
        techniques[name]().cost("halt", nehalem, SMALL) for name in ("nested-virtualization", "nested-paging")
    )
    assert inner == pytest.approx(22 * outer)
    shadowing = nehalem.model_copy(update={"features": [*nehalem.features, "vmcs-shadowing"]})
    assert techniques["nested-virtualization"]().cost("halt", shadowing, SMALL) == pytest.approx(7.4 * outer)


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
    unmeasured = processor("epyc-9654").model_copy(update={"exit_round_trip": None})
    assert "nobody measured its exits" in str(NestedPaging().refuses(unmeasured, SMALL))


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
