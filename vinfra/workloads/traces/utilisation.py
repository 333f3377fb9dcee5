"""Utilisation: what VMs that have names wanted, in one wide CSV.

    time_s,web-1,web-2,db
    0,12.5,,40
    300,13,7,41.5

One line is one sample of all VMs, a column the percent of its vCPUs that a VM wants; nothing, or `nan`, is nothing
wanted. A VM follows the column of its name. One without a column follows demand that is drawn with the statistics of
PlanetLab: of the traces at hand the only one that shows how unlike VMs are. `notes` say for whom.
Source: whoever recorded it. Units: seconds, percent.
"""

from __future__ import annotations

import csv
import hashlib
import io
import warnings
from pathlib import Path
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from vinfra import facts
from vinfra.workloads.demand import Recording
from vinfra.workloads.files import Complaints, contents, listing, quoted, shown
from vinfra.workloads.synthetic import Statistics
from vinfra.workloads.trace import Trace, traces

TIME = "time_s"
DRAWN = "planetlab"
LARGEST = 1 << 31  # bytes of a file: 20,000 VMs for a month
GRID = 1e-6  # of an interval that a time may be beside its place


@traces.register("utilisation")
class WideTable(Trace):
    """What VMs wanted by their names: a CSV file with the column time_s and one of percents for each VM."""

    source: ClassVar[str] = "a recording of one's own"

    @property
    def statistics(self) -> Statistics:
        """Those of PlanetLab, for VMs without a column."""
        known: Statistics = facts.load("traces", DRAWN, Statistics)
        return known

    def read(self, path: Path) -> Recording:
        """The recording with its columns in the order of the file; InputError names file and line of what is wrong."""
        complaints = Complaints()
        found: Recording | None = None
        for file, data in contents(listing(path, complaints), complaints, LARGEST):
            if found is not None or complaints.count:
                complaints.add(shown(file), None, "is a second file; all VMs are columns of one file")
            elif len(data) >= LARGEST:
                complaints.add(shown(file), None, f"is larger than {LARGEST >> 30} GiB: give fewer days of it")
            else:
                found = _read(shown(file), data, complaints)
        complaints.stop()
        assert found is not None, "what cannot be read has been explained"
        return found


def _read(file: str, data: bytes, complaints: Complaints) -> Recording | None:
    """The recording in one file; None when something is wrong, which is then among the complaints."""
    digest = hashlib.sha256(data).hexdigest()
    header, _, body = data.removeprefix(b"\xef\xbb\xbf").replace(b"\r\n", b"\n").partition(b"\n")
    names = _header(file, header, complaints)
    if names is None:
        return None
    table = _table(body, len(names) + 1)
    if table is None:
        table = _explained(file, body, len(names) + 1, complaints)
    if table is None or not _on_grid(file, table[:, 0], complaints):
        return None
    percent = np.nan_to_num(table[:, 1:].astype(np.float32), copy=False, nan=0.0)
    cut = int((percent > 100).sum())
    np.clip(percent, 0, 100, out=percent)
    notes = (f"{cut:,} samples above 100 % were cut to 100 %",) if cut else ()
    interval = float(table[1, 0] - table[0, 0])
    return Recording(interval, percent, names, digest, notes, by_name=True)


def _header(file: str, header: bytes, complaints: Complaints) -> list[str] | None:
    """Names of the VMs."""
    cells = next(csv.reader(io.StringIO(header.decode("utf-8", "backslashreplace"))), [])
    names = [cell.strip() for cell in cells[1:]]
    if not cells or cells[0].strip().lower() != TIME or not names or not all(names):
        complaints.add(file, 1, f"must begin with a line that names the column {TIME} and one for each VM")
        return None
    if len(set(names)) != len(names):
        twice = next(name for name in names if names.count(name) > 1)
        complaints.add(file, 1, f"has two columns {quoted(twice)}: a VM has one")
        return None
    return names


def _table(body: bytes, width: int) -> NDArray[np.float64] | None:
    """All numbers at once, shape (lines, width); None when any line is not as it should be."""
    text = body.removesuffix(b"\n").replace(b"\n", b",\n") + b","
    # Where three values are missing in a row the first pass leaves every other gap.
    for _ in range(2):
        text = text.replace(b",,", b",nan,")
    with warnings.catch_warnings():
        warnings.simplefilter("error", DeprecationWarning)
        try:
            values = np.fromstring(text.decode("ascii"), sep=",", dtype=np.float64)
        except (DeprecationWarning, UnicodeDecodeError, ValueError):
            return None
    lines = body.removesuffix(b"\n").split(b"\n")
    if len(lines) < 2 or len(values) != len(lines) * width or any(line.count(b",") != width - 1 for line in lines):
        return None
    table = values.reshape(len(lines), width)
    fine = np.isfinite(table[:, 0]).all() and not np.isinf(table).any() and not (table < 0).any()
    return table if fine else None


def _explained(file: str, body: bytes, width: int, complaints: Complaints) -> NDArray[np.float64] | None:
    """The same line by line, with a complaint for each that is wrong; None when there was one."""
    before, rows = complaints.count, []
    for number, line in enumerate(body.removesuffix(b"\n").split(b"\n"), 2):
        cells = line.split(b",")
        if len(cells) != width:
            complaints.add(file, number, f"the line has {len(cells)} cells; the header has {width}, with `,` between")
            continue
        row = [_number(cell) for cell in cells]
        wrong = cells[0] if row[0] != row[0] else next((c for c, one in zip(cells, row, strict=True) if one < 0), None)
        if wrong is not None:
            complaints.add(file, number, f"{quoted(wrong.decode('utf-8', 'replace'))} is no number from 0 on")
            continue
        rows.append(row)
    if complaints.count == before and len(rows) < 2:
        complaints.add(file, None, "needs two samples at least, to know how far they are apart")
    return None if complaints.count > before else np.array(rows)


def _number(cell: bytes) -> float:
    """What a cell says; NaN for nothing, -1 for what is no number from 0 on."""
    try:
        found = float(cell) if cell.strip() else np.nan
    except ValueError:
        return -1.0
    return -1.0 if found < 0 or found == np.inf or b"_" in cell else found


def _on_grid(file: str, time: NDArray[np.float64], complaints: Complaints) -> bool:
    """Whether samples are as far apart as the first two."""
    step = time[1] - time[0]
    off = np.flatnonzero(np.abs(np.diff(time) - step) > GRID * abs(step)) if step > 0 else np.zeros(1, dtype=np.int64)
    if len(off):
        what = f"comes {np.diff(time)[off[0]]:g} s after the one before, the first two are {step:g} s apart"
        complaints.add(file, int(off[0]) + 3, f"the sample {what}: samples must rise by the same step")
    return not len(off)
