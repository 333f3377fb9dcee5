"""A small export of RVTools, made by hand: three VMs on two hosts, and one thing of everything that is read."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from tests.vinfra.planning.records.books import book
from vinfra.planning.inventory import Inventory, Machine, Sheet
from vinfra.planning.records.reader import read

GIB = float(1 << 30)
MIB = float(1 << 20)
Row = dict[str, Any]
Sheets = dict[str, list[Row]]


def vm(name: str, number: int, **more: Any) -> Row:
    return {
        "VM": name,
        "Powerstate": "poweredOn",
        "Template": "False",
        "SRM Placeholder": "False",
        "Datacenter": "dc",
        "Cluster": "prod",
        "Host": f"esx{number % 2}.example.org",
        "VM ID": f"vm-{number}",
        "VM UUID": f"5001-{number}",
        "VI SDK Server": "vc.example.org",
        **more,
    }


def export() -> Sheets:
    """Sheets and their rows; a test changes what it is about."""
    web, db, old = (vm(name, number) for number, name in enumerate(("web", "db", "old")))
    old["Powerstate"] = "poweredOff"
    info = {
        "CPUs": 2,
        "Memory": 4096,
        "Active Memory": 512,
        "Disks": 1,
        "Total disk capacity MiB": 40960,
        "Provisioned MiB": 45000,
        "In Use MiB": 20000,
        "Overall Cpu Readiness": "2%",
        "Connection state": "connected",
        "Consolidation Needed": "False",
        "Fixed Passthru HotPlug": "False",
        "CBT": "True",
        "vApp": "",
        "FT State": "notConfigured",
        "HW version": 19,
        "OS according to the configuration file": "Other (64-bit)",
        "OS according to the VMware Tools": "Debian GNU/Linux 12 (64-bit)",
        "Change Version": datetime(2025, 5, 5, 16, 0),
    }
    every = (web, db, old)
    return {
        "vInfo": [{**one, **info, "Path": f"[ds1] {one['VM']}/{one['VM']}.vmx"} for one in every],
        "vCPU": [{**one, "CPUs": 2, "Max": 4600, "Overall": 700, "Reservation": 0, "Limit": -1} for one in every],
        "vMemory": [
            {**one, "Size MiB": 4096, "Active": 512, "Consumed": 3000, "Reservation": 0, "Limit": -1} for one in every
        ],
        "vDisk": [
            {
                **one,
                "Disk": "Hard disk 1",
                "Disk Key": "2000",
                "Capacity MiB": 40960,
                "Raw": "False",
                "Disk Mode": "persistent",
                "Sharing mode": "sharingNone",
                "Thin": "True",
                "Shared Bus": "noSharing",
                "Path": f"[ds1] {one['VM']}/{one['VM']}.vmdk",
            }
            for one in every
        ],
        "vPartition": [
            {**one, "Disk Key": "2000", "Disk": "/", "Capacity MiB": 40000, "Consumed MiB": 10000, "Free MiB": 30000}
            for one in every[:2]
        ],
        "vNetwork": [{**one, "Adapter": "Vmxnet3", "Direct Path IO": "False"} for one in every],
        "vCD": [{**one, "Connected": "False"} for one in every],
        "vUSB": [{**web, "Device Type": "USB controller", "Connected": "False"}],
        "vTools": [{**one, "Tools": "toolsOk"} for one in every],
        "vSnapshot": [{**db, "Name": "before", "Date / time": datetime(2025, 4, 5), "Size MiB (total)": 512}],
        "vHost": [
            {
                "Host": f"esx{number}.example.org",
                "Datacenter": "dc",
                "Cluster": "prod",
                "in Maintenance Mode": "False",
                "CPU Model": "Intel(R) Xeon(R) Gold 5218 CPU @ 2.30GHz",
                "Speed": 2295,
                "HT Active": "True",
                "# CPU": 2,
                "Cores per CPU": 16,
                "# Cores": 32,
                "CPU usage %": 14,
                "# Memory": 262144,
                "Memory usage %": 36,
                "Assigned License(s)": "vSphere 8 Enterprise Plus AAAAA-BBBBB-CCCCC-DDDDD-EEEEE",
                "ESX Version": "VMware ESXi 8.0.3 build-24022510",
                "Vendor": "HPE",
                "Model": "ProLiant DL380 Gen10",
                "VI SDK Server": "vc.example.org",
            }
            for number in range(2)
        ],
        "vCluster": [{"Name": "prod", "NumHosts": 2}],
        "vDatastore": [
            {
                "Name": "ds1",
                "Type": "VMFS",
                "Capacity MiB": 1048576,
                "Provisioned MiB": 300000,
                "Free MiB": 800000,
                "Hosts": "esx0, esx1.example.org",
                "Accessible": "True",
            }
        ],
        "vHealth": [
            {"Name": "[ds1] lost/lost.vmdk", "Message": "Possibly a zombie vmdk file!", "Message type": "Zombie"},
            {"Name": "web", "Message": "VMware Tools are old", "Message type": "Tools"},
        ],
        "vFileInfo": [
            {"Friendly Path Name": f"[ds1] {name}", "File Name": name.rpartition("/")[2], "File Size in bytes": size}
            for name, size in (
                ("web/web.vmdk", 10),
                ("lost/lost.vmdk", 7 * 2**30),
                ("gone/gone.vmdk", 2**30),
                ("gone/gone-flat.vmdk", 2**30),
                ("iso/debian.iso", 2**29),
            )
        ],
        "vMetaData": [{"RVTools version": "4.6.1", "xlsx creation datetime": datetime(2025, 5, 6, 9, 0)}],
    }


def rows(sheet: list[Row]) -> list[list[Any]]:
    header = list(dict.fromkeys(column for row in sheet for column in row))
    return [header, *[[row.get(column, "") for column in header] for row in sheet]]


def xlsx(folder: Path, sheets: Mapping[str, list[Row]]) -> Inventory:
    return read(book(folder / "export.xlsx", {name: rows(sheet) for name, sheet in sheets.items()}))


def csvs(folder: Path, sheets: Mapping[str, list[Row]], delimiter: str = ",") -> Inventory:
    """The same as csv files in a folder."""
    place = folder / "csv"
    place.mkdir(exist_ok=True)
    for old in place.iterdir():
        old.unlink()
    for name, sheet in sheets.items():
        with open(place / f"RVTools_tab{name}.csv", "w", newline="") as stream:
            csv.writer(stream, delimiter=delimiter).writerows(rows(sheet))
    return read(place)


def one(inventory: Inventory, name: str) -> Machine:
    return next(machine for machine in inventory.machines if machine.name == name)


def sheet(inventory: Inventory, name: str) -> Sheet:
    return next(found for found in inventory.sheets if found.name == name)


def says(found: Sheet, words: str) -> bool:
    return any(words in remark for remark in found.remarks)
