"""Products take the first technique that does not refuse, and say why when there is none."""

from __future__ import annotations

from typing import Any

import pytest

from vinfra import facts
from vinfra.errors import Refused
from vinfra.hardware.processor import Processor
from vinfra.hypervisors.guest import Guest
from vinfra.hypervisors.product import Product, choose, path


def release(name: str) -> Product:
    found: Product = facts.load("products", name, Product)
    return found


def processor(name: str) -> Processor:
    found: Processor = facts.load("processors", name, Processor)
    return found


def chosen(product: str, on: str, bits: int = 64, wanted: str | None = None, modifiable: bool = True) -> str:
    return choose(release(product), processor(on), Guest(bits=bits, modifiable=modifiable), wanted).name


def test_preference_decides_where_a_processor_offers_more_than_one() -> None:
    assert chosen("esx-3.5", "opteron-2356") == "nested-paging"
    assert chosen("esx-3.5", "opteron-2356", wanted="binary-translation") == "binary-translation"
    assert chosen("esx-3.5", "xeon-5160", bits=32) == "binary-translation"
    assert chosen("none", "epyc-9654") == "native"


def test_intels_nested_page_tables_are_used_by_later_releases_only() -> None:
    assert chosen("esx-3.5", "xeon-x5570", bits=32) == "binary-translation"
    assert chosen("esx-4.0", "xeon-x5570", bits=32) == "nested-paging"
    assert chosen("kvm-2.6.34", "xeon-x5570") == "nested-paging"
    assert chosen("kvm-62", "xeon-x5570") == "shadow-paging"
    with pytest.raises(Refused, match="wants amd-v, and Intel Xeon X5570 has none"):
        chosen("kvm-62", "xeon-x5570", wanted="nested-paging")


@pytest.mark.parametrize(
    ("on", "bits", "technique"),
    [  # the defaults of ESX 4.0: ESX Monitor Modes, DOC-9882
        ("xeon-x5570", 64, "nested-paging"),
        ("xeon-e5440", 64, "shadow-paging"),
        ("xeon-5160", 64, "shadow-paging"),
        ("pentium-4-672", 64, "shadow-paging"),
        ("xeon-x5570", 32, "nested-paging"),
        ("xeon-e5440", 32, "shadow-paging"),
        ("xeon-5160", 32, "binary-translation"),
        ("pentium-4-672", 32, "binary-translation"),
        ("xeon-3.6", 32, "binary-translation"),
    ],
)
def test_esx_4_takes_the_monitor_mode_that_its_makers_published(on: str, bits: int, technique: str) -> None:
    assert chosen("esx-4.0", on, bits) == technique


def test_64_bit_guests_need_exits_on_intel_and_segment_limits_on_amd() -> None:
    assert chosen("esx-3.0", "pentium-4-672") == "shadow-paging"
    assert chosen("esx-3.0", "opteron-280") == "binary-translation"
    with pytest.raises(Refused, match=r"segment limits.*; .*wants vt-x"):
        chosen("esx-3.0", "xeon-3.6")
    with pytest.raises(Refused, match="its binary-translation runs no 64-bit guests"):
        chosen("gsx-3.2", "opteron-280")


def test_a_rule_for_a_word_size_names_what_it_wants() -> None:
    with pytest.raises(Refused, match="its shadow-paging of a 32-bit guest wants flexpriority, and Intel Xeon 5160"):
        chosen("esx-4.0", "xeon-5160", bits=32, wanted="shadow-paging")


def test_xen_of_2008_runs_a_changed_kernel_and_leaves_others_to_hardware() -> None:
    assert chosen("xen-3.2", "xeon-5160") == "paravirtual"
    assert chosen("xen-3.2", "xeon-5160", modifiable=False) == "shadow-paging"
    with pytest.raises(Refused, match="cannot be changed"):
        chosen("xen-2.0", "xeon-5160", bits=32, modifiable=False)


