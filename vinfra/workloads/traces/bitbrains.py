"""Bitbrains: CPU use of business VMs in a managed-hosting data centre (GWA-T-12), a sample about every five minutes.

One CSV file is one VM (bitbrains_csv.py). Demand is `CPU usage [%]` of the capacity the VM was given, as a fraction;
`cores` and `capacity_hz` say what that was. Samples are irregular: each goes to the nearest point of a 300 s grid that
begins with the earliest sample of all files; of several at one point the last counts, where none came the one before is
held. A VM asks for nothing before its first sample and after its last. More than 100 % is cut to 100 %: a VM cannot
want more than its vCPUs, and what cores ran faster than rated is not demand. `notes` tell of all this.
Source: Shen, van Beek and Iosup, Statistical characterization of business-critical workloads, CCGrid 2015.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from vinfra.workloads.bitbrains_csv import LONGEST, Samples, parse
from vinfra.workloads.demand import Recording
from vinfra.workloads.files import Complaints, Digest, contents, listing, shown
from vinfra.workloads.trace import Trace, traces

HELD = 2  # intervals a sample is held without a note
LARGEST = 1 << 28  # bytes of a file; a month of samples is a million


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class BitbrainsRecording(Recording):
    """A recording that knows the size of its VMs: cores and hertz of all cores, the largest seen, shape (columns,)."""

    cores: NDArray[np.float64]
    capacity_hz: NDArray[np.float64]


@traces.register("bitbrains")
class Bitbrains(Trace):
    """CPU use of business VMs: a folder with one CSV file of GWA-T-12 for each VM, or one such file."""

    source: ClassVar[str] = "GWA-T-12 Bitbrains; Shen, van Beek and Iosup, CCGrid 2015"

    def read(self, path: Path) -> BitbrainsRecording:
        """The recording on a 300 s grid; files are read one at a time, those whose names begin with a dot are left out.

        InputError names file and line of what is wrong: 20 problems at most, and how many more there are.
        """
        complaints, digest = Complaints(), Digest()
        found: dict[str, Samples] = {}
        for file, data in contents(listing(path, complaints), complaints, LARGEST):
            digest.add(data)
            if len(data) >= LARGEST:
                complaints.add(shown(file), None, f"is larger than {LARGEST >> 20} MiB: one file holds one VM")
                continue
            samples = parse(shown(file), data, complaints)
            if samples is not None:
                found[shown(Path(file.name))] = samples
        _check_span(shown(path), found, complaints)
        complaints.stop()
        every = list(found.items())
        found = dict(every[index] for index in digest.order())
        vms = list(found.values())
        start = min(vm.time[0] for vm in vms)
        points = [((vm.time - start) / self.interval + 0.5).astype(np.int64) for vm in vms]
        return BitbrainsRecording(
            interval=self.interval,
            percent=_on_grid(vms, points),
            names=list(found),
            fingerprint=str(digest),
            notes=_notes(found, points),
            cores=np.array([vm.cores for vm in vms]),
            capacity_hz=np.array([vm.capacity_hz for vm in vms]),
        )


def _check_span(folder: str, found: dict[str, Samples], complaints: Complaints) -> None:
    """Complain of files that lie years apart: the grid over them would be mostly empty."""
    if found:
        first = min(found, key=lambda name: found[name].time[0])
        last = max(found, key=lambda name: found[name].time[-1])
        days = (found[last].time[-1] - found[first].time[0]) / 86400
        if days > LONGEST / 86400:
            cure = "a recording lasts a year at most: check the timestamps"
            complaints.add(folder, None, f"{first} begins {days:,.0f} days before {last} ends; {cure}")


def _on_grid(vms: Sequence[Samples], points: Sequence[NDArray[np.int64]]) -> NDArray[np.float32]:
    """Percent, shape (epochs, VMs): of each VM the last sample at or before each point of the grid."""
    percent = np.zeros((max(int(at[-1]) for at in points) + 1, len(vms)), dtype=np.float32)
    for column, (vm, at) in enumerate(zip(vms, points, strict=True)):
        grid = np.arange(at[0], at[-1] + 1)
        percent[grid, column] = np.minimum(vm.percent, 100)[np.searchsorted(at, grid, side="right") - 1]
    return percent


def _notes(found: dict[str, Samples], points: Sequence[NDArray[np.int64]]) -> tuple[str, ...]:
    """One sentence for each kind of thing that was mended, over all files."""
    last = max(int(at[-1]) for at in points)
    steps = [np.diff(at) for at in points]
    gaps = sum(int((step > HELD).sum()) for step in steps)
    cut = sum(int((vm.percent > 100).sum()) for vm in found.values())
    shared = sum(int((step == 0).sum()) for step in steps)
    partly = sum(1 for at in points if at[0] > HELD or at[-1] < last - HELD)
    notes = []
    if gaps:
        widest = max(range(len(steps)), key=lambda index: int(steps[index].max(initial=0)))
        name, vm = list(found.items())[widest]
        end_of_gap = int(steps[widest].argmax()) + 1
        seconds = vm.time[end_of_gap] - vm.time[end_of_gap - 1]
        where = f"the longest, {seconds:.0f} s, ends at {name}:{vm.line[end_of_gap]}"
        notes.append(f"{gaps:,} gaps of more than {HELD} intervals were filled with the sample before; {where}")
    if shared:
        notes.append(f"{shared:,} samples were replaced by a later one that falls to the same epoch")
    if cut:
        notes.append(f"{cut:,} samples above 100 % were cut to 100 %")
    if partly:
        notes.append(f"{partly:,} of {len(points):,} VMs begin late or end early and ask for nothing there")
    return tuple(notes)
