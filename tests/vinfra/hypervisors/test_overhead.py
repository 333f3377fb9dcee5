"""Overhead: events times costs, in an order that never matters; and which workload gains from which technique."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vinfra import facts
from vinfra.hardware.events import GUEST_EVENTS
from vinfra.hardware.processor import Processor
from vinfra.hypervisors.guest import Guest
from vinfra.hypervisors.measured import cycles
from vinfra.hypervisors.overhead import overhead
from vinfra.hypervisors.technique import techniques
from vinfra.workloads.guest import Workload

OPTERON = facts.load("processors", "opteron-2356", Processor)
NEHALEM = facts.load("processors", "xeon-x5570", Processor)
TRANSLATION, NESTED, NATIVE = (techniques[name]() for name in ("binary-translation", "nested-paging", "native"))
SAVING = {"port-io", "tpr-write"}
RATES = st.dictionaries(st.sampled_from(sorted(set(GUEST_EVENTS) - SAVING)), st.floats(0, 1e6), min_size=1)


def factor(technique: str, workload: str, guest: Guest | None = None, processor: Processor = OPTERON) -> float:
    work = facts.load("workloads", workload, Workload)
    rates = work.rates(processor, None if work.loop is None else cycles(work.loop, "native", processor))
    return overhead(techniques[technique](), processor, rates, guest or Guest()).factor


@given(RATES, st.sampled_from(sorted(GUEST_EVENTS)), st.floats(1, 1e6), st.sampled_from([TRANSLATION, NESTED]))
def test_more_events_never_cost_less_where_an_event_costs_anything(rates, event, more, technique) -> None:  # type: ignore[no-untyped-def]
    if technique.cost(event, OPTERON, Guest()) < 0:
        return
    dearer = {**rates, event: rates.get(event, 0.0) + more}
    before = overhead(technique, OPTERON, rates, Guest()).factor
    assert overhead(technique, OPTERON, dearer, Guest()).factor >= before >= 1


@given(RATES, st.randoms(use_true_random=False))
def test_the_order_of_events_changes_no_bit(rates, shuffler) -> None:  # type: ignore[no-untyped-def]
    items = list(rates.items())
    shuffler.shuffle(items)
    one, other = (overhead(NESTED, NEHALEM, events, Guest()) for events in (rates, dict(items)))
    assert (one.factor, list(one.by_event.items())) == (other.factor, list(other.by_event.items()))


def test_factor_is_one_and_the_cycles_of_all_events() -> None:
    found = overhead(TRANSLATION, OPTERON, {"syscall": 2.3e6, "call-return": 2.3e6}, Guest())
    assert list(found.by_event) == ["call-return", "syscall"]
    assert found.by_event == pytest.approx({"call-return": 40 * 0.4 / 1000, "syscall": 2000 * 0.4 / 1000})
    assert found.factor == pytest.approx(1 + math.fsum(found.by_event.values()))


def test_bare_hardware_adds_nothing() -> None:
    assert all(factor("native", workload) == 1 for workload in facts.names("workloads"))


@pytest.mark.parametrize("chip", [OPTERON, NEHALEM], ids=str)
def test_a_kernel_build_gains_from_nested_paging_and_a_pointer_chase_loses(chip: Processor) -> None:
    assert factor("nested-paging", "kernel-build", processor=chip) < factor(
        "binary-translation", "kernel-build", processor=chip
    )
    assert factor("nested-paging", "pointer-chase", processor=chip) > factor(
        "binary-translation", "pointer-chase", processor=chip
    )


def test_large_pages_take_back_a_part_of_what_a_pointer_chase_loses() -> None:
    small, large = (
        factor("nested-paging", "pointer-chase"),
        factor("nested-paging", "pointer-chase", Guest(pages=2.0**21)),
    )
    assert 1 < large < small


def test_computation_hardly_notices() -> None:
    assert factor("binary-translation", "cpu-bound") < 1.02
    assert factor("nested-paging", "cpu-bound") < 1.05


def test_port_reads_are_cheaper_under_binary_translation_than_on_bare_hardware() -> None:
    assert overhead(TRANSLATION, OPTERON, {"port-io": 100_000.0}, Guest()).factor < 1


def test_events_that_save_more_time_than_there_is_are_refused() -> None:
    with pytest.raises(ValueError, match="more events than AMD Opteron 2356 has time for"):
        overhead(TRANSLATION, OPTERON, {"port-io": 1e9}, Guest())


def test_an_event_nobody_knows_is_refused_with_the_nearest() -> None:
    with pytest.raises(KeyError, match="did you mean 'page-fault'"):
        overhead(NATIVE, OPTERON, {"page-falt": 1.0}, Guest())
