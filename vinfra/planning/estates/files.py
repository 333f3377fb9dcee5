"""An inventory as files that other programs and vinfra itself read: a workbook as RVTools exports it, a csv of servers.

Only columns that RVTools has are written, under its names and in its units (MiB, MHz, percent), truths as text. Every
text is written as text: a name that begins with `=` is no formula. The same inventory gives the same bytes.
Source: headers of RVTools 4.6 (records/rvtools/columns.py).
"""

from __future__ import annotations

import csv
import functools
import uuid
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, time
from pathlib import Path

from vinfra.errors import InputError, Place
from vinfra.planning.inventory import Inventory, Machine
from vinfra.whole import told, whole
from vinfra.workloads.files import shown

MIB, MHZ, GIB = 2.0**20, 1e6, 2.0**30
VERSION = "4.6.1.0"  # of RVTools, whose columns these are
SERVER = "vcenter.example.com"
POWERS = {"on": "poweredOn", "off": "poweredOff", "suspended": "suspended"}
MOST = 1 << 18  # machines whose UUIDs are kept
UNDATED = datetime(2000, 1, 1)
OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "default_date_format": "yyyy/mm/dd hh:mm:ss",
}
NAMES = uuid.UUID("5b0f0a5e-6c7b-4d7e-9a39-4d1c8a2f6b10")  # the name space of UUIDs that are made of names
ZOMBIE = "Possibly a Zombie vmdk file! Please check."
Cell = str | float | datetime | None
Row = Sequence[Cell]


def as_rvtools(inventory: Inventory, path: Path) -> None:
    """Write the inventory as a workbook of RVTools; InputError where the library or the folder is not there."""
    try:
        from xlsxwriter import Workbook
    except ImportError:
        cure = "pip install 'vinfra[planning]'"
        raise InputError.at(Place(shown(path)), f"writing a workbook needs XlsxWriter; {cure}") from None
    taken = UNDATED if inventory.taken is None else datetime.combine(inventory.taken, time(12))
    with told(Place(shown(path))), whole(path) as part, Workbook(str(part), OPTIONS) as book:
        book.set_properties({"title": "An estate, drawn by vinfra", "created": taken})
        for name, header, rows in _sheets(inventory, taken):
            page = book.add_worksheet(name)
            for column, head in enumerate(header):
                page.write_string(0, column, head)
            for number, row in enumerate(rows, 1):
                for column, cell in enumerate(row):
                    if isinstance(cell, str):
                        page.write_string(number, column, cell)
                    elif isinstance(cell, datetime):
                        page.write_datetime(number, column, cell)
                    elif cell is not None:
                        page.write_number(number, column, cell)


def _sheets(inventory: Inventory, taken: datetime) -> Iterator[tuple[str, Sequence[str], Iterable[Row]]]:
    """Name, header and rows of each sheet, in RVTools' order."""
    machines = inventory.machines
    yield "vInfo", (*VM, *INFO, "VM UUID", "VI SDK Server"), (_info(machine) for machine in machines)
    yield "vCPU", (*VM, *CPU, "VM UUID"), (_cpu(machine) for machine in machines)
    yield "vMemory", (*VM, *MEMORY, "VM UUID"), (_memory(machine) for machine in machines)
    yield "vDisk", (*VM, *DISK, "VM UUID"), (row for machine in machines for row in _disks(machine))
    yield "vPartition", (*VM, *PARTITION, "VM UUID"), (row for machine in machines for row in _partitions(machine))
    yield "vUSB", (*VM, *USB, "VM UUID"), (row for machine in machines for row in _usb(machine))
    yield "vSnapshot", (*SNAPSHOT, "VM UUID"), _snapshots(inventory)
    yield "vHost", (*HOST, "VI SDK Server"), _hosts(inventory)
    yield "vDatastore", (*STORE, "VI SDK Server"), _stores(inventory)
    yield "vFileInfo", FILE, ((one.path, one.path.rpartition("/")[2], "vmdk", one.size) for one in inventory.orphans)
    yield "vHealth", HEALTH, ((one.path, ZOMBIE, "Zombie", SERVER) for one in inventory.orphans)
    yield "vMetaData", META, ((VERSION.partition(".")[0], VERSION, taken, SERVER),)


