"""Bitbrains: a folder with one `;`-separated file of GWA-T-12 for each VM, with CPU, memory and disk of each sample.

`Memory usage [KB]` and throughputs in KB/s are of 1,024 bytes. Source: Shen, van Beek and Iosup, CCGrid 2015
(workloads/bitbrains_csv.py).
"""

from __future__ import annotations

import codecs
from pathlib import Path
from typing import ClassVar

import numpy as np

from vinfra.planning.recordings.moments import begins
from vinfra.planning.recordings.recorded import Recorded, RecordingReader, beginning, recording_readers
from vinfra.planning.recordings.sampling import on_grid
from vinfra.workloads.bitbrains_csv import TIME, Samples, parse
from vinfra.workloads.files import Complaints, Digest, contents, listing, shown

INTERVAL = 300.0  # s, of GWA-T-12 (facts/traces/bitbrains.yaml)
LARGEST = 1 << 28  # bytes of a file; a month of samples is a million
KIB = 1024.0
MORE = {
    "memory": "Memory usage [KB]",
    "disk_read": "Disk read throughput [KB/s]",
    "disk_write": "Disk write throughput [KB/s]",
}


@recording_readers.register("bitbrains")
class Bitbrains(RecordingReader):
    """CPU, memory and disk as the traces of Bitbrains have them."""

    title: ClassVar[str] = "a folder of Bitbrains files (GWA-T-12), one for each machine"
    source: ClassVar[str] = "GWA-T-12 Bitbrains; Shen, van Beek and Iosup, CCGrid 2015"

    def knows(self, path: Path) -> bool:
        """Whether the first file begins with the header of GWA-T-12."""
        return beginning(path, 64).removeprefix(codecs.BOM_UTF8).lower().startswith(TIME.lower().encode())

    def read(self, path: Path) -> Recorded:
        """All VMs on a 300 s grid; InputError with file and line of what is wrong, 20 at most."""
        complaints, digest = Complaints(), Digest()
        found: dict[str, Samples] = {}
        for file, data in contents(listing(path, complaints), complaints, LARGEST):
            digest.add(data)
            if len(data) >= LARGEST:
                complaints.add(shown(file), None, f"is larger than {LARGEST >> 20} MiB: one file holds one VM")
            elif (samples := parse(shown(file), data, complaints, tuple(MORE.values()))) is not None:
                found[shown(Path(file.name))] = samples
        complaints.stop()
        return _recorded(shown(path), found, str(digest))


def _recorded(file: str, found: dict[str, Samples], fingerprint: str) -> Recorded:
    vms = list(found.values())
    kinds = ["cpu", *(key for key, name in MORE.items() if any(name in vm.more for vm in vms))]
    time, value, machine, kind = [], [], [], []
    for number, vm in enumerate(vms):
        for which, key in enumerate(kinds):
            series = vm.percent if key == "cpu" else vm.more.get(MORE[key])
            if series is not None:
                time.append(vm.time)
                value.append((series if key == "cpu" else series * KIB).astype(np.float32))
                machine.append(np.full(len(series), number))
                kind.append(np.full(len(series), which))
    times = np.concatenate(time)
    series_of, shared = on_grid(
        file, times, np.concatenate(machine), np.concatenate(value), np.concatenate(kind), kinds, len(vms), INTERVAL
    )
    notes = (f"{shared:,} samples fell to a point that had one and were averaged",) if shared else ()
    return Recorded(
        INTERVAL,
        list(found),
        series_of,
        begins(float(times.min())),
        np.array([vm.cores for vm in vms]),
        np.array([vm.capacity_hz for vm in vms]),
        fingerprint,
        notes,
    )
