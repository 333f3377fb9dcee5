"""Products take the first technique that does not refuse, and say why when there is none."""

from __future__ import annotations

import pytest

from vinfra import facts
from vinfra.errors import Refused
from vinfra.hardware.processor import Processor
from vinfra.hypervisors.guest import Guest
from vinfra.hypervisors.product import Product, choose
from vinfra.hypervisors.technique import techniques


def chosen(product: str, processor: str, bits: int = 64, wanted: str | None = None) -> str:
    release = facts.load("products", product, Product)
    return choose(release, facts.load("processors", processor, Processor), Guest(bits=bits), wanted).name


@pytest.mark.parametrize("name", facts.names("products"))
def test_product_names_techniques_that_exist(name: str) -> None:
    product = facts.load("products", name, Product)
    assert set(product.techniques) <= set(techniques)
    assert set(product.needs) <= set(product.techniques)


def test_preference_decides_where_a_processor_offers_more_than_one() -> None:
    assert chosen("esx-3.5", "opteron-2356") == "nested-paging"
    assert chosen("esx-3.5", "opteron-2356", wanted="binary-translation") == "binary-translation"
    assert chosen("esx-3.5", "xeon-5160", bits=32) == "binary-translation"
    assert chosen("none", "epyc-9654") == "native"


def test_intels_nested_page_tables_are_used_by_later_releases_only() -> None:
    assert chosen("esx-3.5", "xeon-x5570", bits=32) == "binary-translation"
    assert chosen("esx-4.0", "xeon-x5570", bits=32) == "nested-paging"
    assert chosen("kvm-2.6.34", "xeon-x5570") == "nested-paging"
    with pytest.raises(Refused, match="wants amd-v, and Intel Xeon X5570 has none"):
        chosen("kvm-62", "xeon-x5570")


def test_every_reason_is_given_when_nothing_is_left() -> None:
    with pytest.raises(Refused) as refused:
        chosen("esx-4.0", "xeon-5160", bits=64)
    assert "no nested page tables" in str(refused.value)
    assert "segment limits" in str(refused.value)


def test_a_technique_the_product_lacks_is_refused_by_name() -> None:
    with pytest.raises(Refused, match="KVM 62 has nested-paging and not binary-translation"):
        chosen("kvm-62", "opteron-2356", wanted="binary-translation")
    with pytest.raises(Refused, match="did you mean 'nested-paging'"):
        chosen("kvm-62", "opteron-2356", wanted="nested-pagin")


@pytest.mark.parametrize("guest", [{"bits": 16}, {"pages": 8192.0}, {"bits": 32, "pages": 2.0**30}])
def test_guests_that_cannot_be_are_refused(guest: dict[str, float]) -> None:
    with pytest.raises(Refused):
        Guest(**guest)  # type: ignore[arg-type]
