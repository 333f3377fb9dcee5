"""vInfo: one row for each VM, the sheet that wins where others disagree.

Powers are those of the vSphere API (poweredOn, poweredOff, suspended). `Overall Cpu Readiness` is percent of the time a
VM was ready and found no core (VirtualMachineQuickStats.overallCpuReadiness).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from vinfra.planning.inventory import Power
from vinfra.planning.records.rvtools.draft import MIB, Draft
from vinfra.planning.records.rvtools.joining import Machines
from vinfra.planning.records.rvtools.quality import Quality
from vinfra.planning.records.tables.table import Table

TOTALS = frozenset({"total", "totals", "grand total", "sum", "summe", "gesamt", "average", "count"})
BAD_STATES = frozenset({"disconnected", "inaccessible", "invalid", "orphaned"})  # VirtualMachineConnectionState
# Changed block tracking needs version 7 (VMware KB 1020128); what is older is converted with more care.
TRACKED_VERSION = 7
TOLD = ("VM", "VM UUID", "VM ID", "VI SDK Server", "Host", "Datacenter")  # alike in two rows: one VM, told of twice


def machines(table: Table) -> tuple[list[Draft], Machines, Quality]:
    """The VMs in the order of the sheet, their index, and how well they were read."""
    quality, drafts, index = Quality(table), list[Draft](), Machines()
    identity = zip(table.texts("VM UUID"), table.texts("VM ID"), strict=True)
    dropped = _dropped(table)
    for draft, (uuid, vm_id), why in zip(_drafts(table, quality), identity, dropped, strict=True):
        if why:
            quality.drop(why)
            continue
        index.add(len(drafts), draft.name, uuid, vm_id, draft.server, draft.host or "")
        drafts.append(draft)
    quality.read = len(drafts)
    return drafts, index, quality


def _dropped(table: Table) -> Iterator[str]:
    """Why a row is no VM; empty where it is one."""
    powers, counts = table.texts("Powerstate"), table.texts("CPUs")
    rows = zip(table.texts("VM"), table.truths("SRM Placeholder"), powers, table.texts("VM UUID"), counts, strict=True)
    told = zip(*(table.texts(column) for column in TOLD), strict=True)
    seen: set[tuple[str, ...]] = set()
    for (name, placeholder, power, uuid, count), same in zip(rows, told, strict=True):
        if placeholder:
            yield "placeholders of Site Recovery Manager, which run at the other site"
        elif not name and not uuid:
            yield "rows without the name of a VM" if power or count else "lines that are no VM"
        elif name.lower() in TOTALS and not power and not uuid:
            yield "lines with totals"
        elif uuid and same in seen:
            yield "rows that tell of a VM again: of one UUID, name, vCenter and host"
        else:
            seen.add(same)
            yield ""


def _drafts(table: Table, quality: Quality) -> Iterator[Draft]:
    """A draft for each row."""
    systems = zip(
        table.texts("OS according to the VMware Tools"),
        table.texts("OS according to the configuration file"),
        strict=True,
    )
    columns = zip(
        table.texts("VM"),
        table.texts("VI SDK Server"),
        _powers(table, quality),
        table.truths("Template"),
        table.texts("Host"),
        table.texts("Cluster"),
        table.texts("Datacenter"),
        (by_tools or by_file for by_tools, by_file in systems),
        table.numbers("CPUs"),
        table.numbers("Memory", scale=MIB),
        table.numbers("Provisioned MiB", scale=MIB),
        table.numbers("In Use MiB", scale=MIB),
        readiness(table, "Overall Cpu Readiness"),
        table.truths("CBT"),
        table.numbers("Active Memory", scale=MIB),
        _hindrances(table),
        table.numbers("Total disk capacity MiB", scale=MIB),
        table.numbers("Disks"),
        strict=True,
    )
    for name, server, power, template, host, cluster, datacenter, system, cpus, memory, *rest in columns:
        provisioned, in_use, ready, tracking, active, (blockers, chores), capacity, disks = rest
        if power == "suspended":
            chores.append("suspended: resume it and shut it down, what is in its memory does not move")
        yield Draft(
            name=name or "unnamed",
            server=server,
            power=power,
            template=bool(template),
            host=host or None,
            cluster=cluster or None,
            datacenter=datacenter or None,
            os=system,
            vcpus=count_of(cpus),
            memory=memory if memory and memory > 0 else None,
            provisioned=size_of(provisioned),
            in_use=size_of(in_use),
            ready=ready,
            tracking=tracking,
            active=size_of(active),
            blockers=blockers,
            chores=chores,
            capacity=size_of(capacity),
            disk_count=None if disks is None or disks < 0 else int(disks),
        )


def count_of(number: float | None) -> int | None:
    """A number of vCPUs; None for what can be none."""
    return int(number) if number is not None and number >= 1 else None


def size_of(number: float | None) -> float | None:
    """A size; None for what can be none."""
    return number if number is not None and number >= 0 else None


def readiness(table: Table, column: str) -> list[float | None]:
    """Parts of the time from percent; more than all of it is nobody's."""
    percents = table.numbers(column, whole=False)
    return [None if percent is None or not 0 <= percent <= 100 else percent / 100 for percent in percents]


def _powers(table: Table, quality: Quality) -> Iterator[Power]:
    for written in table.texts("Powerstate"):
        word = re.sub(r"[^a-z]", "", written.lower())
        if word.endswith("on"):
            yield "on"
        elif word.endswith("off"):
            yield "off"
        elif word.startswith("suspend"):
            yield "suspended"
        else:
            quality.guess("VMs that do not say whether they run, taken as running")
            yield "on"


def _hindrances(table: Table) -> Iterator[tuple[list[str], list[str]]]:
    """What hinders moving a VM, and what is to be done before, as far as vInfo says."""
    rows = zip(
        table.texts("Connection state"),
        table.truths("Consolidation Needed"),
        table.truths("Fixed Passthru HotPlug"),
        table.texts("vApp"),
        table.texts("FT State"),
        table.texts("HW version"),
        strict=True,
    )
    for state, consolidation, passed, vapp, tolerance, version in rows:
        found, chores = list[str](), list[str]()
        if state.lower() in BAD_STATES:
            found.append(f"the vCenter says it is {state.lower()}")
        if consolidation:
            chores.append("its disks need consolidation first")
        if passed:
            chores.append("may have devices passed through: look")
        if vapp and vapp.lower() not in ("false", "no", "0"):
            chores.append("part of a vApp: its order of starting does not move")
        if tolerance and tolerance.lower() not in ("notconfigured", "false", "no"):
            found.append("Fault Tolerance keeps a second copy of it")
        digits = re.search(r"\d{1,4}", version)
        if digits and int(digits[0]) < TRACKED_VERSION:
            chores.append(f"virtual hardware of version {int(digits[0])}, older than changed block tracking")
        yield found, chores
