"""Backup: what transports carry, what repositories hold and do, how long snapshots stun, as scenarios have it."""

from __future__ import annotations

from vinfra import facts
from vinfra.backup.chain import Chain, Step
from vinfra.backup.converter import Converter
from vinfra.backup.estate import Machine
from vinfra.backup.kinds.image import Image
from vinfra.backup.reduction import Compression
from vinfra.backup.transports.hot_add import HotAdd
from vinfra.backup.transports.nbd import GIGABIT, Nbd
from vinfra.evidence.experiment import Prediction, Row, Unpredicted, experiment
from vinfra.storage.commit import Commit
from vinfra.storage.lun import Disk, Lun, Raid
from vinfra.workloads.writable_set import WritableSet

GB = 1e9
WINDOW = 8 * 3600.0
DAYS = 30
USED, RATIO, CHANGED = 80 * GB, 2.0, 0.05
STILL = WritableSet((1.0,), (0.0,))
NIGHT = 86400.0


def vm(disk: float, used: float) -> Machine:
    """A VM that nothing is said of but its disk."""
    return Machine("vm", "vms", "host", "datastore", disk, used, STILL, 0.0)


@experiment("BAK.01", about="what a management network gives to backups", fitted=("BAK.01",))
def network_mode_itself(row: Row) -> dict[str, Prediction]:
    """The two speeds that were measured."""
    nbd = Nbd()
    return {"gigabit": nbd.management(GIGABIT) / 1e6, "ten_gigabit": nbd.management(10 * GIGABIT) / 1e6}


@experiment("BAK.15", about="rates of compression, as facts have them", fitted=("BAK.15",))
def compression(row: Row) -> dict[str, Prediction]:
    """Bytes that one core compresses in a second."""
    kinds = {key: facts.load("compression", key, Compression) for key in row.keys}
    return {key: (kind.rate or 0.0) / 1e6 for key, kind in kinds.items()}


@experiment("BAK.16", about="the rate of the converter", fitted=("BAK.16",))
def converter(row: Row) -> dict[str, Prediction]:
    """One machine at a time."""
    return {"rate": Converter().rate / 1e6}


@experiment("BAK.02", about="what a management network of 10 Gbit/s gives to backups", fitted=("BAK.01",))
def network_mode(row: Row) -> dict[str, Prediction]:
    """Part of a network."""
    return {"part": 100.0 * Nbd().management(10 * GIGABIT) / (10 * GIGABIT)}


@experiment("BAK.03", "BAK.04", about="attaching and detaching, as of the later of both releases", fitted=("BAK.03",))
def hot_add(row: Row) -> dict[str, Prediction]:
    """Both together."""
    return {"both": HotAdd().begin() + HotAdd().end()}


@experiment("BAK.05", about="thirty nights of one VM, full and rollbacks, times ten; the spare is given")
def repository(row: Row) -> dict[str, Prediction]:
    """Chain arithmetic."""
    chain = Chain()
    chain.apply(chain.full(0.0, USED / RATIO, USED / RATIO))
    for day in range(1, DAYS):
        chain.apply(chain.reverse_increment(day * NIGHT, CHANGED * USED / RATIO, USED / RATIO))
    full = 10 * chain.points[-1].size / GB
    increments = 10 * chain.stored / GB - full
    return {"full": full, "increments": increments, "total": full + increments + row.given("spare")}


def moved(step: Step, blocks: float) -> dict[str, Prediction]:
    """I/Os of the repository for each block."""
    return {"reads": step.read / blocks, "writes": step.written / blocks}


def chained(increments: int) -> Chain:
    """A full of a hundred blocks with so many increments of ten behind it."""
    chain = Chain()
    chain.apply(chain.full(0.0, 100.0, 100.0))
    for day in range(1, increments + 1):
        chain.apply(chain.increment(day * NIGHT, 10.0, 100.0))
    return chain


@experiment("BAK.06", "BAK.07", "BAK.08", "BAK.09", "BAK.10", "BAK.11", about="one step of a chain, block by block")
def work(row: Row) -> dict[str, Prediction]:
    """Each method on a chain of a hundred blocks, of which ten change every day."""
    chain, when = chained(5), 6 * NIGHT
    match row.id:
        case "BAK.06":
            return moved(chain.increment(when, 10.0, 100.0), 10.0)
        case "BAK.07":
            return moved(chain.full(when, 100.0, 100.0), 100.0)
        case "BAK.08":
            return moved(chain.without({1}, merge=True), 10.0)
        case "BAK.09":
            made = chain.synthetic_full(when, 10.0, 100.0)
            return {"reads": made.read / 100.0, "writes": (made.written - made.arrives) / 100.0}
        case "BAK.10":
            return moved(chained(0).reverse_increment(when, 10.0, 100.0), 10.0)
        case _:
            made = chain.synthetic_full_with_rollbacks(when, 10.0, 100.0)
            turned = 60.0  # five increments and the one that arrives
            return {"reads": made.read / turned, "writes": (made.written - made.arrives) / turned}


@experiment(
    "BAK.12",
    "BAK.13",
    about="a VM of 100 GB of which a tenth changes, by what its image takes of ten disks of 15,000 rpm; what a core "
    "processes is given",
)
def protected(row: Row) -> dict[str, Prediction]:
    """VMs that a core protects in a window."""
    disk: Disk = facts.load("disks", "fc-15k", Disk)
    raid: Raid = facts.load("raid", "raid5", Raid)
    lun, image, machine = Lun("lun", disk, 10, raid), Image(), vm(100 * GB, 100 * GB)
    rate = row.given("mb_per_s_of_a_core") * 1e6
    whole, changed = image.whole(machine), image.changed(machine, 10 * GB, True)
    slower = lun.per_byte(changed.block, "read", False) / lun.per_byte(whole.block, "read", True)
    found: dict[str, Prediction] = {"increments": rate * WINDOW / (changed.size * slower)}
    return found | ({"fulls": rate * WINDOW / whole.size} if "fulls" in row.keys else {})


@experiment("BAK.14", about="one task that writes increments")
def task(row: Row) -> dict[str, Prediction]:
    """Nothing is said of the disks."""
    return {"rate": Unpredicted("neither the disks it reads nor those of the repository are stated")}


@experiment(
    *(f"STUN.0{number}" for number in range(1, 7)), about="the ends of a snapshot", fitted=("STUN.01", "STUN.03")
)
def stuns(row: Row) -> dict[str, Prediction]:
    """One constant for each end, whatever is tracked and whatever the guest does."""
    seconds = Commit().remove if row.id in ("STUN.03", "STUN.06") else Commit().create
    return dict.fromkeys(row.keys, seconds)
