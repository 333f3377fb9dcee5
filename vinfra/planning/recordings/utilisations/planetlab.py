"""PlanetLab: a folder with one file for each VM, 288 lines of whole percents, a day. Files are called as machines are.

Source: CoMon, Park and Pai, SIGOPS OSR 40(1), 2006 (workloads/traces/planetlab.py).
"""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

import numpy as np

from vinfra.planning.recordings.recorded import Recorded, RecordingReader, beginning, check_size, recording_readers
from vinfra.workloads.files import shown
from vinfra.workloads.trace import traces

LONGEST = 1 << 11  # bytes that a day of percents has at the most
EPOCHS = 288


@recording_readers.register("planetlab")
class PlanetLab(RecordingReader):
    """CPU use as PlanetLab's traces have it."""

    title: ClassVar[str] = "a folder of PlanetLab files, one for each machine, 288 whole percents"
    source: ClassVar[str] = "CoMon traces as published with Beloglazov and Buyya, CCPE 24(13), 2012"

    def knows(self, path: Path) -> bool:
        """Whether the first file is a day of whole percents."""
        lines = beginning(path, LONGEST + 1).split()
        return len(lines) == EPOCHS and all(line.isdigit() and len(line) <= 3 for line in lines)

    def read(self, path: Path) -> Recorded:
        """The day; InputError with file and line of what is wrong, 20 at most."""
        found = traces["planetlab"]().read(path)
        check_size(shown(path), found.epochs, found.columns, 1)
        cpu = found.percent.astype(np.float32)
        return Recorded(found.interval, found.names, {"cpu": cpu}, fingerprint=found.fingerprint, notes=found.notes)
