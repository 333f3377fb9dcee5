"""A recording as its file has it, before anyone knows which machines of the inventory it speaks of.

One form of file is one file in utilisations/. Series are kept under what they mean: `cpu` is percent of all vCPUs,
`cpu_hz` hertz, `memory` bytes in use in the guest, `memory_free` those that are not, `memory_active` and
`memory_consumed` what a hypervisor sees of it, `memory_part` percent of the memory configured, `disk`, `disk_read` and
`disk_write` bytes per second. Float32: 20,000 machines for 30 days at 5 min are 0.69 GB a series.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from vinfra.errors import InputError, Place
from vinfra.registry import Registry
from vinfra.workloads.files import Complaints, listing

Samples = NDArray[np.float32]
LARGEST = 3 << 30  # bytes of all series of a recording
PIECE = 1 << 22
SERIES = (
    "cpu",
    "cpu_hz",
    "memory",
    "memory_free",
    "memory_active",
    "memory_part",
    "memory_consumed",
    "disk",
    "disk_read",
    "disk_write",
)


@dataclass(frozen=True, slots=True, eq=False)
class Recorded:
    """Series on one grid, each of shape (intervals, names), NaN where nothing was recorded. `vcpus` and `hz` (of all
    vCPUs) are of shape (names,) where the recording says them."""

    interval: float
    names: Sequence[str]
    series: Mapping[str, Samples]
    begins: datetime | None = None
    vcpus: NDArray[np.float64] | None = None
    hz: NDArray[np.float64] | None = None
    fingerprint: str = ""
    notes: Sequence[str] = ()


class RecordingReader:
    """One form of recording. `title` is what people call it; readers are asked in sorted order of their names."""

    name: ClassVar[str]
    title: ClassVar[str]
    source: ClassVar[str]

    def knows(self, path: Path) -> bool:
        """Whether this is such a recording, from its first lines; never raises for what is in the file."""
        raise TypeError(f"{type(self).__name__} does not say what it knows")

    def read(self, path: Path) -> Recorded:
        """The recording; InputError with file, line and cure for what cannot be read."""
        raise TypeError(f"{type(self).__name__} does not say how it reads")


recording_readers: Registry[RecordingReader] = Registry(
    "utilisation reader", "vinfra.planning.recordings.utilisations", RecordingReader
)


def check_size(file: str, intervals: int, names: int, series: int) -> None:
    """InputError when a grid would not fit, with how to make it smaller."""
    needed = intervals * names * series * 4
    if needed > LARGEST:
        times = -(-needed // LARGEST)
        what = f"{names:,} machines, {intervals:,} intervals and {series} series would take {needed / 2**30:,.1f} GiB"
        cure = f"average over {times + 1} times the interval, or give fewer days"
        raise InputError.at(Place(file), f"{what}, {LARGEST >> 30} are the most; {cure}")


def beginning(path: Path, size: int) -> bytes:
    """The first bytes of a file, or of the first one of a folder; nothing where there is none. Never raises."""
    files = listing(path, Complaints())
    try:
        with open(files[0], "rb") as stream:
            return stream.read(size)
    except (OSError, IndexError):
        return b""


def fingerprint(files: Iterable[Path]) -> str:
    """SHA-256 over the contents of all files, whatever they are called."""
    digests = []
    for file in files:
        digest = hashlib.sha256()
        with open(file, "rb") as stream:
            while piece := stream.read(PIECE):
                digest.update(piece)
        digests.append(digest.digest())
    return hashlib.sha256(b"".join(sorted(digests))).hexdigest()
