"""What machines did over time: parts of their vCPUs and bytes of memory, a row for each interval, a column for each
machine.

Source: recordings the user has (readers in utilisations/). A machine without a recording has none here: sizing says so,
and simulation draws demand with published statistics instead.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, eq=False)
class Utilisation:
    """A recording of many machines on one grid.

    `cpu` is percent of all vCPUs of a machine, `memory` bytes in use in the guest, `disk` bytes per second read and
    written together, each of shape (intervals, machines) as float32 with NaN where nothing was recorded; memory and
    disk None where the recording does not have them. `names` are the machines of the inventory, `interval` is in
    seconds, `begins` the time of the first row where the recording says so. `vcpus` and `hz` are what the recording
    says of their size, shape (machines,), NaN where it does not. `unmatched` are columns of no machine of the
    inventory.
    """

    interval: float
    names: Sequence[str]
    cpu: NDArray[np.float32]
    memory: NDArray[np.float32] | None = None
    disk: NDArray[np.float32] | None = None
    begins: datetime | None = None
    vcpus: NDArray[np.float64] | None = None
    hz: NDArray[np.float64] | None = None
    source: str = ""
    fingerprint: str = ""
    unmatched: Sequence[str] = ()
    notes: Sequence[str] = ()

    @property
    def duration(self) -> float:
        """Seconds that are recorded."""
        return len(self.cpu) * self.interval
