"""Memory of ESX Server 1.x: page sharing, ballooning, and the idle memory tax, with the models that scenarios use.

What VMs of 2002 held in their pages was not published apart from what sharing made of them, so that classes of content
measured elsewhere stand in for them.
"""

from __future__ import annotations

import numpy as np

from vinfra import facts
from vinfra.compute.memory.content import Content
from vinfra.compute.memory.faults import of_guest, usable, working
from vinfra.compute.memory.hosts import Memory
from vinfra.compute.memory.machines import Guests, Machines, Plan
from vinfra.compute.memory.policy import PAGE, Policy
from vinfra.compute.memory.stall import Faults, pace
from vinfra.engine.streams import Streams
from vinfra.evidence.experiment import Prediction, Row, Unpredicted, experiment
from vinfra.hypervisors.product import Reclaim
from vinfra.storage.lun import Disk

MIB = 2.0**20
LONG = 48 * 3600.0  # seconds; every page was scanned many times by then
SCSI = "sas-15k"  # a server disk of 2002 turned as fast
MANY = 100  # VMs; what one copy for all takes is 1 % then


def host(memory: float, means: frozenset[Reclaim]) -> Machines:
    """One host of two processors at 1 GHz with one disk to swap to, and so much memory."""
    disk: Disk = facts.load("disks", SCSI, Disk)
    return Machines(["host"], np.array([memory]), np.array([2e9]), [means], np.array([disk.iops]), np.array([1.0]))


def vms(size: float, active: list[float], content: int = -1) -> Guests:
    """VMs of one size and one vCPU each, with these parts of their memory in use and equal shares."""
    ones = np.ones(len(active))
    return Guests(
        names=[f"vm-{number}" for number in range(len(active))],
        configured=size * ones,
        touched=size * ones,
        active=size * np.array(active),
        shares=ones,
        reservation=0 * ones,
        limit=np.inf * ones,
        vcpus=ones,
        content=np.full(len(active), content, dtype=np.int64),
        driver=np.ones(len(active), dtype=bool),
        large=np.zeros(len(active), dtype=bool),
    )


def settled(machines: Machines, guests: Guests, policy: Policy, contents: list[Content] | None = None) -> Memory:
    """The memory of a host long after its VMs were started."""
    at = np.zeros(len(guests.names), dtype=np.int64)
    memory = Memory(Plan(machines, guests, contents or [], policy), at, Streams(1))
    for _ in range(48):
        memory.advance(LONG / 48, at)
    return memory


def shared(content: str, size: float, count: int) -> tuple[float, float]:
    """Bytes shared, and reclaimed by it, of so many VMs of one class."""
    known: Content = facts.load("contents", content, Content)
    machines = host(2 * count * size, frozenset(["sharing"]))
    found = settled(machines, vms(size, [0.5] * count, 0), Policy(), [known]).totals()
    return found["memory_shared"], found["memory_saved"]


def throughput(size: float, ballooned: float, wanted: float, policy: Policy) -> float:
    """Work per second of a VM that would use so much memory all the time and has a balloon of that size."""
    machines, one = host(wanted, frozenset(["balloon"])), np.ones(1)
    missing = np.maximum(wanted - usable(size * one, ballooned * one, policy), 0.0)
    missed, _ = of_guest(working(wanted * one, 0 * one, policy), missing, policy)
    faults = Faults(missed / PAGE, 0 * one)
    return float(pace(np.zeros(1, dtype=np.int64), faults, one, one, machines, policy.decompression).progress[0])


@experiment(
    "MEM02.01",
    about="a VM of 256 MB ballooned to 128, 160, 192 and 224 MB beside VMs configured with as much, each with dbench "
    "in 256 MB of files (sizes recalled): the kernel of the larger VM keeps track of more memory",
)
def ballooned(row: Row) -> dict[str, Prediction]:
    """Least and largest loss of throughput over the sizes, percent."""
    policy, full = Policy(), 256 * MIB
    sizes = [size * MIB for size in (128, 160, 192, 224)]
    pairs = [(throughput(full, full - size, full, policy), throughput(size, 0.0, full, policy)) for size in sizes]
    losses = [100.0 * (1.0 - mine / alike) for mine, alike in pairs]
    return {"min": min(losses), "max": max(losses)}


@experiment(
    "MEM02.02",
    about="ten VMs whose pages hold what was measured in Windows Server 2008, scanned for two days; the memory of all "
    "is given",
)
def windows(row: Row) -> dict[str, Prediction]:
    """MB and percent of all memory."""
    total = row.given("total")
    found, saved = (part / MIB for part in shared("windows-server", total * MIB / 10, 10))
    return {
        "shared": found,
        "reclaimed": saved,
        "shared_pct": 100.0 * found / total,
        "reclaimed_pct": 100.0 * saved / total,
    }


@experiment(
    "MEM02.05",
    about="a hundred VMs of 40 MB (recalled) that are copies of one, as idle desktops were measured to be alike",
)
def clones(row: Row) -> dict[str, Prediction]:
    """Part of all memory that is reclaimed."""
    _, saved = shared("desktop-clones", 40 * MIB, MANY)
    return {"many_vms": saved / (MANY * 40 * MIB)}


@experiment("MEM02.06", about="what sharing keeps of each page to find its like by", fitted=("MEM02.06",))
def frames(row: Row) -> dict[str, Prediction]:
    """Bytes for each page, and percent of all memory."""
    policy, whole = Policy(), 1024 * MIB
    kept = settled(host(whole, frozenset(["sharing"])), vms(whole / 2, []), policy).totals()["memory_overhead"]
    inside = Unpredicted("how the record of a page is made up makes no difference to a model")
    return {
        "frame_bytes": policy.frame,
        "system_overhead_pct_max": 100.0 * kept / whole,
        "hash_bits": inside,
        "refcount_bits": inside,
    }


@experiment(
    "MEM02.07",
    about="two VMs of 256 MB with equal shares on a host with 360 MB for them: one idle Windows that touches a "
    "twentieth of its memory (assumed), one that runs dbench in all of its memory; without the tax and with it",
    fitted=("MEM02.08",),
)
def taxed(row: Row) -> dict[str, Prediction]:
    """Gain of throughput in percent."""
    guests = vms(256 * MIB, [0.05, 1.0])
    rates = []
    for tax in (0.0, Policy().tax):
        policy = Policy.model_validate({"tax": tax})
        kept = policy.high * (1.0 + policy.margin)
        room = (360 * MIB + float(guests.overhead(policy).sum())) / (1.0 - kept)
        memory = settled(host(room, frozenset(["balloon", "swap"])), guests, policy)
        rates.append(float(memory.pace(np.array([0.0, 1.0])).progress[1]))
    return {"gain_min": 100.0 * (rates[1] / rates[0] - 1.0)}


@experiment("MEM02.08", about="what the memory policy does when a scenario says nothing", fitted=("MEM02.08",))
def defaults(row: Row) -> dict[str, Prediction]:
    """Percents, pages, seconds and MB."""
    policy = Policy()
    states = {name: 100.0 * getattr(policy, name) for name in ("high", "soft", "hard", "low")}
    return {
        "tax_pct": 100.0 * policy.tax,
        "sample_pages": float(policy.sample_pages),
        "sample_period_s": policy.sample_period,
        **{f"free_states_pct.{name}": value for name, value in states.items()},
        "per_vm_overhead_MB": policy.overhead / MIB,
    }
