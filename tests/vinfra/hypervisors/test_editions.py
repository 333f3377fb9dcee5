"""Bills: never below what is there, floors exactly as the terms say, guests stacked, currencies never mixed."""

from __future__ import annotations

import math
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from vinfra import facts
from vinfra.errors import Refused
from vinfra.hypervisors.cheapest import cheapest, smallest, sold
from vinfra.hypervisors.edition import HostShape, bill, edition
from vinfra.hypervisors.licence_unit import licence_units

GIB = 2**30
SHAPES = some.lists(
    some.builds(
        HostShape,
        name=some.sampled_from(["a", "b", "c"]),
        sockets=some.integers(1, 8),
        cores_per_socket=some.integers(1, 128),
        count=some.integers(1, 500),
    ),
    min_size=1,
    max_size=4,
)
FREE_OF_LIMITS = [name for name in facts.names("editions") if edition(name).terms.most_sockets is None]


def servers(count: int, sockets: int = 2, cores: int = 16) -> list[HostShape]:
    return [HostShape("esx", sockets, cores, count)]


def test_528_cores_are_billed_as_1088_where_each_of_68_cpus_counts_16() -> None:
    made = bill(edition("vcf-2025"), [HostShape("old", 2, 8, 30), HostShape("older", 2, 6, 4)])
    assert (made.counted, made.units, made.per_year) == (528.0, 1088, 1088 * 350.0)
    assert made.lines[0].why == "528 cores; each of 68 CPUs counts at least 16: 1,088"


def test_an_order_of_one_small_host_is_rounded_up_to_72_cores_from_april_2025() -> None:
    assert bill(edition("vcf-2024"), servers(1)).units == 32
    made = bill(edition("vcf-2025"), servers(1))
    assert made.units == 72 and made.lines[0].why == "32 cores; an order has at least 72: 72"


def test_windows_standard_is_stacked_for_every_two_guests_and_datacenter_is_not() -> None:
    hosts = servers(3, cores=12)
    standard, datacenter = edition("windows-server-2022-standard"), edition("windows-server-2022-datacenter")
    layers = [bill(standard, hosts, guests).units / 72 for guests in (1, 2, 3, 12, 13)]
    assert layers == [1, 1, 2, 6, 7]
    assert {bill(datacenter, hosts, guests).units for guests in (1, 50)} == {72}
    assert bill(standard, hosts, 10).once < bill(datacenter, hosts, 10).once < bill(standard, hosts, 12).once


def test_windows_counts_8_cores_of_a_cpu_and_16_of_a_server_at_least_in_packs_of_two() -> None:
    windows = edition("windows-server-2022-datacenter")
    assert bill(windows, servers(1, sockets=1, cores=4)).units == 16
    assert bill(windows, servers(1, sockets=4, cores=6)).units == 32
    assert bill(windows, servers(1, sockets=1, cores=17)).units == 18


def test_windows_2003_licenses_four_guests_with_enterprise_and_all_of_a_cpu_with_datacenter() -> None:
    def cost(edition_: str, guests: int) -> float:
        return bill(edition(f"windows-server-2003-r2-{edition_}"), servers(1), guests, for_guests=True).once

    assert [cost("standard", guests) for guests in (1, 5)] == [999.0, 5 * 999.0]
    assert [cost("enterprise", guests) for guests in (1, 4, 5)] == [3999.0, 3999.0, 2 * 3999.0]
    assert {cost("datacenter", guests) for guests in (1, 40)} == {2 * 2999.0}


def test_hosts_without_windows_guests_need_no_windows() -> None:
    hosts = [HostShape("a", 2, 16, 2), HostShape("b", 2, 16, 3)]
    made = bill(edition("windows-server-2022-datacenter"), hosts, {"a": 5}, for_guests=True)
    assert made.units == 64
    assert bill(edition("rhel-virtual-datacenters-2024"), hosts, 0, for_guests=True).over(3) == 0.0


def test_pairs_of_sockets_do_not_span_hosts() -> None:
    made = bill(edition("vi3-2008-foundation"), servers(3, sockets=1))
    assert (made.counted, made.units, made.once) == (1.5, 3, 2985.0)
    assert "does not span hosts" in made.lines[0].why


def test_support_is_a_line_of_its_own_and_stays_where_nothing_is_sold_without_it() -> None:
    made = bill(edition("vi3-2008-foundation"), servers(2), support=False)
    assert [(line.per, line.amount) for line in made.lines] == [("once", 1990.0), ("year", pytest.approx(417.9))]
    assert made.over(3) == pytest.approx(1990 + 3 * 417.9)


def test_essentials_is_for_three_hosts() -> None:
    assert bill(edition("vsphere-4-essentials"), servers(3)).once == 995.0
    with pytest.raises(Refused, match="for 3 hosts at most, and there are 4"):
        bill(edition("vsphere-4-essentials"), servers(4))