VM = ("VM", "Powerstate", "Template")
INFO = (
    *("Connection state", "CPUs", "Memory", "Active Memory", "Disks", "Total disk capacity MiB"),
    *("Fixed Passthru HotPlug", "CBT", "Provisioned MiB", "In Use MiB", "HW version", "Path", "Datacenter", "Cluster"),
    *("Host", "OS according to the configuration file", "OS according to the VMware Tools"),
)
CPU = ("CPUs", "Max", "Overall", "Reservation", "Limit")
MEMORY = ("Size MiB", "Consumed", "Active", "Reservation", "Limit")
DISK = ("Disk", "Disk Key", "Capacity MiB", "Raw", "Disk Mode", "Sharing mode", "Thin", "Path")
PARTITION = ("Disk Key", "Disk", "Capacity MiB", "Consumed MiB", "Free MiB")
USB = ("Device Type", "Connected")
SNAPSHOT = ("VM", "Powerstate", "Name", "Date / time", "Size MiB (total)")
HOST = (
    *("Host", "Datacenter", "Cluster", "in Maintenance Mode", "CPU Model", "Speed", "HT Active", "# CPU"),
    *("Cores per CPU", "# Cores", "CPU usage %", "# Memory", "Memory usage %", "ESX Version", "Vendor", "Model"),
)
STORE = ("Name", "Accessible", "Type", "Capacity MiB", "Provisioned MiB", "In Use MiB", "Free MiB", "# Hosts", "Hosts")
FILE = ("Friendly Path Name", "File Name", "File Type", "File Size in bytes")
HEALTH = ("Name", "Message", "Message type", "VI SDK Server")
META = ("RVTools major version", "RVTools version", "xlsx creation datetime", "Server")
FIRST_KEY = 2000  # of disks, as the vSphere API counts them


@functools.lru_cache(maxsize=MOST)
def _uuid(name: str) -> str:
    return str(uuid.uuid5(NAMES, name))


def _begin(machine: Machine) -> tuple[str, str, str]:
    return machine.name, POWERS[machine.power], str(machine.template)


def _scaled(value: float | None, unit: float) -> float | None:
    return None if value is None else round(value / unit)


def _most(limit: float, unit: float) -> float:
    """-1 is no limit."""
    return -1 if limit == float("inf") else round(limit / unit)


def _info(machine: Machine) -> Row:
    passed = any("passed-through" in word for word in machine.blockers)
    store = next((disk.datastore for disk in machine.disks if disk.datastore), None)
    return (
        *_begin(machine),
        *("connected", machine.vcpus, machine.memory / MIB, _scaled(machine.memory_active, MIB), len(machine.disks)),
        *(_scaled(machine.disk, MIB), str(passed), "" if machine.tracking is None else str(machine.tracking)),
        *(_scaled(machine.provisioned, MIB), _scaled(machine.in_use, MIB), "vmx-19"),
        *(f"[{store}] {machine.name}/{machine.name}.vmx" if store else "", machine.datacenter or ""),
        *(machine.cluster or "", machine.host or "", machine.os, machine.os),
        *(_uuid(machine.name), SERVER),
    )


def _cpu(machine: Machine) -> Row:
    most = machine.core_hz and machine.vcpus * machine.core_hz
    used, limit = _scaled(machine.cpu_used, MHZ), _most(machine.cpu_limit, MHZ)
    said = (machine.vcpus, _scaled(most, MHZ), used, round(machine.cpu_reservation / MHZ), limit)
    return (*_begin(machine), *said, _uuid(machine.name))


def _memory(machine: Machine) -> Row:
    consumed, active = _scaled(machine.memory_consumed, MIB), _scaled(machine.memory_active, MIB)
    reservation, limit = round(machine.memory_reservation / MIB), _most(machine.memory_limit, MIB)
    said = (machine.memory / MIB, consumed, active, reservation, limit)
    return (*_begin(machine), *said, _uuid(machine.name))


def _disks(machine: Machine) -> Iterator[Row]:
    for number, disk in enumerate(machine.disks):
        mode = "independent_persistent" if disk.independent else "persistent"
        path = f"[{disk.datastore}] {machine.name}/{machine.name}_{number}.vmdk" if disk.datastore else ""
        sharing = "sharingMultiWriter" if disk.shared else "sharingNone"
        thin = "" if disk.thin is None else str(disk.thin)
        said = (disk.label, str(FIRST_KEY + number), _scaled(disk.capacity, MIB), str(disk.raw), mode, sharing)
        yield (*_begin(machine), *said, thin, path, _uuid(machine.name))


