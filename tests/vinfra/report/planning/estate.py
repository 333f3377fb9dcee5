"""An estate to plan for, of any size: machines, hosts, snapshots, orphans and a record that is not perfect."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from tests.vinfra.report.samples import HOSTILE
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
from vinfra.planning.plan import Suggestion

GIB = 2**30
DAY = date(2026, 11, 2)
FORMULA = '=HYPERLINK("http://evil.example/","x")'
SYSTEMS = ("Microsoft Windows Server 2019 (64-bit)", "Ubuntu Linux (64-bit)", "Red Hat Enterprise Linux 8", "FreeBSD")


def name(number: int) -> str:
    """Some of them hostile: to a page, to a spreadsheet, to a terminal."""
    return {3: HOSTILE, 5: FORMULA, 7: "+1-800", 8: "@SUM(A1)", 9: "-2+3"}.get(number, f"srv-{number:05d}")


def machine(number: int) -> Machine:
    vcpus, memory = (1, 2, 4, 8, 16)[number % 5], (2, 4, 8, 16, 64)[number % 5] * GIB
    capacity = (40 + 20 * (number % 7)) * GIB
    return Machine(
        name(number),
        "vm",
        vcpus,
        float(memory),
        power="off" if number % 11 == 10 else "on",
        template=number % 37 == 36,
        host=f"esx-{number % 6}.example.org",
        cluster=f"cluster-{number % 2}",
        os=SYSTEMS[number % 4],
        core_hz=2.6e9,
        disks=(Disk("Hard disk 1", float(capacity), None if number % 3 == 2 else 0.3 * capacity, thin=True),),
        provisioned=float(capacity),
        in_use=0.6 * capacity,
        guest_used=None if number % 3 == 2 else 0.3 * capacity,
        blockers=("a raw LUN",) if number % 29 == 28 else (),
    )


def inventory(machines: int) -> Inventory:
    patched = [
        Snapshot(name(n), f"before patch {n}", datetime(2026, 11, 1) - timedelta(days=40 * n), (n + 1) * 5e9)
        for n in range(min(machines, 12))
    ]
    return Inventory(
        "estate/<b>rvtools.xlsx",
        "rvtools",
        DAY,
        tuple(machine(number) for number in range(machines)),
        tuple(
            Host(f"esx-{n}.example.org", 2, 8, 256.0 * GIB, model="PowerEdge R640", cpu_used=0.2, memory_used=0.6)
            for n in range(max(6, machines // 20))
        ),
        (Datastore("lun-1", "VMFS", 20e12, 5e12, 25e12),),
        (*patched, Snapshot(name(0), "nobody knows when", None, None)),
        (Orphan("[lun-1] old/<i>old</i>.vmdk", 60e9, "no machine of vInfo has it"),),
        (
            Sheet("vInfo", machines + 2, machines, 2, machines, 3, ("memory in MB", "two rows without a name")),
            Sheet("vDisk", machines, machines, 0, machines, 0),
        ),
        (Missing("sheet vPartition", "what file systems hold"),),
        ("custom attributes were left out",),
    )


def suggestion(number: int) -> Suggestion:
    of = machine(number)
    verdict = ("fits", "oversized", "fits", "oversized", "undersized", "unknown")[number % 6]
    factor = {"oversized": 0.5, "undersized": 2.0}.get(verdict, 1.0)
    if not of.runs:
        verdict, factor = "not running", 1.0
    return Suggestion(
        of.name,
        of.vcpus,
        max(1, round(of.vcpus * factor)),
        of.memory,
        of.memory * factor,
        of.disk,
        0.5 * of.disk,
        0.3 * of.vcpus * 2.6e9,
        0.4 * of.memory,
        None if verdict == "unknown" else 0.01 * (number % 90),
        verdict,  # type: ignore[arg-type]
        "28 days of samples",
        f"95 % of the time under {0.3 * of.vcpus:.1f} of {of.vcpus} vCPUs <b>",
        ("low", "medium", "high")[number % 3],  # type: ignore[arg-type]
        "month ends are not in the recording",
    )
