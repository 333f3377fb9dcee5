"""Prices: product, technique, I/O path and work put together, and what they add up to for all VMs."""

from __future__ import annotations

import numpy as np
import pytest

from vinfra.document import parse
from vinfra.engine.names import Labels
from vinfra.errors import Refused
from vinfra.scenario.expand import host_kinds
from vinfra.scenario.load import resolve
from vinfra.scenario.pricing import Price, price, totals

LAB = """\
scenario: lab
question: What does it cost?
hosts:
  h1: {server: hp-proliant-dl385-g5, memory: 8 GiB, hypervisor: esx-4.0}
vms:
  v: {workload: oltp, bits: 32}
"""


def priced(text: str = LAB) -> Price:
    resolved = resolve(parse(text, "lab.yaml"))
    return price(resolved, resolved.scenario.vms["v"], host_kinds(resolved)[0])


def test_drivers_made_for_the_hypervisor_are_taken_where_there_are_any() -> None:
    own, emulated = priced(), priced(LAB.replace("oltp", "oltp, drivers: emulated"))
    assert ("io-paths", "vmkernel") in own.used
    assert ("io-paths", "emulated-kernel") in emulated.used
    assert emulated.by_event["packet"] > own.by_event["packet"]
    assert emulated.io_cycles > own.io_cycles > 0


def test_bare_hardware_has_no_drivers_of_a_hypervisor() -> None:
    with pytest.raises(Refused, match="no drivers for guests"):
        priced(LAB.replace("esx-4.0", "none").replace("oltp", "oltp, drivers: paravirtual"))


def test_a_product_that_takes_large_pages_by_itself_does_unless_the_scenario_says_small_ones() -> None:
    large, small = priced(), priced(LAB.replace("oltp", "oltp, host_pages: 4 KiB"))
    assert large.by_event["tlb-miss"] < small.by_event["tlb-miss"]


def test_a_feature_that_is_switched_off_is_not_used() -> None:
    assert ("techniques", "nested-paging") in priced().used
    without = LAB.replace("esx-4.0", "esx-4.0, without: [nested-paging]")
    assert ("techniques", "nested-paging") not in priced(without).used


@pytest.mark.parametrize(("much", "why"), [("vcpus: 64", "8 vCPUs at most"), ("memory: 512 GiB", "255 GiB of memory")])
def test_a_vm_larger_than_any_the_product_runs_is_refused(much: str, why: str) -> None:
    with pytest.raises(Refused, match=why):
        priced(LAB.replace("oltp", f"oltp, {much}"))


def test_events_of_all_vms_add_up_by_their_native_cycles() -> None:
    one = Price(1.3, by_event={"syscall": 0.1, "call-return": 0.1, "tlb-miss": 0.1}, kernel="plain")
    other = Price(1.0, kernel="vmi")
    groups = Labels(["a", "b"], np.array([0, 1, 1]))
    kind, weight = np.array([0, 0, 0]), np.array([2.0, 1.0, 1.0])
    found = totals({"a": [one], "b": [other]}, groups, kind, weight)
    assert found["cycles/calls"] == pytest.approx(10)
    assert found["cycles/tlb"] == pytest.approx(5)
    assert found["kernels"] == 2
    assert sum(value for name, value in found.items() if name != "kernels") == pytest.approx(100 * 0.3 / 2)


def test_nothing_is_said_of_guests_that_say_nothing() -> None:
    assert totals({}, Labels([], np.zeros(0, dtype=np.int64)), np.zeros(0, dtype=np.int64), np.zeros(0)) == {}
    assert (
        totals({"a": [Price(1.0)]}, Labels(["a"], np.zeros(1, dtype=np.int64)), np.zeros(1, dtype=np.int64), np.ones(1))
        == {}
    )
