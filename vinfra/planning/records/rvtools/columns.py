"""The sheets and columns of an RVTools export that are read, how releases have spelt them, and what is lost without.

Source: headers of RVTools 4.6 and older spellings, from public samples and importers (kubev2v/migration-planner,
shapedthought/rvtools2vse, SizingWorkshop); MB and MiB are one (see tables/cells.py). Custom attributes stand between
them, so a column is found by its name alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from vinfra.planning.records.tables.table import Wanted

IDENTITY = ("VM", "VM UUID", "VM ID", "VI SDK Server", "Host", "SRM Placeholder")
OLDER: Mapping[str, Sequence[str]] = {
    "VI SDK Server": ("vCenter", "VI SDK UUID", "vCenter UUID"),
    "In Use MiB": ("In use MiB",),
    "OS according to the configuration file": ("OS",),
    "CBT": ("Changed Block Tracking",),
    "xlsx creation datetime": ("creation datetime",),
    "Memory": ("Memory MiB",),
    "Size MiB": ("Size",),
}
PLAIN: Mapping[str, Sequence[str]] = {
    "vInfo": (
        *IDENTITY,
        *("Powerstate", "Template", "Connection state", "Consolidation Needed", "PowerOn", "Creation date"),
        *("Change Version", "CPUs", "Overall Cpu Readiness", "Memory", "Active Memory", "Disks"),
        *("Total disk capacity MiB", "Fixed Passthru HotPlug", "CBT", "vApp", "FT State", "Provisioned MiB"),
        *("In Use MiB", "HW version", "Path", "Log directory", "Snapshot directory", "Suspend directory"),
        *("Datacenter", "Cluster", "OS according to the configuration file", "OS according to the VMware Tools"),
    ),
    "vCPU": (*IDENTITY, "CPUs", "Max", "Overall", "Reservation", "Limit", "CPU ready %"),
    "vMemory": (*IDENTITY, "Size MiB", "Consumed", "Active", "Reservation", "Limit", "Ballooned", "Swapped"),
    "vDisk": (
        *IDENTITY,
        *("Disk", "Disk Key", "Disk Path", "Capacity MiB", "Raw", "Disk Mode", "Sharing mode", "Thin", "Shared Bus"),
        "Path",
    ),
    "vPartition": (*IDENTITY, "Disk Key", "Disk", "Capacity MiB", "Consumed MiB", "Free MiB"),
    "vNetwork": (*IDENTITY, "Adapter", "Direct Path IO"),
    "vCD": (*IDENTITY, "Connected"),
    "vUSB": (*IDENTITY, "Device Type", "Connected"),
    "vTools": (*IDENTITY, "Tools"),
    "vSnapshot": (*IDENTITY, "Name", "Date / time", "Filename", "Size MiB (total)"),
    "vHost": (
        *("Host", "VI SDK Server", "Datacenter", "Cluster", "in Maintenance Mode", "CPU Model", "Speed", "HT Active"),
        *("# CPU", "Cores per CPU", "# Cores", "CPU usage %", "# Memory", "Memory usage %", "Assigned License(s)"),
        *("ESX Version", "Boot time", "Vendor", "Model"),
    ),
    "vCluster": ("Name", "NumHosts"),
    "vDatastore": (
        *("Name", "VI SDK Server", "Type", "Capacity MiB", "Provisioned MiB", "Free MiB", "Hosts", "Accessible"),
    ),
    "vMultiPath": ("Host", "Disk", "Path 1", "Path 2"),
    "vHealth": ("Name", "Message", "Message type"),
    "vFileInfo": ("Friendly Path Name", "File Name", "File Size in bytes"),
    "vLicense": ("Name", "Total", "Used"),
    "vSource": ("Fullname", "Name"),
    "vMetaData": ("RVTools version", "xlsx creation datetime"),
}
SPELLINGS: Mapping[tuple[str, str], Sequence[str]] = {
    ("vSnapshot", "Name"): ("Snapshot",),
    ("vSnapshot", "Size MiB (total)"): ("Size MiB",),
    ("vCluster", "Name"): ("Cluster",),
    ("vHost", "# Memory"): ("Memory", "# Memory MiB"),
    ("vHost", "# Cores"): ("Cores",),
    ("vHost", "# CPU"): ("CPUs", "Sockets"),
}
SHEETS: Mapping[str, Wanted] = {
    sheet: {name: (name, *OLDER.get(name, ()), *SPELLINGS.get((sheet, name), ())) for name in names}
    for sheet, names in PLAIN.items()
}

SHEET_GIVES: Mapping[str, str] = {
    "vCPU": "how much CPU machines used: they are sized by their vCPUs",
    "vMemory": "how much memory machines use: they are sized by what they are configured with",
    "vDisk": "which disks machines have, and which are raw, shared or independent: moves cannot be checked for them",
    "vPartition": "what guests store on their disks: disks are planned by what they take on datastores",
    "vNetwork": "which machines pass network cards through",
    "vCD": "which machines have a CD connected",
    "vUSB": "which machines have USB devices, which do not move",
    "vTools": "in which guests VMware Tools run",
    "vSnapshot": "which snapshots there are and how old they are",
    "vHost": "power and licences of today, how full hosts are, and the clock of cores",
    "vDatastore": "how full datastores are",
    "vHealth": "which files RVTools takes for nobody's",
    "vFileInfo": "which files on datastores belong to no machine, and their sizes",
    "vMetaData": "on which day it was recorded: ages count from the newest date in it",
}
COLUMN_GIVES: Mapping[tuple[str, str], str] = {
    ("vInfo", "Powerstate"): "which machines run: all count as running",
    ("vInfo", "Template"): "which are templates: none counts as one",
    ("vInfo", "CPUs"): "how many vCPUs machines have, but for what vCPU says",
    ("vInfo", "Memory"): "how much memory machines have, but for what vMemory says",
    ("vInfo", "Host"): "on which hosts machines run",
    ("vInfo", "Cluster"): "in which clusters machines run",
    ("vInfo", "Provisioned MiB"): "what disks may grow to, but for their capacities",
    ("vInfo", "In Use MiB"): "what machines take on datastores",
    ("vInfo", "Path"): "which files on datastores belong to a machine",
    ("vInfo", "CBT"): "whether changed blocks are tracked: a first backup reads all",
    ("vInfo", "Overall Cpu Readiness"): "how long vCPUs wait today",
    ("vInfo", "OS according to the configuration file"): "which guests those without VMware Tools are",
    ("vCPU", "Overall"): "how much CPU machines used: they are sized by their vCPUs",
    ("vMemory", "Active"): "how much memory machines touch",
    ("vMemory", "Consumed"): "how much memory of hosts machines take",
    ("vDisk", "Capacity MiB"): "how large disks are",
    ("vDisk", "Raw"): "which disks are raw LUNs",
    ("vDisk", "Disk Mode"): "which disks snapshots leave out",
    ("vDisk", "Thin"): "which disks are thin",
    ("vPartition", "Consumed MiB"): "what guests store on their disks",
    ("vPartition", "Disk Key"): "on which disk a file system is: only the sum of each machine is known",
    ("vHost", "# CPU"): "how many sockets hosts have",
    ("vHost", "# Cores"): "how many cores hosts have, but for sockets times cores",
    ("vHost", "# Memory"): "how much memory hosts have",
    ("vHost", "Speed"): "the clock of cores",
    ("vHost", "CPU usage %"): "how busy hosts are, so what they draw today is a guess",
    ("vHost", "Model"): "which servers hosts are, so what they draw today is a guess",
    ("vSnapshot", "Date / time"): "how old snapshots are",
    ("vDatastore", "Capacity MiB"): "how large datastores are",
}