def test_starter_is_for_hosts_of_8_gib() -> None:
    with pytest.raises(Refused, match="8 GiB of memory at most, and esx has 16 GiB"):
        bill(edition("vi3-2006-starter"), [HostShape("esx", 2, 2, 1, 16 * GIB)])


def test_a_la_carte_is_cheaper_for_one_feature_and_dearer_for_three() -> None:
    def best(*features: str) -> str:
        return cheapest("esx-3.0", features, servers(3), date(2007, 10, 1))[0].edition.name

    assert best() == "vi3-2006-starter"
    assert best("ha") == best("ha", "live-migration") == "vi3-2006-standard"
    assert best("ha", "live-migration", "drs") == "vi3-2006-enterprise"


def test_features_that_are_bought_bring_the_server_they_need() -> None:
    made = bill(edition("vi3-2006-standard"), servers(3), features=["ha"])
    assert [(line.what, line.amount) for line in made.lines if line.per == "once"] == [
        ("VMware Infrastructure 3 Standard", 3 * 3750.0),
        ("VirtualCenter Management Server", 5000.0),
        ("VMware HA", 3 * 800.0),
    ]
    assert [line.tag for line in made.lines if line.what == "VMware HA"] == ["assumed"]


def test_what_an_edition_lacks_is_said_and_the_smallest_set_that_has_it_is_named() -> None:
    offers = {one.edition.name: one for one in cheapest("esx-3.5", ["drs"], servers(3))}
    assert offers["vi3-2008-standard"].reason == "VMware Infrastructure 3 Standard, 2008 has no drs"
    assert smallest("esx-3.5", ["drs"]) == "enterprise" and smallest("esx-3.5", ["replication"]) is None


def test_the_date_decides_which_prices_there_are() -> None:
    names = [
        [one.name for one in sold("esxi-8.0", on)] for on in (date(2020, 1, 1), date(2024, 6, 1), date(2026, 1, 1))
    ]
    assert names[0] == []
    assert names[1] == ["vcf-2024", "vsphere-standard-2024", "vvf-2024"]
    assert names[2] == ["vcf-2025", "vsphere-enterprise-plus-2025", "vsphere-standard-2024", "vvf-2025"]
    assert sold("esxi-8.0") == sold("esxi-8.0", date(2026, 1, 1))


def test_currencies_are_exchanged_with_the_callers_rate_and_never_in_silence() -> None:
    made = bill(edition("vates-pro-2026"), servers(2))
    with pytest.raises(Refused, match="sold in EUR and costs are in USD"):
        made.exchanged("USD", {"GBP": 1.3})
    dollars = made.exchanged("USD", {"EUR": 1.1})
    assert dollars.per_year == pytest.approx(2750.0) and dollars.currency == dollars.lines[0].currency == "USD"
    assert any("an assumption" in said for said in dollars.warnings)


def test_a_price_of_ones_own_keeps_the_floors() -> None:
    made = bill(edition("vvf-2025").priced(100.0, "quote of a reseller"), servers(1))
    assert (made.per_year, made.tag, made.source) == (7200.0, "assumed", "quote of a reseller")


@pytest.mark.parametrize("name", facts.names("editions"))
def test_every_edition_has_a_known_unit_and_known_feature_sets(name: str) -> None:
    one = edition(name)
    assert one.unit.name == one.terms.unit
    for product in one.terms.products:
        assert one.carries(product) is not None
    for other in one.terms.replaces:
        assert edition(other).terms.date < one.terms.date
    for item in one.terms.items.values():
        assert item.adds or item.wanted_by
        assert item.unit is None or item.unit in licence_units


@settings(max_examples=40, deadline=None)
@given(hosts=SHAPES, guests=some.integers(0, 60), name=some.sampled_from(FREE_OF_LIMITS))
def test_no_bill_is_below_what_is_there_and_one_more_host_never_costs_less(
    hosts: list[HostShape], guests: int, name: str
) -> None:
    one = edition(name)
    made, more = bill(one, hosts, guests), bill(one, [*hosts, HostShape("more", 2, 8)], guests)
    assert made.units >= made.counted
    assert more.units >= made.units and more.over(3) >= made.over(3)
    assert made.once == math.fsum(line.amount for line in made.lines if line.per == "once")
    assert made.per_year == math.fsum(line.amount for line in made.lines if line.per == "year")


@settings(max_examples=40, deadline=None)
@given(hosts=SHAPES, floor=some.integers(1, 64), least=some.integers(0, 5000))
def test_the_floor_of_cores_is_exact(hosts: list[HostShape], floor: int, least: int) -> None:
    unit = licence_units["per-core"].model_validate({"least_per_socket": floor, "least_per_order": least})
    found = unit.count(hosts, lambda host: 0, lambda host: 1)
    exact = sum(host.count * host.sockets * max(floor, host.cores_per_socket) for host in hosts)
    assert found.billed == max(least, exact)
    assert found.counted == sum(host.count * host.cores for host in hosts)
