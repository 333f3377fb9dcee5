"""Licences in a scenario: an edition carries what is used or the variant is refused with the cure, guests follow the
cores, currencies are never mixed, and nothing changes where nobody asks."""

from __future__ import annotations

import pytest

from vinfra.document import parse
from vinfra.errors import InputError, Refused
from vinfra.scenario.check import check
from vinfra.scenario.costing import Costing, costing
from vinfra.scenario.inputs import Inputs
from vinfra.scenario.load import resolve
from vinfra.scenario.points import Spot, columns, rows
from vinfra.scenario.results import Point
from vinfra.scenario.simulate import simulate
from vinfra.scenario.using import used

SMALL = """
scenario: small
question: What does it cost?
duration: 1 h
hosts:
  esx: {count: 3, server: hp-proliant-dl380-g5-l5430, memory: 8 GiB, hypervisor: esx-3.0}
vms:
  web: {count: 6, memory: 1 GiB, demand: 10 %}
"""
COLUMNS = {"licence_once", "licence_per_year", "licence_units", "energy_cost_per_year", "facility_energy_kwh"}
COLUMNS |= {"carbon_kg", "cost_over_years"}


def with_(hosts: str = "", vms: str = "", rest: str = "") -> str:
    text = SMALL.replace("hypervisor: esx-3.0", hosts or "hypervisor: esx-3.0")
    return text.replace("demand: 10 %", f"demand: 10 %{vms}") + rest


def costs(text: str) -> Costing:
    found = costing(resolve(parse(text, "lab.yaml")), Inputs())
    assert found is not None
    return found


def uses(text: str) -> dict[str, str]:
    return used(resolve(parse(text, "lab.yaml")))["esx"]


def point(text: str) -> Point:
    document = parse(text, "lab.yaml")
    return simulate(Spot(columns(document)[0], rows(document)[0], 0), document, Inputs())


def test_without_editions_and_costs_there_is_nothing_to_say() -> None:
    assert costing(resolve(parse(SMALL, "lab.yaml")), Inputs()) is None
    assert not COLUMNS & set(point(SMALL).metrics)


def test_an_edition_adds_costs_and_changes_nothing_else() -> None:
    plain, paid = point(SMALL), point(with_("hypervisor: esx-3.0, edition: vi3-2006-starter"))
    assert {name: value for name, value in paid.metrics.items() if name not in COLUMNS} == plain.metrics
    assert paid.metrics["licence_once"] == 3000.0 and paid.metrics["licence_units"] == 3.0
    year = paid.metrics["power_mean_w"] * 8.76 * 1.56 * 0.10
    assert paid.metrics["energy_cost_per_year"] == pytest.approx(year)
    assert paid.metrics["cost_over_years"] == pytest.approx(3000.0 + 3 * (630.0 + year))
    assert any("prices of 2006-06-05, specified, from memory" in note for note in paid.notes)


def test_costs_alone_are_electricity_and_carbon() -> None:
    made = point(with_(rest="costs: {electricity: 0.2, pue: 2, carbon: 100}\n")).metrics
    assert made["facility_energy_kwh"] == pytest.approx(2 * made["energy_kwh"])
    assert made["carbon_kg"] == pytest.approx(0.2 * made["energy_kwh"])
    assert "licence_once" not in made and "cost_over_years" not in made


@pytest.mark.parametrize(
    ("vms", "rest", "features"),
    [
        ("", "", {}),
        (", vcpus: 2", "", {"virtual-smp": "vms.web.vcpus"}),
        ("", "ha: {}\n", {"ha": "ha"}),
        ("", "balancer: drs\n", {"drs": "balancer", "live-migration": "balancer"}),
        ("", "dpm: {}\n", {"dpm": "dpm", "live-migration": "dpm"}),
        ("", "maintenance: {night: {work: patch}}\n", {"live-migration": "maintenance"}),
        ("", "consolidation: {detector: thr}\n", {"live-migration": "consolidation"}),
        ("", "costs: {uses: [consolidated-backup]}\n", {"consolidated-backup": "costs.uses"}),
        ("", "datastores: {lun: {array: a, disks: 4 x fc-15k}}\n", {"cluster-file-system": "datastores.lun"}),
        ("", "datastores: {lun: {array: a, disks: 4 x fc-15k, presented_to: [esx-1]}}\n", {}),
        (
            ", dirtying: {rate: 1 MB/s}",
            "topology: {lan: {speed: 1 Gbit/s, joins: [esx]}}\n"
            "migrations: {move: {method: pre-copy, vms: web, to: esx-1}}\n",
            {"live-migration": "migrations.move"},
        ),
    ],
)
def test_what_a_scenario_uses_is_read_off_it(vms: str, rest: str, features: dict[str, str]) -> None:
    rest = rest.replace("balancer: drs", "balancer: {policy: drs}")
    assert uses(with_(vms=vms, rest=rest)) == features


def test_a_backup_uses_the_interface_that_its_product_has() -> None:
    backup = """
datastores: {lun: {array: a, disks: 4 x fc-15k, presented_to: [esx-1]}}
topology: {san: {kind: fibre-channel, speed: 4 Gbit/s, joins: [esx, proxy, a]}}
backup:
  proxy: {host: proxy}
  repository: {host: proxy, size: 2 TB}
  jobs: {nightly: {vms: [web], method: incremental}}
"""
    other = "  proxy: {server: hp-dl320s, memory: 2 GiB}\nvms:\n"

    def uses_of(product: str) -> set[str]:
        text = with_(f"hypervisor: {product}", ", host: esx-1, datastore: lun, disk: 10 GiB", backup)
        return set(uses(text.replace("vms:\n", other, 1)))

    assert uses_of("esx-3.0") == {"consolidated-backup"}
    assert uses_of("esxi-4.1") == {"backup-api", "changed-block-tracking"}