def test_settings_reach_the_technique() -> None:
    early = choose(release("xen-2.0"), processor("xeon-2.4"), Guest(bits=32))
    late = choose(release("xen-3.0"), processor("xeon-2.4"), Guest(bits=32))
    fork = [one.cost("process-create", processor("xeon-2.4"), Guest(bits=32)) for one in (early, late)]
    assert fork[0] > fork[1]


def test_every_reason_is_given_when_nothing_is_left() -> None:
    with pytest.raises(Refused) as refused:
        chosen("esx-4.0", "xeon-3.6", bits=64)
    assert "no nested page tables" in str(refused.value)
    assert "wants vt-x" in str(refused.value)
    assert "segment limits" in str(refused.value)


def test_a_technique_the_product_lacks_is_refused_by_name() -> None:
    with pytest.raises(Refused, match=r"KVM 62 has nested-paging, shadow-paging, .* and not binary-translation"):
        chosen("kvm-62", "opteron-2356", wanted="binary-translation")
    with pytest.raises(Refused, match="did you mean 'nested-paging'"):
        chosen("kvm-62", "opteron-2356", wanted="nested-pagin")


def test_paths_that_a_product_does_not_have_are_refused() -> None:
    assert path(release("esx-4.0"), drivers=True).name == "vmkernel"
    assert path(release("esx-4.0"), drivers=False).name == "emulated-kernel"
    with pytest.raises(Refused, match="KVM 12 has no drivers for guests"):
        path(release("kvm-12"), drivers=True)
    with pytest.raises(Refused, match=r"Xen 2\.0 emulates no devices"):
        path(release("xen-2.0"), drivers=False)


def test_interfaces_to_certify_a_kernel_for_can_be_counted() -> None:
    """What the argument about VMI was about: a kernel for each version of Xen's interface, or one for all."""
    xens = [release(name).kernel("paravirtual") for name in ("xen-1.0", "xen-2.0", "xen-3.0")]
    assert len({kernel.interface for kernel in xens}) == 3
    assert not any(kernel.one_binary_with_native for kernel in xens)
    vmi = [release("esx-3.5").kernel("vmi"), release("none").kernel("vmi-native")]
    assert all(kernel.modified and kernel.one_binary_with_native for kernel in vmi)
    assert len({kernel.interface for kernel in vmi}) == 1
    assert not release("hyper-v-2008").kernel("shadow-paging").modified
    assert "Plan 9" in release("xen-2.0").modified_guests["paravirtual"]


@pytest.mark.parametrize(
    ("product", "edition", "carried", "missing"),
    [
        ("esx-3.0", "standard", "virtual-smp", "live-migration"),
        ("esx-3.0", "enterprise", "consolidated-backup", "storage-migration"),
        ("esx-3.5", "foundation", "consolidated-backup", "ha"),
        ("esx-3.5", "standard", "ha", "drs"),
        ("esx-4.0", "standard", "ha", "live-migration"),
        ("esxi-4.1", "standard", "live-migration", "drs"),
        ("esxi-8.0", "vsphere-foundation", "drs", "network-virtualization"),
        ("hyper-v-2022", "standard", "live-migration", "virtual-san"),
        ("xenserver-4.0", "express", "virtual-smp", "live-migration"),
        ("proxmox-ve-8", "no-subscription", "ha", "drs"),
    ],
)
def test_editions_carry_what_they_were_sold_with(product: str, edition: str, carried: str, missing: str) -> None:
    assert release(product).has(carried, edition)
    assert not release(product).has(missing, edition)


def test_an_edition_there_is_none_of_is_an_error() -> None:
    with pytest.raises(KeyError):
        release("esx-3.5").has("ha", "platinum")


@pytest.mark.parametrize("guest", [{"bits": 16}, {"pages": 8192.0}, {"bits": 32, "pages": 2.0**30}])
def test_guests_that_cannot_be_are_refused(guest: dict[str, Any]) -> None:
    with pytest.raises(Refused):
        Guest(**guest)
