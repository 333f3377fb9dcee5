"""Rows find their VM by ID and name, VMs their host by its long or short name, and what is alike is told apart."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.vinfra.planning.records.rvtools.exports import Sheets, export, one, says, sheet, xlsx
from vinfra.planning.records.naming import unlike
from vinfra.planning.records.rvtools.joining import Hosts


@pytest.fixture
def sheets() -> Sheets:
    return export()


@pytest.mark.parametrize("host", ["esx0", "ESX0.example.org", "esx0.other.example"])
def test_hosts_join_by_their_short_name_in_any_case(tmp_path: Path, sheets: Sheets, host: str) -> None:
    sheets["vInfo"][0]["Host"] = host
    inventory = xlsx(tmp_path, sheets)
    assert one(inventory, "web").host == "esx0.example.org"
    assert sheet(inventory, "vInfo").joined == 3
    assert says(sheet(inventory, "vInfo"), "by another spelling of its name: 1")


def test_addresses_have_no_short_form() -> None:
    hosts = Hosts()
    hosts.add(0, "10.1.1.1", "")
    hosts.add(1, "10.1.1.2", "")
    assert hosts.find("10.1.1.1") == 0
    assert hosts.find("10.1.1.3") is None
    hosts.add(2, "esx.a.org", "")
    hosts.add(3, "esx.b.org", "")
    assert hosts.find("esx.a.org") == 2
    assert hosts.find("esx") is None


def test_a_host_that_is_not_there_is_counted_and_the_clock_comes_from_vcpu(tmp_path: Path, sheets: Sheets) -> None:
    sheets["vInfo"][0]["Host"] = "esx9"
    inventory = xlsx(tmp_path, sheets)
    assert (one(inventory, "web").host, one(inventory, "web").core_hz) == ("esx9", 2300e6)
    assert says(sheet(inventory, "vInfo"), "hosts that vHost does not have: 1")
    assert sheet(inventory, "vInfo").guessed == 1


def test_a_vm_that_is_told_of_twice_is_one_vm(tmp_path: Path, sheets: Sheets) -> None:
    sheets["vInfo"].append(dict(sheets["vInfo"][0]))
    inventory = xlsx(tmp_path, sheets)
    assert [machine.name for machine in inventory.machines] == ["web", "db", "old"]
    assert sheet(inventory, "vInfo").dropped == 1
    assert says(sheet(inventory, "vInfo"), "rows that tell of a VM again: of one UUID, name, vCenter and host: 1")
    assert one(inventory, "web").cpu_used is not None


def test_the_id_decides_over_the_name(tmp_path: Path, sheets: Sheets) -> None:
    sheets["vCPU"][0].update({"VM": "db", "Overall": 111})
    inventory = xlsx(tmp_path, sheets)
    assert one(inventory, "web").cpu_used == 111e6
    assert says(sheet(inventory, "vCPU"), "their VM ID decides: 1")


def without(rows: list[dict[str, Any]], *columns: str) -> None:
    for row in rows:
        for column in columns:
            row.pop(column, None)


def test_without_ids_the_name_decides(tmp_path: Path, sheets: Sheets) -> None:
    straight = xlsx(tmp_path, sheets)
    for rows in sheets.values():
        without(rows, "VM ID", "VM UUID", "VI SDK Server")
    assert xlsx(tmp_path, sheets).machines == straight.machines


def test_vms_of_one_name_are_numbered_and_keep_their_rows(tmp_path: Path, sheets: Sheets) -> None:
    for rows in sheets.values():
        for row in rows:
            if row.get("VM") == "db":
                row["VM"] = "web"
    sheets["vCPU"][1]["Overall"] = 222
    inventory = xlsx(tmp_path, sheets)
    assert [machine.name for machine in inventory.machines] == ["web", "web (2)", "old"]
    assert one(inventory, "web (2)").cpu_used == 222e6
    assert inventory.snapshots[0].machine == "web (2)"
    # Without IDs the host still tells them apart; without that nothing does, and their rows are dropped.
    without(sheets["vCPU"], "VM ID", "VM UUID")
    assert one(xlsx(tmp_path, sheets), "web (2)").cpu_used == 222e6
    without(sheets["vCPU"], "Host")
    inventory = xlsx(tmp_path, sheets)
    assert one(inventory, "web (2)").cpu_used is None
    assert says(sheet(inventory, "vCPU"), "one of several VMs of a name: 2")


def test_two_vcenters_with_the_same_ids_names_and_clusters(tmp_path: Path, sheets: Sheets) -> None:
    for rows in sheets.values():
        rows += [{**row, "VI SDK Server": "vc2"} for row in rows if "VI SDK Server" in row]
    sheets["vCPU"][3]["Overall"] = 333
    inventory = xlsx(tmp_path, sheets)
    assert [machine.name for machine in inventory.machines] == ["web", "db", "old", "web (2)", "db (2)", "old (2)"]
    assert one(inventory, "web").cpu_used == 700e6
    assert one(inventory, "web (2)").cpu_used == 333e6
    assert one(inventory, "web").cluster == "prod (vc.example.org)"
    assert one(inventory, "web (2)").cluster == "prod (vc2)"
    assert one(inventory, "web (2)").host == "esx0.example.org (2)"
    assert inventory.hosts[2].name == "esx0.example.org (2)"
    assert {host.cluster for host in inventory.hosts} == {"prod (vc.example.org)", "prod (vc2)"}


def test_a_cluster_of_one_name_in_two_datacenters_is_two_clusters(tmp_path: Path, sheets: Sheets) -> None:
    for name in ("vInfo", "vHost"):
        sheets[name][1]["Datacenter"] = "other"
    inventory = xlsx(tmp_path, sheets)
    assert [machine.cluster for machine in inventory.machines] == ["prod (dc)", "prod (other)", "prod (dc)"]


def test_a_host_without_a_cluster_takes_that_of_its_vms(tmp_path: Path, sheets: Sheets) -> None:
    without(sheets["vHost"], "Cluster", "Datacenter")
    inventory = xlsx(tmp_path, sheets)
    assert [host.cluster for host in inventory.hosts] == ["prod", "prod"]


def test_hosts_that_say_too_little(tmp_path: Path, sheets: Sheets) -> None:
    without(sheets["vHost"], "# CPU", "Cores per CPU", "Speed")
    sheets["vHost"][1]["# Cores"] = ""
    inventory = xlsx(tmp_path, sheets)
    [host] = inventory.hosts
    assert (host.sockets, host.cores_per_socket, host.core_hz) == (2, 16, 2.3e9)
    assert (sheet(inventory, "vHost").guessed, sheet(inventory, "vHost").dropped) == (2, 1)


@given(st.lists(st.sampled_from(["a", "a (2)", "a (3)", "b"]), max_size=12))
def test_no_two_names_are_alike_and_the_first_keeps_its_own(names: list[str]) -> None:
    given_names, count = unlike(names)
    assert len(set(given_names)) == len(names)
    assert count == len(names) - len(set(names))
    for name in set(names):
        assert given_names[names.index(name)] == name