def _partitions(machine: Machine) -> Iterator[Row]:
    """A file system for each disk, while the guest runs: VMware Tools say what is in it."""
    letters = "CDEFGHIJKLMNOPQRSTUVWXYZ"
    for number, disk in enumerate(machine.disks if machine.runs else ()):
        if disk.used is None:
            continue
        windows = machine.family == "windows" and number < len(letters)
        name = f"{letters[number]}:\\" if windows else ("/" if number == 0 else f"/data{number}")
        sizes = (_scaled(disk.capacity, MIB), _scaled(disk.used, MIB), _scaled(disk.capacity - disk.used, MIB))
        yield (*_begin(machine), str(FIRST_KEY + number), name, *sizes, _uuid(machine.name))


def _usb(machine: Machine) -> Iterator[Row]:
    if any("USB" in word for word in machine.blockers):
        yield (*_begin(machine), "VirtualUSB", "True", _uuid(machine.name))


def _snapshots(inventory: Inventory) -> Iterator[Row]:
    powers = {machine.name: POWERS[machine.power] for machine in inventory.machines}
    for one in inventory.snapshots:
        size = _scaled(one.size, MIB)
        yield one.machine, powers.get(one.machine, ""), one.name, one.taken, size, _uuid(one.machine)


def _hosts(inventory: Inventory) -> Iterator[Row]:
    for host in inventory.hosts:
        threaded = host.threads is not None and host.threads > host.cores
        busy = None if host.cpu_used is None else round(100 * host.cpu_used)
        full = None if host.memory_used is None else round(100 * host.memory_used)
        yield (
            *(host.name, host.datacenter or "", host.cluster or "", str(host.maintenance), host.processor),
            *(_scaled(host.core_hz, MHZ), str(threaded), host.sockets, host.cores_per_socket, host.cores, busy),
            *(_scaled(host.memory, MIB), full, host.version, host.vendor, host.model, SERVER),
        )


def _stores(inventory: Inventory) -> Iterator[Row]:
    for store in inventory.datastores:
        used = None if store.free is None else store.capacity - store.free
        sizes = (store.capacity, store.provisioned, used, store.free)
        hosts = (len(store.hosts), ", ".join(store.hosts))
        yield (store.name, "True", store.kind, *(_scaled(size, MIB) for size in sizes), *hosts, SERVER)


SERVERS = (
    *("Name", "Vendor", "Model", "Processor", "Sockets", "Cores", "Clock (GHz)", "Memory (GB)", "Disk (GB)"),
    *("Disk used (GB)", "Operating system", "CPU mean (%)", "CPU p95 (%)", "CPU peak (%)", "Memory used (%)", "Watts"),
    *("Rack", "Role", "State"),
)


def as_servers_csv(inventory: Inventory, path: Path) -> None:
    """Write physical servers as the csv that servers-csv reads; InputError where the folder is not there."""
    hosts = {host.name: host for host in inventory.hosts}
    with told(Place(shown(path))), whole(path) as part, open(part, "w", encoding="utf-8", newline="") as stream:
        rows = csv.writer(stream, lineterminator="\n")
        rows.writerow(SERVERS)
        for machine in inventory.machines:
            host = hosts.get(machine.host or "")
            whole_cpu = machine.vcpus * (machine.core_hz or 0.0)
            rows.writerow(
                [
                    *(machine.name, host.vendor if host else "", host.model if host else machine.hardware),
                    *(host.processor if host else "", host.sockets if host else "", machine.vcpus),
                    *(_plain(machine.core_hz, 1e9), _plain(machine.memory, GIB), _plain(machine.disk or None, 1e9)),
                    *(_plain(machine.guest_used, 1e9), machine.os),
                    *(_percent(value, whole_cpu) for value in (machine.cpu_used, machine.cpu_p95, machine.cpu_peak)),
                    *(_percent(machine.memory_consumed, machine.memory), _plain(machine.watts, 1.0)),
                    *(machine.rack or "", machine.role, machine.power),
                ]
            )


def _plain(value: float | None, unit: float) -> str:
    return "" if value is None else f"{value / unit:.12g}"


def _percent(value: float | None, whole_of: float) -> str:
    return "" if value is None or not whole_of else f"{100 * value / whole_of:.6g}"
