"""Which machine of an inventory a column of a recording is, and what the column says of it in percent and bytes.

    cpu % = 100 * Hz used / (vCPUs * Hz of a core)          memory = total - free, or percent of what is configured

Of several series the first that has samples wins: what the guest says comes before what a hypervisor sees of it.
Above 100 % is cut: a machine cannot want more than its vCPUs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePath

import numpy as np
from numpy.typing import NDArray

from vinfra.errors import InputError, Place
from vinfra.planning.inventory import Inventory, Machine
from vinfra.planning.recordings.recorded import Recorded, Samples
from vinfra.planning.records.naming import Known
from vinfra.workloads.files import quoted

ENDINGS = (".csv", ".txt", ".tsv", ".log")
SHOWN = 3
MEANT = {
    "memory": "as the guest says",
    "memory_free": "what is not free",
    "memory_active": "as active, which a hypervisor estimates: guests may need more",
    "memory_part": "as percent of what is configured, which counts active memory: guests may need more",
    "memory_consumed": "as consumed on the host, which guests once touched: they may need less",
}


@dataclass(frozen=True, slots=True)
class Matched:
    """Columns of a recording and the machines they are, in the order of the inventory."""

    columns: NDArray[np.int64]
    machines: Sequence[int]
    unmatched: Sequence[str]
    notes: Sequence[str]


def matched(here: Place, names: Sequence[str], inventory: Inventory) -> Matched:
    """Columns by their names: as they are, in any case, without domain, without the ending of a file.

    InputError when none is a machine: by position a recording would be somebody else's.
    """
    known = Known([machine.name for machine in inventory.machines])
    found: dict[int, int] = {}
    unmatched, twice = [], []
    # Names as they are go first, so that a name that is nearly right takes nobody's place.
    exact = {machine.name for machine in inventory.machines}
    for column in sorted(range(len(names)), key=lambda column: names[column] not in exact):
        at = known.find(names[column])
        if at is None and PurePath(names[column]).suffix.lower() in ENDINGS:
            at = known.find(PurePath(names[column]).stem)
        if at is None:
            unmatched.append(names[column])
        elif at in found:
            twice.append(names[column])
        else:
            found[at] = column
    if not found:
        mine, theirs = _some(names), _some([machine.name for machine in inventory.machines])
        what = f"none of its {len(names):,} names ({mine}) is that of a machine of the inventory ({theirs})"
        raise InputError.at(here, f"{what}; call files or columns as the machines are called")
    machines = sorted(found)
    without = [machine.name for at, machine in enumerate(inventory.machines) if at not in found and machine.runs]
    notes = []
    if unmatched:
        notes.append(f"{len(unmatched):,} of {len(names):,} recordings are of no machine ({_some(sorted(unmatched))})")
    if twice:
        notes.append(f"{len(twice):,} recordings are of a machine that has one and were left out ({_some(twice)})")
    if without:
        notes.append(f"{len(without):,} running machines have no recording ({_some(without)})")
    columns = np.array([found[at] for at in machines], dtype=np.int64)
    return Matched(columns, machines, sorted([*unmatched, *twice]), notes)


def cpu(found: Recorded, columns: NDArray[np.int64], machines: Sequence[Machine]) -> tuple[Samples, list[str]]:
    """Percent of all vCPUs, shape (intervals, machines), and what was mended."""
    first = next(iter(found.series.values()))
    percent: Samples = np.full((len(first), len(columns)), np.nan, dtype=np.float32)
    if "cpu" in found.series:
        percent = found.series["cpu"][:, columns]
    notes = []
    if "cpu_hz" in found.series:
        said = None if found.hz is None else found.hz[columns]
        whole = np.array([machine.vcpus * machine.core_hz if machine.core_hz else np.nan for machine in machines])
        whole = whole if said is None else np.where(np.isnan(whole), said, whole)
        other = (100 * found.series["cpu_hz"][:, columns] / whole.astype(np.float32)).astype(np.float32)
        empty = np.isnan(percent).all(axis=0)
        percent[:, empty] = other[:, empty]
        unknown = int((empty & np.isnan(whole)).sum())
        if unknown:
            notes.append(f"{unknown:,} machines have a recording in MHz and no clock in the inventory: it is left out")
    cut = int((percent > 100).sum())
    if cut:
        np.minimum(percent, np.float32(100), out=percent)
        notes.append(f"{cut:,} samples above 100 % were cut to 100 %")
    there = ~np.isnan(percent)
    missing = percent.size - int(there.sum())
    if missing:
        notes.append(f"{missing / percent.size:.1%} of the samples of CPU are not there")
    if there.any() and float(np.nanmax(percent)) <= 1:
        notes.append("no sample of CPU is above 1 %: are these parts of one? Percent is expected")
    return percent, notes


def memory(
    found: Recorded, columns: NDArray[np.int64], machines: Sequence[Machine]
) -> tuple[Samples | None, list[str]]:
    """Bytes in use, shape (intervals, machines), None where nothing of it was recorded, and what it rests on."""
    size = np.array([machine.memory for machine in machines], dtype=np.float32)
    used: Samples | None = None
    notes = []
    for key in MEANT:
        if key not in found.series:
            continue
        series = found.series[key][:, columns]
        if key == "memory_part":
            series = series / np.float32(100) * size
        elif key == "memory_free":
            series = np.maximum(size - series, np.float32(0))
        used = np.full_like(series, np.nan) if used is None else used
        mine = np.isnan(used).all(axis=0) & ~np.isnan(series).all(axis=0)
        used[:, mine] = series[:, mine]
        if mine.any():
            notes.append(f"memory of {int(mine.sum()):,} machines is counted {MEANT[key]}")
    return used, notes


def disk(found: Recorded, columns: NDArray[np.int64]) -> Samples | None:
    """Bytes per second read and written, shape (intervals, machines); None where they were not recorded."""
    if "disk" in found.series:
        return found.series["disk"][:, columns]
    parts = [found.series[key][:, columns] for key in ("disk_read", "disk_write") if key in found.series]
    return parts[0] + parts[1] if len(parts) == 2 else None


def _some(names: Sequence[str]) -> str:
    more = ", ..." if len(names) > SHOWN else ""
    return ", ".join(quoted(name) for name in names[:SHOWN]) + more