def test_a_variant_whose_edition_lacks_what_it_uses_is_a_cell_with_the_cure() -> None:
    text = with_("hypervisor: esx-3.0, edition: vi3-2006-starter", rest="compare: {none: {}, ha: {ha: {}}}\n")
    checked = check(parse(text, "lab.yaml"), Inputs())
    assert checked.refused == {
        "ha": "VMware Infrastructure 3 Starter has no ha (for ha); the cheapest that will do is vi3-2006-standard with "
        "VMware HA"
    }
    assert point(text.replace("{none: {}, ha: {ha: {}}}", "{ha: {ha: {}}}")).refused == checked.refused["ha"]


def test_the_cheapest_edition_that_carries_all_is_taken_on_request() -> None:
    def taken(rest: str) -> str:
        return costs(with_("hypervisor: esx-3.0, edition: cheapest", rest=rest)).bills[0].edition

    assert taken("") == "vi3-2006-starter"
    assert taken("ha: {}\n") == "vi3-2006-standard"
    assert taken("ha: {}\nbalancer: {policy: drs}\n") == "vi3-2006-enterprise"


def test_no_price_before_its_date() -> None:
    with pytest.raises(Refused, match="no edition with a price is known on 2006-01-01"):
        costs(with_("hypervisor: esx-3.0, edition: cheapest", rest="costs: {date: 2006-01-01}\n"))


def test_windows_guests_follow_the_cores_of_every_host_they_may_run_on() -> None:
    host = "hypervisor: esxi-8.0, edition: vvf-2025, guest_edition: windows-server-2022-standard"
    still = costs(with_(host)).guest_bills[0]
    moving = costs(with_(host, rest="ha: {}\n")).guest_bills[0]
    assert still.units == 3 * 16 and moving.units == 3 * 16 * 2  # 2 guests on each host; 3 when one has failed
    assert not costs(with_(host, vms=", os: linux")).guest_bills


def test_a_host_edition_that_licenses_its_guests_is_billed_once() -> None:
    name = "windows-server-2022-standard"
    alone = costs(with_(f"hypervisor: hyper-v-2022, edition: {name}"))
    both = costs(with_(f"hypervisor: hyper-v-2022, edition: {name}, guest_edition: {name}"))
    assert [one.units for one in alone.bills] == [one.units for one in both.bills] == [48]
    assert not both.guest_bills


def test_prices_in_another_currency_want_a_rate() -> None:
    host = "hypervisor: proxmox-ve-8, edition: proxmox-basic-2026"
    with pytest.raises(Refused, match="sold in EUR and costs are in USD: give its rate"):
        costs(with_(host))
    assert costs(with_(host, rest="costs: {rates: {EUR: 1.1}}\n")).bills[0].per_year == pytest.approx(6 * 370 * 1.1)
    assert costs(with_(host, rest="costs: {currency: EUR}\n")).bills[0].per_year == 6 * 370.0


def test_a_price_of_ones_own_takes_the_place_of_the_list() -> None:
    host = "hypervisor: esxi-8.0, edition: vvf-2025"
    assert costs(with_(host, rest="costs: {prices: {vvf-2025: 100}}\n")).bills[0].per_year == 9600.0


def test_floors_of_an_order_count_all_sites_together() -> None:
    site = "hosts: {esx: {server: dell-r640, memory: 8 GiB, hypervisor: esxi-8.0, edition: vcf-2025, cores: 16}}"
    text = f"""
scenario: two
question: What do two sites cost?
duration: 1 h
sites:
  north: {{topology: {{lan: {{speed: 1 Gbit/s, joins: [esx]}}}}, {site}, vms: {{a: {{memory: 1 GiB}}}}}}
  south: {{topology: {{lan: {{speed: 1 Gbit/s, joins: [esx]}}}}, {site}, vms: {{a: {{memory: 1 GiB}}}}}}
links: {{wan: {{between: [north, south], bandwidth: 100 Mbit/s, latency: 10 ms}}}}
"""
    (made,) = costs(text).bills
    assert (made.counted, made.units) == (32.0, 72)
    assert point(text).metrics["licence_units"] == 72.0


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            with_("hypervisor: esx-3.0, edition: vcf-2025"),
            "hosts.esx.edition: does not license esx-3.0; its editions: vi3-2006-enterprise, vi3-2006-standard",
        ),
        (with_("hypervisor: kvm-6.8, edition: cheapest"), "no price of it is known; leave `edition` out"),
        (with_("hypervisor: esx-3.0, edition: vi3-2006-starer"), "did you mean 'vi3-2006-starter'?"),
        (with_("hypervisor: esxi-8.0, guest_edition: vcf-2025"), "licenses no guests; those that do: rhel-virtual"),
        (with_(rest="costs: {prices: {vcf-2052: 1}}\n"), "costs.prices.vcf-2052: no edition 'vcf-2052'"),
        (with_(rest="costs: {pue: 0.5}\n"), "costs.pue"),
    ],
)
def test_what_cannot_be_meant_is_told_with_the_cure(text: str, message: str) -> None:
    with pytest.raises(InputError) as wrong:
        check(parse(text, "lab.yaml"), Inputs())
    assert message in str(wrong.value)


def test_the_cheapest_is_cheapest_at_the_prices_that_are_paid() -> None:
    def taken(rest: str) -> str:
        return costs(with_("hypervisor: esx-3.0, edition: cheapest", rest=rest)).bills[0].edition

    assert taken("ha: {}\n") == "vi3-2006-standard"
    assert taken("ha: {}\ncosts: {prices: {vi3-2006-enterprise: 1}}\n") == "vi3-2006-enterprise"
