"""Listings of Proxmox VE."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vinfra.errors import InputError
from vinfra.planning.inventory import Inventory
from vinfra.planning.records.reader import read

GIB = 2**30
GUEST = {
    **{
        "id": "qemu/100",
        "type": "qemu",
        "vmid": 100,
        "name": "web",
        "node": "pve1",
        "status": "running",
        "template": 0,
    },
    **{"cpu": 0.25, "maxcpu": 4, "mem": 3 * GIB, "maxmem": 8 * GIB, "disk": 0, "maxdisk": 32 * GIB, "template": 0},
}
RESOURCES: list[dict[str, Any]] = [
    GUEST,
    {**GUEST, "id": "qemu/101", "vmid": 101, "status": "stopped", "cpu": 0, "mem": 0},
    {**GUEST, "id": "qemu/900", "vmid": 900, "name": "golden", "status": "stopped", "template": 1},
    {**GUEST, "id": "lxc/102", "type": "lxc", "vmid": 102, "name": "dns", "disk": 2 * GIB, "maxdisk": 8 * GIB},
    {"id": "qemu/103", "type": "qemu", "vmid": 103, "node": "pve2", "status": "unknown"},
    {"id": "node/pve1", "type": "node", "node": "pve1", "status": "online", "cpu": 0.1, "maxcpu": 32}
    | {"mem": 64 * GIB, "maxmem": 256 * GIB, "level": "c"},
    {"id": "storage/pve1/local", "type": "storage", "storage": "local", "node": "pve1", "content": "iso,backup"},
    {"id": "storage/pve1/thin", "type": "storage", "storage": "thin", "node": "pve1", "content": "images,rootdir"}
    | {"plugintype": "lvmthin", "maxdisk": 1000 * GIB, "disk": 400 * GIB, "shared": 0, "status": "available"},
    {"id": "sdn/pve1/zone", "type": "sdn", "sdn": "zone", "node": "pve1"},
]
CONFIG = {
    **{"cores": 4, "memory": "8192", "balloon": 2048, "ostype": "win11", "name": "web", "digest": "x", "cpulimit": "2"},
    **{"scsi0": "thin:vm-100-disk-0,discard=on,size=32G", "scsi1": "/dev/disk/by-id/wwn-0x5,size=1T"},
    **{"ide2": "local:iso/a.iso,media=cdrom,size=1G", "hostpci0": "0000:01:00.0", "usb0": "spice", "usb1": "host=1-2"},
}
STATUS = {"cpuinfo": {"sockets": 2, "cores": 16, "cpus": 32, "mhz": "2100.000", "model": "Xeon"}, "pveversion": "9.0"}
SNAPSHOTS = [{"name": "before", "snaptime": 1700000000, "description": ""}, {"name": "current", "running": 1}]


def whole() -> dict[str, Any]:
    parts = {"configs": {"100": CONFIG}, "nodes": {"pve1": STATUS}, "snapshots": {"100": SNAPSHOTS}}
    return {"resources": RESOURCES, **parts}


def of(tmp_path: Path, document: Any) -> Inventory:
    file = tmp_path / "cluster.json"
    file.write_text(json.dumps(document))
    return read(file)


def test_a_bare_listing_gives_guests_nodes_and_storages(tmp_path: Path) -> None:
    inventory = of(tmp_path, RESOURCES)
    assert inventory.form == "proxmox"
    web, stopped, template, container = inventory.machines
    assert (web.name, web.vcpus, web.memory, web.power, web.host) == ("web", 4, 8 * GIB, "on", "pve1")
    assert (web.memory_consumed, web.provisioned, web.cpu_used) == (3 * GIB, 32 * GIB, None)
    assert (stopped.name, stopped.power, stopped.memory_consumed) == ("web (2)", "off", None)
    assert template.template and not template.runs
    assert (container.family, container.guest_used) == ("linux", 2 * GIB)
    assert container.blockers == ("a container, not a virtual machine",)
    (store,) = inventory.datastores
    assert (store.name, store.kind, store.free) == ("thin on pve1", "lvmthin", 600 * GIB)
    guests = inventory.sheets[0]
    assert (guests.rows, guests.read, guests.dropped) == (5, 4, 1)
    assert any("status of nodes" in missing.what for missing in inventory.missing)


def test_configurations_and_status_say_more(tmp_path: Path) -> None:
    inventory = of(tmp_path, whole())
    web, (host,) = inventory.machines[0], inventory.hosts
    assert (host.sockets, host.cores_per_socket, host.threads, host.core_hz) == (2, 8, 32, 2.1e9)
    assert (web.family, web.core_hz, web.cpu_used, web.cpu_limit) == ("windows", 2.1e9, 2.1e9, 4.2e9)
    assert [(disk.label, disk.capacity, disk.thin, disk.raw) for disk in web.disks] == [
        ("scsi0", 32 * GIB, True, False),
        ("scsi1", 1024 * GIB, None, True),
    ]
    assert web.blockers == ("a raw device as scsi1", "passed-through PCI (hostpci0)", "a USB device (usb1)")
    assert web.memory_reservation == 2 * GIB
    (snapshot,) = inventory.snapshots
    assert (snapshot.machine, snapshot.name, snapshot.taken) == ("web", "before", datetime(2023, 11, 14, 22, 13, 20))


def test_a_folder_is_the_same_as_one_file(tmp_path: Path) -> None:
    folder = tmp_path / "cluster"
    folder.mkdir()
    parts = {"resources": {"data": RESOURCES}, "100": CONFIG, "pve1": STATUS, "100-snapshot": SNAPSHOTS}
    for name, part in parts.items():
        (folder / f"{name}.json").write_text(json.dumps(part))
    found, one = read(folder), of(tmp_path, whole())
    assert found.machines == one.machines and found.hosts == one.hosts and found.snapshots == one.snapshots


def test_wrong_values_are_told_together(tmp_path: Path) -> None:
    wrong = [{**GUEST, "mem": "much"}, {**GUEST, "id": "qemu/2", "maxmem": -1}]
    with pytest.raises(InputError) as told:
        of(tmp_path, wrong)
    lines = str(told.value).splitlines()
    assert len(lines) == 2
    assert "'qemu/100': mem: 'much' is no number from 0 up" in lines[0]
    assert "'qemu/2': maxmem: '-1' is no number from 0 up" in lines[1]


@pytest.mark.parametrize("text", ["[" * 100_000, "{", '[{"type": "qemu", "node": NaN}]', "[]", "1" * 5000, "\x00"])
def test_what_is_no_listing_is_refused_with_one_line(tmp_path: Path, text: str) -> None:
    file = tmp_path / "cluster.json"
    file.write_text(text)
    with pytest.raises(InputError) as told:
        read(file, "proxmox")
    assert len(str(told.value).splitlines()) == 1


LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
VALUES = st.recursive(LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner))
RECORDS = st.fixed_dictionaries(
    {"type": st.sampled_from(["qemu", "lxc", "node", "storage"])},
    optional={key: VALUES for key in ("node", "vmid", "name", "maxcpu", "maxmem", "cpu", "mem", "storage", "status")},
)
PARTS = st.dictionaries(
    st.sampled_from(["100", "pve1"]), st.dictionaries(st.sampled_from([*CONFIG, "cpuinfo"]), VALUES)
)


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(RECORDS, max_size=4), PARTS, PARTS, VALUES)
def test_whatever_the_document_holds_it_is_read_or_refused(
    tmp_path: Path, resources: list[Any], configs: Any, nodes: Any, snapshots: Any
) -> None:
    file = tmp_path / "cluster.json"
    more = {"configs": configs, "nodes": nodes, "snapshots": {"100": [snapshots]}}
    file.write_text(json.dumps({"resources": [GUEST, *resources], **more}))
    try:
        assert read(file, "proxmox").machines
    except InputError as wrong:
        assert str(wrong)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=200))
def test_bytes_are_read_or_refused(tmp_path: Path, data: bytes) -> None:
    file = tmp_path / "cluster.json"
    file.write_bytes(data)
    with pytest.raises(InputError):
        read(file, "proxmox")
