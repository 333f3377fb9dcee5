"""Targets are facts: each names things that are there, fits its product, and is of one time."""

from datetime import date

import pytest

from vinfra import facts
from vinfra.hardware.processor import Processor
from vinfra.hardware.server import Server
from vinfra.hypervisors.edition import edition
from vinfra.hypervisors.product import Product
from vinfra.planning.assumptions import Assumptions
from vinfra.planning.target import Target, carried, current

NAMES = facts.names("targets")


@pytest.mark.parametrize("name", NAMES)
class TestTarget:
    def test_its_edition_licenses_its_hypervisor_and_was_priced_before_it_is_sold(self, name: str) -> None:
        target = facts.load("targets", name, Target)
        terms = edition(target.edition).terms
        assert target.hypervisor in terms.products
        assert target.sold_from is not None and terms.date <= target.sold_from
        if target.windows_edition is not None:
            assert edition(target.windows_edition).terms.guests == "windows"

    def test_its_server_was_measured_and_is_not_too_large_for_the_product(self, name: str) -> None:
        target = facts.load("targets", name, Target)
        server = facts.load("servers", target.server, Server)
        product = facts.load("products", target.hypervisor, Product)
        processor = facts.load("processors", server.processor, Processor)
        assert server.power is not None
        assert target.memory <= (product.max_host_memory or float("inf"))
        assert processor.cores * server.sockets <= (product.max_host_cpus or float("inf"))


def test_targets_are_those_of_the_plans_day() -> None:
    assert current(date(2026, 11, 1)) == ["hyper-v", "proxmox-ve", "vmware-vcf", "vmware-vvf", "xcp-ng"]
    assert current(date(2007, 10, 1)) == ["vi3-enterprise-2006", "virtual-iron", "xen-enterprise"]
    assert "hyper-v-2008" in current(date(2008, 8, 1)) and "vi3-enterprise-2006" not in current(date(2008, 8, 1))


def test_what_is_assumed_says_where_it_comes_from() -> None:
    for part in ("sizing", "hosts", "racks", "storage", "waves", "backup"):
        for key, info in type(getattr(Assumptions(), part)).model_fields.items():
            extra = info.json_schema_extra
            if extra is not None:
                assert isinstance(extra, dict) and len(str(extra["source"])) > 20, key


def test_what_is_carried_is_that_of_the_edition_or_of_the_product_where_nobody_sells_it() -> None:
    vvf = facts.load("targets", "vmware-vvf", Target)
    foundation = facts.load("targets", "vi3-foundation", Target)
    assert "ha" in carried(vvf) and "ha" not in carried(foundation)
    unsold = foundation.model_copy(update={"edition": "none-such"})
    assert carried(unsold) == frozenset(facts.load("products", foundation.hypervisor, Product).features)
