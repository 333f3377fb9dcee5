"""Licences of a target: the edition on every host, Windows guests by the cores they may run on."""

from datetime import date

import pytest

from vinfra.errors import Refused
from vinfra.hypervisors.edition import HostShape
from vinfra.planning.inventory import Host, Inventory
from vinfra.planning.licences import bills, shapes_of_today, windows_per_host
from vinfra.planning.target import Target
from vinfra.scenario.schema_costs import Costs

COSTS = Costs(rates={"EUR": 1.1}, date=date(2026, 11, 1))


def target(**changes: object) -> Target:
    said = {"title": "A target", "hypervisor": "esxi-8.0", "edition": "vcf-2025", "server": "dell-r640"}
    return Target.model_validate(
        {**said, "memory": "512 GiB", "windows_edition": "windows-server-2025-datacenter", **changes}
    )


def test_an_estate_of_528_cores_is_billed_for_1088():
    hosts = [HostShape("old", 2, 8, 30), HostShape("older", 2, 6, 4)]
    assert sum(one.cores * one.count for one in hosts) == 528
    found = bills(target(), hosts, 0, COSTS)
    assert [(one.counted, one.units) for one in found] == [(528, 1088)]
    assert found[0].per_year == 1088 * 350


def test_windows_guests_are_licensed_by_the_cores_of_the_hosts_whatever_the_hypervisor():
    hosts = [HostShape("new", 2, 32, 10)]
    for sold in (target(), target(hypervisor="proxmox-ve-8", edition="proxmox-standard-2026")):
        _, guests = bills(sold, hosts, 40, COSTS)
        assert guests.edition == "windows-server-2025-datacenter"
        assert guests.units == 640


def test_few_windows_guests_are_cheaper_one_by_one():
    (_, guests) = bills(target(), [HostShape("new", 2, 32, 2)], 4, COSTS)
    assert guests.edition == "windows-server-2025-standard"


def test_hyper_v_with_its_windows_server_is_billed_once():
    sold = target(hypervisor="hyper-v-2022", edition="windows-server-2025-datacenter")
    assert len(bills(sold, [HostShape("new", 2, 32, 10)], 40, COSTS)) == 1


def test_hyper_v_with_few_windows_guests_is_licensed_as_cheaply_as_anybody_elses_guests():
    sold, hosts = (
        target(hypervisor="hyper-v-2022", edition="windows-server-2025-datacenter"),
        HostShape("new", 2, 32, 2),
    )
    (hyperv,), (_, guests) = bills(sold, [hosts], 4, COSTS), bills(target(), [hosts], 4, COSTS)
    assert (hyperv.edition, hyperv.once) == ("windows-server-2025-standard", guests.once)


def test_windows_server_is_of_the_same_release_for_hyper_v_and_for_guests_elsewhere():
    hosts = [HostShape("new", 2, 32, 10)]
    (hyperv,) = bills(target(hypervisor="hyper-v-2022", edition="windows-server-2022-datacenter"), hosts, 40, COSTS)
    (_, guests) = bills(target(windows_edition="windows-server-2022-datacenter"), hosts, 40, COSTS)
    assert hyperv.edition == guests.edition == "windows-server-2025-datacenter"


def test_what_is_used_is_paid_for_or_refused() -> None:
    hosts = [HostShape("new", 2, 32, 2)]
    uses = COSTS.model_copy(update={"uses": ["virtual-san"]})
    sold = target(hypervisor="hyper-v-2022", edition="windows-server-2025-datacenter")
    assert bills(sold, hosts, 2, COSTS)[0].edition == "windows-server-2025-standard"
    assert bills(sold, hosts, 2, uses)[0].edition == "windows-server-2025-datacenter"
    with pytest.raises(Refused, match=r"has no drs \(costs.uses\)"):
        none = target(hypervisor="proxmox-ve-8", edition="proxmox-standard-2026")
        bills(none, hosts, 0, COSTS.model_copy(update={"uses": ["drs"]}))
    small, day = target(hypervisor="esx-3.0", edition="vi3-2006-standard"), date(2007, 10, 1)
    plain, more = (bills(small, hosts, 0, Costs(date=day, uses=uses))[0] for uses in ([], ["drs"]))
    assert more.once > plain.once and len(more.lines) > len(plain.lines)


def test_prices_in_another_currency_need_a_rate():
    sold = target(hypervisor="proxmox-ve-8", edition="proxmox-standard-2026")
    with pytest.raises(Refused, match="give its rate"):
        bills(sold, [HostShape("new", 2, 32, 10)], 0, COSTS.model_copy(update={"rates": {}}))


def test_guests_of_a_failed_host_are_licensed_where_they_go():
    assert windows_per_host(hosts=5, guests=40, busiest=9) == 10
    assert windows_per_host(hosts=5, guests=40, busiest=12) == 12
    assert windows_per_host(hosts=1, guests=3, busiest=3) == 3
    assert windows_per_host(hosts=5, guests=0, busiest=0) == 0


def test_hosts_of_today_are_counted_by_their_shape():
    hosts = [Host("b", 2, 8, 0.0), Host("a", 2, 8, 0.0), Host("c", 1, 24, 0.0)]
    found = shapes_of_today(Inventory("x", "y", hosts=hosts))
    assert [(one.sockets, one.cores_per_socket, one.count) for one in found] == [(1, 24, 1), (2, 8, 2)]


def test_a_price_of_ones_own_takes_the_place_of_the_list_price():
    own = COSTS.model_copy(update={"prices": {"vcf-2025": 185.0, "windows-server-2025-datacenter": 0.0}})
    main, guests = bills(target(), [HostShape("new", 2, 32, 10)], 40, own)
    assert main.per_year == 640 * 185
    assert (guests.edition, guests.once) == ("windows-server-2025-datacenter", 0)
    assert "costs.prices" in main.source


def test_hosts_of_today_may_be_too_large_for_an_edition():
    starter = target(hypervisor="esx-3.0", edition="vi3-2006-starter")
    small, large = (shapes_of_today(Inventory("x", "y", hosts=[Host("a", 2, 4, size * 2.0**30)])) for size in (8, 64))
    costs = Costs(date=date(2007, 1, 1))
    assert bills(starter, small, 0, costs)
    with pytest.raises(Refused, match="8 GiB of memory at most"):
        bills(starter, large, 0, costs)


def test_an_edition_that_somebody_names_is_the_one_that_is_billed() -> None:
    sold = {"hypervisor": "hyper-v-2022", "edition": "windows-server-2022-datacenter"}
    hosts = [HostShape("new", 2, 32, 2)]
    (named,) = bills(target(**sold, fixed=True), hosts, 4, COSTS)
    (cheaper,) = bills(target(**sold), hosts, 4, COSTS)
    assert named.edition == "windows-server-2022-datacenter"
    assert cheaper.edition == "windows-server-2025-standard"
