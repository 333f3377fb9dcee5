"""LUNs by outstanding I/Os and by size of I/O: latency control across hosts (PARDA), and IOmeter on two kinds of disks.

The hosts always have so many I/Os under way, as in storage/fluid_queue.py. Units as published.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Mapping

from vinfra import facts
from vinfra.evidence.experiment import Prediction, Row, calibrated, experiment
from vinfra.storage.array import ArrayModel
from vinfra.storage.disk import Direction
from vinfra.storage.fluid_queue import solve
from vinfra.storage.guest_stream import Pattern
from vinfra.storage.initiator import Initiator
from vinfra.storage.latency_control import LatencyControl
from vinfra.storage.lun import Disk, Lun, Raid
from vinfra.storage.mean_value import Station, throughput

OUTSTANDING = 32  # of each host in both sources
KIB = 1024.0
HOSTS = ("host1", "host2", "host3", "host4")
BLOCK = 16 * KIB
HALVINGS = 40
# Which LUN it was is not published where it was read: one full enclosure of a CLARiiON, 15 disks, stands in.
SPINDLES = 15
# Two of the 24 disks of a PS4100X are spares (its RAID policies).
EQUALLOGIC_SPINDLES = 22


def _lun(seek: float) -> Lun:
    """15 disks of 15,000 rpm whose average seek is so long."""
    known: Disk = facts.load("disks", "fc-15k", Disk)
    disk, raid = known.model_copy(update={"seek": seek}), facts.load("raid", "raid5", Raid)
    return Lun("lun", disk, SPINDLES, raid, facts.load("arrays", "clariion-cx3-20", ArrayModel))


def _hosts(count: int) -> list[Initiator]:
    return [Initiator(f"host{n}", Pattern(BLOCK, 1.0, 0.0, float(OUTSTANDING))) for n in range(1, count + 1)]


def _whole(lun: Lun, count: int, windows: Mapping[str, float] | None = None) -> tuple[float, float]:
    """(I/Os per second, average latency) of all hosts."""
    found = solve(lun, _hosts(count), windows)
    rate = math.fsum(one.throughput for one in found.values())
    return rate, math.fsum(one.active for one in found.values()) / rate


@functools.cache
def _parda() -> Lun:
    """The LUN, with the seek that makes four hosts without control do what they did."""
    target, low, high = calibrated("PARDA.01", "aggregate"), 0.0, 0.02
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if _whole(_lun(middle), len(HOSTS))[0] > target else (low, middle)
    return _lun(low)


def _slower(host: str) -> float:
    """How much longer I/Os of a host take than those of all, since its virtual disk lies elsewhere on the disks."""
    return calibrated("PARDA.01", "aggregate") / len(HOSTS) / calibrated("PARDA.01", host)


@functools.cache
def _controlled(count: int) -> tuple[float, float, float]:
    """(I/Os per second, average latency, window of each host) where so many hosts settle with equal shares."""
    control = LatencyControl(highest=float(OUTSTANDING))
    equal = dict.fromkeys((one.name for one in _hosts(count)), 1.0)
    windows = control.settle(equal, lambda windows: _whole(_parda(), count, windows)[1])
    return *_whole(_parda(), count, windows), windows["host1"]


@experiment(
    "PARDA.01",
    "PARDA.02",
    about="four hosts with 32 outstanding I/Os each; the seek is fitted to the rate of all of them, and what is easier "
    "or harder for each host to its share of that rate",
    fitted=("PARDA.01",),
)
def uncontrolled(row: Row) -> dict[str, Prediction]:
    """I/Os per second, or latency in ms."""
    rate, latency = _whole(_parda(), len(HOSTS))
    if row.id == "PARDA.01":
        return {"aggregate": rate, **{host: rate / len(HOSTS) / _slower(host) for host in HOSTS}}
    return {"average": 1e3 * latency, **{host: 1e3 * latency * _slower(host) for host in HOSTS}}


@experiment(
    "PARDA.03",
    "PARDA.04",
    about="the same hosts where latency control settles with a threshold of 30 ms and beta 1 for each",
    fitted=("PARDA.01",),
)
def controlled(row: Row) -> dict[str, Prediction]:
    """I/Os per second, or latency in ms."""
    rate, latency, window = _controlled(len(HOSTS))
    seen = {host: latency * _slower(host) for host in HOSTS}
    if row.id == "PARDA.03":
        return {"aggregate": rate, **{host: window / seconds for host, seconds in seen.items()}}
    return {"average": 1e3 * latency, **{host: 1e3 * seconds for host, seconds in seen.items()}}


@experiment(
    "PARDA.05",
    "PARDA.06",
    about="six hosts at the same LUN; that their virtual disks take up half as much again of it is not modelled",
    fitted=("PARDA.01",),
)
def six_hosts(row: Row) -> dict[str, Prediction]:
    """I/Os per second of all, or their average latency in ms."""
    rate, latency = _whole(_parda(), 6)
    if row.id == "PARDA.06":
        return {"uncontrolled": 1e3 * latency}
    return {"uncontrolled": rate, "controlled": _controlled(6)[0]}


def _both(rate: float) -> dict[str, Prediction]:
    """Rate and response with as many I/Os always outstanding (Little's law)."""
    return {"iops": rate, "response_ms": 1e3 * OUTSTANDING / rate}


def _asked(row: Row) -> tuple[float, Direction]:
    """Bytes and direction of the I/Os of a row."""
    words = row.measurement.workload.split()
    return float(words[0]) * KIB, "read" if words[3].startswith("read") else "write"


@experiment(
    "IOM.01",
    "IOM.03",
    "IOM.05",
    "IOM.07",
    "IOM.09",
    "IOM.11",
    about="a port of 1 Gbit/s and a controller, 32 I/Os always there; what a command takes of the controller and how "
    "fast it mirrors writes are fitted to writes of 4 and 32 KiB, what a read takes besides to reads of 4 KiB",
    fitted=("IOM.01", "IOM.03", "IOM.11"),
)
def equallogic(row: Row) -> dict[str, Prediction]:
    """I/Os per second and response in ms."""
    block, direction = _asked(row)
    array: ArrayModel = facts.load("arrays", "equallogic-ps4100x", ArrayModel)
    disk, raid = facts.load("disks", "sas-10k", Disk), facts.load("raid", "raid5", Raid)
    lun = Lun("lun", disk, EQUALLOGIC_SPINDLES, raid, array)
    pattern = Pattern(block, 1.0 if direction == "read" else 0.0, 1.0, float(OUTSTANDING))
    return _both(solve(lun, [Initiator("host", pattern)])["host"].throughput)


@experiment(
    "IOM.02",
    "IOM.04",
    "IOM.06",
    "IOM.08",
    "IOM.10",
    "IOM.12",
    about="undescribed disks behind a RAID controller: reads take as long whatever their size, out of its cache; "
    "writes go at the rate of the disks; each fitted to the row of 4 KiB",
    fitted=("IOM.02", "IOM.04"),
)
def local(row: Row) -> dict[str, Prediction]:
    """I/Os per second and response in ms."""
    block, direction = _asked(row)
    if direction == "read":
        service = 1.0 / calibrated("IOM.02", "iops")
    else:
        service = block / (calibrated("IOM.04", "iops") * 4 * KIB)
    return _both(float(throughput([Station(service)], OUTSTANDING)[-1]))
