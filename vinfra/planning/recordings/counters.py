"""What counters are called in exports, which series each is, and in what unit it comes where none is said.

Source: counter names of the vSphere API (PerformanceManager: cpu.usage.average in percent, cpu.usagemhz.average in MHz,
mem.active.average in KB, mem.usage.average in percent, disk.usage.average in KBps, KB of 1,024 bytes); metrics of
vRealize and Aria Operations (`CPU|Usage (%)`, `Memory|Guest Usage (KB)`); objects and counters of perfmon.
"""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass

from vinfra.planning.records.cells import WRITTEN, Column, find, heading

PERFMON = re.compile(r"\\\\([^\\]+)\\([^\\(]+)(?:\((.*)\))?\\([^\\]+)")
COUNTERS = (
    Column(
        "cpu",
        "percent",
        "cpu usage average, cpu usage, cpu utilization, cpu utilisation, cpu, cpu load, cpu used, cpu mean, "
        "cpu average, "
        "processor % processor time, % processor time, processor time, usage average cpu, cpu usage percent",
    ),
    Column(
        "cpu_hz", "frequency", "cpu usagemhz average, cpu usagemhz, cpu usage in mhz", bare="cpu usage, cpu, cpu used"
    ),
    Column(
        "memory_part",
        "percent",
        "mem usage average",
        bare="memory usage, mem usage, memory utilization, memory, mem, memory used, memory guest usage",
    ),
    Column(
        "memory",
        "memory",
        "memory usage, memory used, used memory, memory guest usage, guest memory usage, memory utilization, mem used",
    ),
    Column("memory_active", "memory", "mem active average, mem active, memory active, active memory"),
    Column("memory_consumed", "memory", "mem consumed average, mem consumed, memory consumed, consumed memory"),
    Column("memory_free", "memory", "memory available, memory free, available memory, mem free"),
    Column("disk", "rate", "disk usage average, disk usage, disk usage rate, disk throughput, physicaldisk disk"),
    Column("disk_read", "rate", "disk read average, disk read, disk read rate, disk read throughput"),
    Column("disk_write", "rate", "disk write average, disk write, disk write rate, disk write throughput"),
)
UNSAID = {"percent": "%", "frequency": "mhz", "memory": "kb", "rate": "kbps"}  # units of the API
NEEDS_UNIT = {"memory", "memory_free"}  # names that people use with any unit
BYTES = {"bytes": "b", "kbytes": "kb", "mbytes": "mb"}


@dataclass(frozen=True, slots=True)
class Counter:
    """The series a counter is, and what one of it is in SI (percent stays percent)."""

    series: str
    scale: float


@functools.lru_cache(maxsize=4096)
def counter(name: str, unit: str = "") -> Counter | None:
    """The counter of a name such as `cpu.usage.average` or `Memory|Guest Usage (KB)`; None where nobody uses it.

    ValueError where it needs a unit and has none.
    """
    said = heading(f"{name} ({unit})" if unit else name)
    if said.unit is None and unit:
        said = heading(name)
    column = find(COUNTERS, said)
    if column is None:
        return None
    if said.unit is None and column.key in NEEDS_UNIT:
        raise ValueError(f"{name} needs a unit, as in '{name} (KB)'")
    return Counter(column.key, WRITTEN[column.kind][said.unit or UNSAID[column.kind]])


def perfmon(path: str) -> tuple[str, Counter | None] | None:
    """Machine and counter of a path such as `\\\\WEB1\\Processor(_Total)\\% Processor Time`; None where it is none."""
    match = PERFMON.fullmatch(path.strip())
    if match is None:
        return None
    machine, thing, instance, name = match[1], match[2].lower(), match[3], match[4].lower()
    if instance not in (None, "_Total"):
        return machine, None
    first, _, unit = name.rpartition(" ")
    if thing == "memory" and unit in BYTES and first == "available":
        return machine, counter("memory available", BYTES[unit])
    if thing == "physicaldisk" and name == "disk bytes/sec":
        return machine, Counter("disk", 1.0)
    return machine, counter(name) if thing == "processor" else None
