"""Nothing that is a name is left, the same thing has the same name everywhere, and sizes are untouched."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.vinfra.planning.records.rvtools.exports import export, xlsx
from vinfra.planning.estates.drawn import estate
from vinfra.planning.inventory import (
    Datastore,
    Disk,
    Host,
    Inventory,
    Machine,
    Missing,
    Orphan,
    Sheet,
    Snapshot,
)
from vinfra.planning.records import document as inventory_document
from vinfra.planning.records.anonymise import anonymised
from vinfra.planning.records.reader import read

# Letters that no word of the document has in a row: what is found of them is a name that was left.
NAME = st.builds(lambda word, number: f"{word}{number}", st.text("qxz", min_size=4, max_size=9), st.integers(0, 99))
SIZE = st.integers(1, 4).map(lambda count: float(count << 30))


@st.composite
def inventories(draw: st.DrawFn) -> Inventory:
    names = draw(st.lists(NAME, min_size=16, max_size=16, unique=True))
    hosts, clusters, stores, machines = names[:3], names[3:5], names[5:7], names[7:13]
    snapshot, role, place = names[13:]
    where = st.sampled_from

    def machine(name: str) -> Machine:
        return Machine(
            name=name,
            kind=draw(where(["vm", "physical"])),
            vcpus=draw(st.integers(1, 2)),
            memory=draw(SIZE),
            host=draw(st.one_of(st.none(), where(hosts))),
            cluster=draw(st.one_of(st.none(), where(clusters))),
            datacenter=place,
            os=draw(where(["", "Debian GNU/Linux 12", f"Linux of {name}-7"])),
            disks=(Disk(f"{name} data", draw(SIZE), datastore=draw(where(stores))),),
            blockers=draw(where([(), ("a raw LUN",), (f"needs {name}, at 10.1.2.3",)])),
            role=role,
            rack=place,
        )

    return Inventory(
        source=f"/home/{names[0]}/{names[1]}.json",
        form=draw(where(["proxmox", "servers-csv"])),
        taken=date(2025, 5, 5),
        machines=tuple(machine(name) for name in machines),
        hosts=tuple(Host(f"{name}.{place}.example", 2, 8, draw(SIZE), cluster=clusters[0]) for name in hosts[:2]),
        datastores=tuple(
            Datastore(name, "nfs", draw(SIZE), hosts=(hosts[0], f"{hosts[1]}.{place}")) for name in stores
        ),
        snapshots=(Snapshot(machines[0], snapshot, datetime(2025, 1, 1), 5.0),),
        orphans=(Orphan(f"[{stores[0]}] {machines[0]}/{machines[1]}.vmdk", 7.0, f"was of {machines[0]}"),),
        sheets=(Sheet(f"{names[0]}.csv", 5, 5, remarks=(f"{machines[1]} is odd",)),),
        missing=(Missing(f"{machines[2]}.json", "what disks it has"),),
        notes=(f"{machines[3]} was left out",),
    )


@settings(max_examples=80, deadline=None)
@given(inventories())
def test_no_name_is_left(inventory: Inventory) -> None:
    without, mapping = anonymised(inventory)
    text = inventory_document.text(without)
    for kind, names in mapping.items():
        for name in names:
            assert name not in text, kind
            for part in name.replace("/", ".").split("."):
                assert part == "example" or len(part) < 3 or part not in text
    assert not any(run in text for run in ("qx", "xq", "qz", "zq", "xz", "zx", "qqq", "xxx", "zzz"))
    assert "10.1.2.3" not in text


def sizes(inventory: Inventory) -> list[Any]:
    return sorted((one.vcpus, one.memory, one.disk, one.kind, one.power, one.family) for one in inventory.machines)


@settings(max_examples=40, deadline=None)
@given(inventories())
def test_sizes_and_who_stands_where_stay(inventory: Inventory) -> None:
    without, mapping = anonymised(inventory)
    assert sizes(without) == sizes(inventory)
    by_name = {machine.name: machine for machine in without.machines}
    for machine in inventory.machines:
        found = by_name[mapping["machines"][machine.name]]
        assert found.host == (machine.host and mapping["hosts"][machine.host])
        assert found.cluster == (machine.cluster and mapping["clusters"][machine.cluster])
        assert found.disks[0].datastore == mapping["datastores"][machine.disks[0].datastore or ""]
    assert all(len(set(names.values())) == len(names) for names in mapping.values())
    assert anonymised(inventory) == (without, mapping)


def test_plain_words_stay_in_operating_systems_and_nowhere_else() -> None:
    machines = (
        Machine("windows", "vm", 1, 1.0, os="Microsoft Windows Server 2022", blockers=("a disk of windows",)),
        Machine("srv-7", "vm", 1, 1.0, os="Linux of SRV-7's user"),
    )
    without, _ = anonymised(Inventory("a", "proxmox", machines=machines))
    assert {machine.os for machine in without.machines} == {"Microsoft Windows Server 2022", "Linux of (name)'s user"}
    assert {machine.blockers for machine in without.machines} == {(), ("a disk of (name)",)}


def test_names_do_not_follow_the_alphabet() -> None:
    def named(names: list[str]) -> list[str]:
        machines = tuple(Machine(name, "vm", 1 + place % 3, 2.0**30) for place, name in enumerate(names))
        _, mapping = anonymised(Inventory("a", "rvtools", machines=machines))
        return [name for name, _ in sorted(mapping["machines"].items(), key=lambda pair: pair[1])]

    names = [f"web{number:02}" for number in range(30)]
    order = named(names)
    assert sorted(order) == names
    thirds = [order[:10], order[10:20], order[20:]]  # by vCPUs, the largest first
    assert [{names.index(name) % 3 for name in third} for third in thirds] == [{2}, {1}, {0}]
    assert all(third != sorted(third) and third != sorted(third, reverse=True) for third in thirds)


def test_a_name_that_looks_like_a_pseudonym_is_not_one_of_them() -> None:
    machines = (Machine("vm-0002", "vm", 1, 1.0), Machine("VM-0001", "vm", 2, 1.0))
    without, _ = anonymised(Inventory("a", "rvtools", machines=machines))
    assert [machine.name for machine in without.machines] == ["any-vm-0001", "any-vm-0002"]


def test_an_export_keeps_its_quality_and_loses_its_names(tmp_path: Path) -> None:
    inventory = xlsx(tmp_path, export())
    without, _ = anonymised(inventory)
    text = inventory_document.text(without)
    for name in (
        "web",
        "old",
        "esx0",
        "esx1",
        "example",
        "prod",
        "ds1",
        "before",
        "lost",
        "gone",
        str(tmp_path),
        "AAAAA",
    ):
        assert f'"{name}"' not in text
        assert f"{name}." not in text and f"{name}/" not in text
    assert without.sheets == inventory.sheets
    assert without.missing == inventory.missing
    assert (without.hosts[0].model, without.hosts[0].licence) == ("ProLiant DL380 Gen10", "vSphere 8 Enterprise Plus")
    assert without.orphans[0].path == "[ds-01] file-0001.vmdk"
    assert without.snapshots[0].name == "snapshot-1"


def test_a_drawn_estate_loses_every_name() -> None:
    inventory = estate(300, 5)
    without, mapping = anonymised(inventory)
    words = set(re.findall(r"[\w.-]+", inventory_document.text(without).lower()))
    names = {name.lower() for kind in mapping.values() for name in kind}
    names |= {snapshot.name.lower() for snapshot in inventory.snapshots}
    names |= {part.lower() for orphan in inventory.orphans for part in re.split(r"[\[\]/ ]+", orphan.path) if part}
    assert len(names) > 300
    assert not names & words
    assert sizes(without) == sizes(inventory)


def test_an_inventory_without_names_is_read_back(tmp_path: Path) -> None:
    without, _ = anonymised(xlsx(tmp_path, export()))
    inventory_document.write(without, tmp_path / "without.json")
    assert read(tmp_path / "without.json") == without
    assert anonymised(replace(without, source="x"))[0].machines[0].vcpus == without.machines[0].vcpus
