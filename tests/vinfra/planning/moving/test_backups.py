"""Backup on a target: by the sums of the simulation, and by what the product remembers."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.vinfra.backup.nights import nights
from tests.vinfra.planning.small import GIB, HYPERV, PROXMOX, machines
from vinfra.metrics.metric import metrics
from vinfra.planning.assumptions import Assumptions, Backups, Storage, Waves
from vinfra.planning.moving.backups import backup, means_of
from vinfra.planning.plan import BackupPlan
from vinfra.planning.target import Target


def planned(target: Target = PROXMOX, count: int = 40, hosts: int = 5, **asked: object) -> BackupPlan:
    found = backup(machines(count), target, hosts, Assumptions(backup=Backups(**asked)))  # type: ignore[arg-type]
    assert found is not None
    return found


def product(name: str) -> Target:
    return PROXMOX.model_copy(update={"hypervisor": name})


def test_a_repository_holds_a_full_and_an_increment_for_each_further_night() -> None:
    found = planned(keep=30, reduction=2.0)
    assert found.full == pytest.approx(40 * 50 * GIB)
    assert found.nightly == pytest.approx(0.05 * found.full, rel=1e-3)
    assert found.repository == pytest.approx(found.full * (1 + 29 * 0.05) / 2, rel=1e-3)


def test_it_is_the_truth_that_was_asked_for() -> None:
    sizes = {}
    for truth in ("provisioned", "in-use", "guest-used"):
        found = backup(machines(1), PROXMOX, 1, Assumptions(storage=Storage(truth=truth)))  # type: ignore[arg-type]
        assert found is not None
        sizes[truth] = found.full / GIB
    assert sizes == {"provisioned": 100, "in-use": 50, "guest-used": 40}


def test_what_a_product_remembers_decides_how_much_is_read() -> None:
    kept, forgets = means_of(HYPERV), means_of(PROXMOX)
    assert kept.tracked and not kept.forgets
    assert forgets.tracked and forgets.forgets and "powered off" in forgets.why
    old = planned(product("esx-3.5"))
    assert old.nightly == old.full and "consolidated backup" in old.method
    assert old.window > planned(HYPERV).window
    assert planned(product("vmware-server-1.0")).method == "an agent in every guest"


def test_more_proxies_shorten_the_night_until_something_else_limits_it() -> None:
    nights = [planned(count=4000, hosts=4, proxies=n) for n in (1, 2, 4, 64)]
    windows = [night.window for night in nights]
    assert windows == sorted(windows, reverse=True)
    assert "proxies" in nights[0].limited_by and "management networks of 4 hosts" in nights[3].limited_by


def test_how_disks_are_reached_follows_from_the_product() -> None:
    transports = {name: means_of(product(name)).transport for name in ("esxi-8.0", "esx-3.5", "proxmox-ve-8")}
    assert {name: found and found.name for name, found in transports.items()} == {
        "esxi-8.0": "hot-add",
        "esx-3.5": "san",
        "proxmox-ve-8": "nbd",
    }


def test_the_largest_machine_is_one_task() -> None:
    some = machines(3)
    some[0] = replace(some[0], in_use=20000 * GIB)
    found = backup(some, product("esx-3.5"), 50, Assumptions(backup=Backups(proxies=50)))
    assert found is not None
    assert found.limited_by == "the largest machine, one task on one core" and not found.fits
    assert found.window == pytest.approx(20000 * GIB / 150e6 + 10, rel=0.01)


def test_templates_and_machines_without_disks_are_left_out_and_the_latter_are_told_of() -> None:
    some = machines(4)
    some[0] = replace(some[0], template=True)
    some[1] = replace(some[1], in_use=None, provisioned=None, guest_used=None, disks=())
    found = backup(some, PROXMOX, 2, Assumptions())
    assert found is not None and found.full == pytest.approx(2 * 50 * GIB)
    assert "1 machines without known disks are not in it" in found.why
    assert backup([some[1]], PROXMOX, 2, Assumptions()) is None


@pytest.mark.slow
@pytest.mark.parametrize("proxies", [2, 4])
def test_the_window_of_fulls_is_that_of_a_simulated_night(proxies: int) -> None:
    used, count = 80 * GIB, 60
    _, record = nights(
        duration="44 h",
        topology={
            "san": {"kind": "fibre-channel", "speed": "8 Gbit/s", "joins": ["esx", "backup1", "array1"]},
            "lan": {"kind": "ethernet", "speed": "1 Gbit/s", "joins": ["esx", "backup1", "far"]},
            "core": {"kind": "ethernet", "speed": "40 Gbit/s", "joins": ["vault", "lan"]},
        },
        hosts__backup1__count=proxies,
        datastores={"vmfs": {"count": 20, "array": "array1", "disks": "12 x fc-15k", "raid": "raid10"}},
        arrays={"array1": {"ports": 16}},
        vms={
            "vm": {
                "count": count,
                "hosts": ["esx"],
                "memory": "256 MiB",
                "datastore": "vmfs",
                "disk": "100 GiB",
                "demand": "1 %",
            }
        },
        backup__jobs={"nightly": {"vms": ["vm"], "method": "full"}},
        backup__schedule={"nightly": "daily at 22h", "window": "24 h"},
        backup__reduction={"compression": "none"},
        backup__repository={"host": "vault", "disks": "200 x sata-7k2", "raid": "raid6", "size": "100 TiB"},
    )
    some = [replace(machine, in_use=used) for machine in machines(count)]
    assumptions = Assumptions(
        waves=Waves(link="1 Gbit/s"),  # type: ignore[arg-type]
        backup=Backups(proxies=proxies, proxy_cores=8),
    )
    found = backup(some, product("esx-3.5"), 2, assumptions)
    took = metrics()["backup_window_s"].compute(record)
    assert found is not None and took is not None
    assert found.limited_by == f"links of {proxies} proxies"
    assert found.window == pytest.approx(took, rel=0.1)


def test_so_many_proxies_as_would_do_are_enough_and_one_less_is_not() -> None:
    found = planned(count=400, hosts=40, proxies=1, proxy_cores=1, window="20 min")
    assert not found.fits and found.proxies is not None
    assert planned(count=400, hosts=40, proxies=found.proxies, proxy_cores=1, window="20 min").fits
    assert not planned(count=400, hosts=40, proxies=found.proxies - 1, proxy_cores=1, window="20 min").fits
    assert found.cure == f"{found.proxies} such proxies would do"


def test_where_one_machine_is_too_large_for_a_night_more_proxies_do_not_help() -> None:
    found = planned(count=1, window="1 s")
    assert (found.fits, found.proxies, found.cure) == (False, None, "more proxies do not help")
