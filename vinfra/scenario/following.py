"""Which column of demand each VM follows.

Columns of a recording without names are handed out in turn: groups in the order of their names, VMs by their number. In
a recording by name a VM follows the column of its name; a VM without one follows demand that is drawn, from its group's
stream at its number, so a column more or less for one VM changes no other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vinfra.engine.names import ALONE, Labels, Names
from vinfra.errors import InputError
from vinfra.scenario.expand import follows_trace
from vinfra.scenario.load import Resolved
from vinfra.workloads.demand import Recording

SHOWN = 3  # names in a note
NONE = -1


@dataclass(frozen=True, slots=True)
class Following:
    """The column of each VM of a group, shape (VMs of the group,), NONE where it follows none; the traces that are
    taken for each group, in the order of their columns; and what a reader must know of it, in sentences."""

    columns: Mapping[str, NDArray[np.float64]]
    traces: Mapping[str, int]
    notes: Sequence[str] = ()


def following(resolved: Resolved, counts: Mapping[str, int], recording: Recording | None) -> Following:
    """Who follows what, for groups with so many VMs; InputError where nobody can say how many VMs a group has."""
    groups = sorted(resolved.scenario.vms.items())
    names = [name for name, group in groups if follows_trace(resolved, group)]
    columns = {name: np.full(counts[name], float(NONE)) for name, _ in groups}
    if recording is not None and recording.by_name:
        return _by_name(names, counts, columns, recording)
    first = 0
    for name in names:
        columns[name] = np.arange(first, first + counts[name], dtype=float)
        first += counts[name]
    return Following(columns, {name: counts[name] for name in names})


def countable(resolved: Resolved, recording: Recording | None) -> None:
    """A recording by name does not say how many VMs a group has; InputError for a group that leaves it to it."""
    for name, group in sorted(resolved.scenario.vms.items()):
        if recording is not None and recording.by_name and group.count == "per-trace":
            where = resolved.place("vms", name, "count")
            message = "per-trace needs a recording whose columns belong to nobody; those of this one have names"
            raise InputError.at(where, f"{message}: say how many VMs there are", f"vms.{name}.count")


def _by_name(
    names: Sequence[str], counts: Mapping[str, int], columns: dict[str, NDArray[np.float64]], recording: Recording
) -> Following:
    """The columns that have the names of VMs, and drawn ones behind them."""
    index = {name: number for number, name in enumerate(recording.names)}
    drawn: dict[str, int] = {}
    first, used, without = recording.columns, 0, list[str]()
    for name in names:
        vms = list(_called(name, counts[name]))
        found = np.array([index.get(vm, NONE) for vm in vms], dtype=float)
        missing = np.flatnonzero(found == NONE)
        used += len(vms) - len(missing)
        if len(missing):
            without += [vms[number] for number in missing.tolist()]
            found[missing] = first + missing
            drawn[name] = counts[name]
            first += counts[name]
        columns[name] = found
    notes = []
    if without:
        some = f"{', '.join(without[:SHOWN])}{', ...' if len(without) > SHOWN else ''}"
        notes.append(f"{len(without):,} VMs ({some}) have no column in the recording, their demand is drawn")
    if used < recording.columns:
        notes.append(f"{recording.columns - used:,} columns of the recording have the name of no VM that follows it")
    return Following(columns, drawn, notes)


def _called(group: str, count: int) -> Names:
    """Names of the VMs of a group."""
    if count == 1:
        return Names(Labels([group], np.zeros(1, dtype=np.int32)), np.full(1, ALONE, dtype=np.int32))
    return Names.numbered(group, count)
