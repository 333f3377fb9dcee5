"""A small synthetic estate and a plan for it, for tests: documented fields only, every number made up."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import numpy as np

from vinfra.planning.assumptions import Assumptions
from vinfra.planning.inventory import Disk, Inventory, Machine
from vinfra.planning.plan import Draw, Fleet, Packing, Plan, PowerReport, Suggestion, TargetPlan, Trial
from vinfra.planning.target import Target
from vinfra.planning.trying.load import Load, load
from vinfra.planning.trying.roster import Roster, roster
from vinfra.planning.trying.scene import clock
from vinfra.planning.utilisation import Utilisation

GIB = 2.0**30
PROXMOX = Target(
    title="Proxmox VE 8", hypervisor="proxmox-ve-8", edition="none-such", server="dell-r640", memory="64 GiB"
)
HYPERV = Target(
    title="Hyper-V 2022",
    hypervisor="hyper-v-2022",
    edition="none-such",
    server="hpe-proliant-dl380-gen10",
    memory="96 GiB",
)


def machines(count: int, memory: float = 8 * GIB, vcpus: int = 2) -> list[Machine]:
    """Machines that are alike but for their names and systems."""
    return [
        Machine(
            f"Srv {number:03d}.example.org",
            "vm",
            vcpus,
            memory,
            cluster=f"c{number % 3}",
            os="Microsoft Windows Server 2019" if number % 2 else "Ubuntu Linux (64-bit)",
            core_hz=2.0e9,
            disks=(Disk("disk 1", 100 * GIB, used=40 * GIB),),
            provisioned=100 * GIB,
            in_use=50 * GIB,
            guest_used=40 * GIB,
        )
        for number in range(count)
    ]


def recorded(some: list[Machine], percent: float, peak: float = 0.0, disk: float | None = None) -> Utilisation:
    """A day in intervals of five minutes: so much CPU, in the hour from ten `peak` more; so many bytes per second."""
    cpu = np.full((288, len(some)), percent, dtype=np.float32)
    cpu[120:132] += peak
    moved = None if disk is None else np.full((288, len(some)), disk, dtype=np.float32)
    names = [machine.name for machine in some]
    return Utilisation(300.0, names, cpu, disk=moved, begins=datetime(2026, 11, 2), source="made up")


def fleet(some: list[Machine], on_each: int, spare: int = 1) -> Fleet:
    """So many machines on each host."""
    at = np.arange(len(some), dtype=np.int64) // on_each
    packed = Packing("by hand", int(at.max()) + 1, at, int(at.max()) + 1, "memory")
    names = [machine.name for machine in some]
    return Fleet(names, packed, packed, spare, (), 0.5, 0.8, 2.0, "memory", {})


def listed(
    some: list[Machine],
    utilisation: Utilisation | None,
    targets: tuple[Target, ...] = (PROXMOX,),
    suggestions: Mapping[str, Suggestion] | None = None,
) -> tuple[Roster, Load]:
    """What the machines are as VMs, and what they want."""
    found = suggestions or {}
    return roster(some, found), load(some, found, utilisation, clock(targets, Assumptions()))


def target_plan(target: Target, hosts: Fleet, tried: Trial | None) -> TargetPlan:
    """The plan of one target with nothing in it but its hosts and its trial."""
    draw = Draw("after", hosts.hosts, 100.0, 200.0, 300.0, 1.0, 1.5, 0.0, 0.0, "made up")
    power = PowerReport(None, "", draw, None, "")
    return TargetPlan(target, hosts, power, (), None, None, None, tried, {}, None, (), ())


def plan(some: list[Machine], *targets: TargetPlan) -> Plan:
    """The whole."""
    return Plan(Inventory("estate.xlsx", "rvtools", machines=some), None, Assumptions(), (), targets, {}, ())
