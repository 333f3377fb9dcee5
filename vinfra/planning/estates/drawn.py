"""Estates nobody has: for teachers without a vCenter, for tests, and to see how a plan is made.

Sizes, systems and hindrances are drawn with the shares of a fact (facts/estates), how busy machines are with the
statistics of a trace. One stream for each machine and purpose: machine 17 of 1,000 is machine 17 of 20,000, up to the
host it runs on. Everything is assumed, and notes of the inventory say so.
"""

from __future__ import annotations

from typing import Literal

import numpy as np

from vinfra import facts
from vinfra.engine.streams import Streams, normal
from vinfra.planning.estates import physical as synthetic_physical
from vinfra.planning.estates import virtual as synthetic_virtual
from vinfra.planning.inventory import Inventory
from vinfra.planning.recordings.recorded import Samples, check_size
from vinfra.planning.utilisation import Utilisation
from vinfra.workloads.synthetic import Statistics, SyntheticDemand

Era = Literal["2026", "2007"]
DEMAND = "planetlab"  # the only trace at hand that shows how unlike machines are (facts/traces)
HOUR = 3600.0
SWAY = 0.1  # standard deviation of memory in use, as a part of it (assumed)
PASSES = 4  # what is cut at 100 % in one pass is missing from the mean, and given to the rest in the next
MOST = 200_000  # machines


def estate(machines: int, seed: int, era: Era = "2026") -> Inventory:
    """An estate of so many machines: VMs on hosts in 2026, servers of a machine room in 2007.

    ValueError when there are none, or more than 200,000.
    """
    if not 1 <= machines <= MOST:
        raise ValueError(f"an estate has 1 to {MOST:,} machines, asked for {machines}")
    make = synthetic_virtual.estate if era == "2026" else synthetic_physical.estate
    return make(machines, Streams(seed))


def recording(inventory: Inventory, days: float, seed: int, interval: float = 300.0) -> Utilisation:
    """What the running machines of an inventory did, drawn: CPU with the ups and downs of PlanetLab around the mean the
    inventory saw, memory around what is active. There is no time of day in it.

    Float32, shape (days / interval, running machines). InputError where that would not fit, ValueError for no days.
    """
    running = list(inventory.running())
    intervals = round(days * 86400 / interval)
    if intervals < 1 or not running:
        raise ValueError(f"a recording needs machines and time, got {len(running)} machines for {days} days")
    check_size("a synthetic recording", intervals, len(running), 2)
    names = [machine.name for machine in running]
    demand = SyntheticDemand(
        "recording", facts.load("traces", DEMAND, Statistics), len(running), Streams(seed), interval
    )
    cpu: Samples = np.empty((intervals, len(running)), dtype=np.float32)
    for k in range(intervals):
        cpu[k] = demand.at(k) * 100
    known = [
        100 * machine.cpu_used / (machine.vcpus * machine.core_hz)
        if machine.cpu_used is not None and machine.core_hz
        else np.nan
        for machine in running
    ]
    for _ in range(PASSES):
        mean = cpu.mean(axis=0, dtype=np.float64)
        wanted = np.where(np.isnan(known), mean, known)
        cpu *= (wanted / np.where(mean > 0, mean, 1.0)).astype(np.float32)
        np.minimum(cpu, np.float32(100), out=cpu)
    return Utilisation(
        interval=interval,
        names=names,
        cpu=cpu,
        memory=_memory(inventory, names, intervals, interval, Streams(seed)),
        source="synthetic",
        fingerprint=f"synthetic {seed} {days} {interval} {len(running)}",
        notes=("the recording is drawn, not recorded; it has no time of day",),
    )


def _memory(inventory: Inventory, names: list[str], intervals: int, interval: float, streams: Streams) -> Samples:
    """Bytes in use, another value every hour, never more than there is."""
    by_name = {machine.name: machine for machine in inventory.machines}
    size = np.array([by_name[name].memory for name in names])
    seen = [by_name[name].memory_active or by_name[name].memory_consumed or np.nan for name in names]
    middle = np.where(np.isnan(seen), size / 2, seen)
    keys = streams.keys("recording/memory", names)
    found: Samples = np.empty((intervals, len(names)), dtype=np.float32)
    held, row = -1, middle
    for k in range(intervals):
        hour = int(k * interval // HOUR)
        if hour != held:
            held, row = hour, np.clip(middle * (1 + SWAY * normal(keys, hour)), 0, size)
        found[k] = row
    return found
