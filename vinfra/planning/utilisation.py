"""What machines did over time: parts of their vCPUs and bytes of memory, a row for each interval, a column for each
machine.

Source: recordings the user has (readers in recordings/utilisations/). A machine without a recording has none here:
sizing says so, and simulation draws demand with published statistics instead. Columns of a recording are given to
machines by their names, never by their order.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vinfra.errors import InputError, Place, suggest
from vinfra.planning.inventory import Inventory
from vinfra.planning.recordings import matching
from vinfra.planning.recordings.recorded import recording_readers
from vinfra.whole import told, whole
from vinfra.workloads.files import shown

THOUSANDTHS = 1000


@dataclass(frozen=True, slots=True, eq=False)
class Utilisation:
    """A recording of many machines on one grid.

    `cpu` is percent of all vCPUs of a machine, `memory` bytes in use in the guest, `disk` bytes per second read and
    written together, each of shape (intervals, machines) as float32 with NaN where nothing was recorded; memory and
    disk None where the recording does not have them. `names` are the machines of the inventory, `interval` is in
    seconds, `begins` the time of the first row where the recording says so. `vcpus` and `hz` (of all vCPUs together)
    are what the recording says of their size, shape (machines,), NaN where it does not. `unmatched` are columns of no
    machine of the inventory.
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


def read(path: Path, inventory: Inventory, form: str | None = None) -> Utilisation:
    """The recording at a path, of the machines of an inventory; by the reader that knows it, or the one that is named.

    InputError when nobody can read it, or when no name in it is that of a machine.
    """
    here = Place(shown(path))
    if not path.exists():
        raise InputError.at(here, "there is nothing; give a csv file of samples, or a folder with a file for each VM")
    if form is None:
        form = next((name for name in recording_readers if recording_readers[name]().knows(path)), None)
    elif form not in recording_readers:
        raise InputError.at(Place("--form"), f"no form '{form}'{suggest(form, recording_readers.names())}")
    if form is None:
        known = "; ".join(f"{name}: {recording_readers[name].title}" for name in recording_readers)
        raise InputError.at(here, f"is no recording that vinfra knows. Known are {known}")
    found = recording_readers[form]().read(path)
    matched = matching.matched(here, found.names, inventory)
    machines = [inventory.machines[at] for at in matched.machines]
    cpu, cpu_notes = matching.cpu(found, matched.columns, machines)
    memory, memory_notes = matching.memory(found, matched.columns, machines)
    return Utilisation(
        interval=found.interval,
        names=[machine.name for machine in machines],
        cpu=cpu,
        memory=memory,
        disk=matching.disk(found, matched.columns),
        begins=found.begins,
        vcpus=None if found.vcpus is None else found.vcpus[matched.columns],
        hz=None if found.hz is None else found.hz[matched.columns],
        source=f"{here} ({form})",
        fingerprint=found.fingerprint,
        unmatched=matched.unmatched,
        notes=(*matched.notes, *cpu_notes, *memory_notes, *found.notes),
    )


def written(utilisation: Utilisation, path: Path) -> None:
    """Write the percents of CPU as the wide table that a scenario replays (`trace: utilisation`), whole or not at all.

    Seconds count from the first row; what was not recorded is an empty cell. Percents are rounded to a thousandth, of
    which there are few enough to look up.
    """
    texts = [*(f"{number / THOUSANDTHS:.6g}" for number in range(100 * THOUSANDTHS + 1)), ""]
    with told(Place(shown(path))), whole(path) as part, open(part, "w", encoding="utf-8", newline="") as stream:
        csv.writer(stream, lineterminator="\n").writerow(["time_s", *utilisation.names])
        for at, row in enumerate(utilisation.cpu):
            number = np.nan_to_num(np.rint(row.astype(np.float64) * THOUSANDTHS), nan=len(texts) - 1)
            cells = [texts[one] for one in number.astype(np.int64).tolist()]
            stream.write(",".join([f"{at * utilisation.interval:.15g}", *cells]) + "\n")
