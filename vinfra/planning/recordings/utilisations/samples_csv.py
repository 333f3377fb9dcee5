"""Samples as rows: time, machine, and either a metric with its value or a column for each metric.

    MetricId,Timestamp,Value,Unit,Entity,Instance            Get-Stat | Export-Csv of PowerCLI
    Name,Timestamp,CPU|Usage (%),Memory|Guest Usage (KB)     a view of vRealize or Aria Operations

In a folder every file is read, and where no column names the machine the file does. Rows of single devices (an
`Instance`) are left out: the row without one is their sum. Source: the FloatSampleImpl object of PowerCLI, whose
properties Export-Csv writes; counters.py for what metrics mean.
"""

from __future__ import annotations

import contextlib
from array import array
from collections import Counter as Counts
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

import numpy as np

from vinfra.errors import InputError, Place
from vinfra.planning.recordings.counters import Counter, counter
from vinfra.planning.recordings.moments import Unclear, seconds
from vinfra.planning.recordings.moments import begins as begun
from vinfra.planning.recordings.recorded import SERIES, Recorded, RecordingReader, fingerprint, recording_readers
from vinfra.planning.recordings.sampling import interval_of, on_grid
from vinfra.planning.records.cells import Column, find, heading, value
from vinfra.planning.records.delimited import Table, begins, opened, stop_if_hopeless
from vinfra.workloads.files import Complaints, listing, quoted, shown

ROWS = 60_000_000  # samples; 17 bytes each until they are on the grid
MOMENTS = 2_000_000  # points in time that are not alike
PLACE = {name: at for at, name in enumerate(SERIES)}
ENDINGS = (".csv", ".txt", ".tsv")
COLUMNS = (
    Column("time", "text", "timestamp, time, date, datetime, date time, time s, time utc, sample time, timestamp utc"),
    Column(
        "machine",
        "text",
        "entity, vm, vm name, name, virtual machine, object, object name, machine, server, host, hostname, computer, "
        "entity name, vmname, resource name, guest",
    ),
    Column("metric", "text", "metricid, metric, counter, metric name, metric id, stat, statistic, metric key"),
    Column("value", "text", "value, average, val"),
    Column("unit", "text", "unit, units"),
    Column("instance", "text", "instance, device"),
    Column("interval", "text", "intervalsecs, interval secs, interval s"),
)


@recording_readers.register("samples-csv")
class SamplesCsv(RecordingReader):
    """Samples as rows, as PowerCLI and Aria Operations export them."""

    title: ClassVar[str] = "samples as rows of csv files: time, machine, metric and value, or a column for each metric"
    source: ClassVar[str] = "PowerCLI Get-Stat | Export-Csv; views of Aria Operations; PerformanceManager counters"

    def knows(self, path: Path) -> bool:
        """Whether a header names a time, and metric and value or counters."""
        files = [file for file in listing(path, Complaints()) if file.suffix.lower() in ENDINGS]
        return bool(files) and _is_one(begins(files[0]))

    def read(self, path: Path) -> Recorded:
        """All samples on one grid; InputError with file, line and cure for what is wrong, 20 at most."""
        # What else lies in the folder is no part of the recording.
        files = [file for file in listing(path, Complaints()) if file.suffix.lower() in ENDINGS or path.is_file()]
        rows = Rows()
        for file in files:
            with opened(file) as table:
                _take(table, file.stem, rows)
            rows.complaints.stop()
        return rows.recorded(shown(path), fingerprint(files))


@dataclass(slots=True)
class Rows:
    """Samples while they are read: numbers in arrays, names and points in time once each."""

    complaints: Complaints = field(default_factory=Complaints)
    moment: array[int] = field(default_factory=lambda: array("i"))
    machine: array[int] = field(default_factory=lambda: array("i"))
    kind: array[int] = field(default_factory=lambda: array("b"))
    value: array[float] = field(default_factory=lambda: array("f"))
    moments: dict[str, tuple[int, Place]] = field(default_factory=dict)
    machines: dict[str, int] = field(default_factory=dict)
    intervals: Counts[str] = field(default_factory=Counts)
    ignored: Counts[str] = field(default_factory=Counts)

    def recorded(self, file: str, digest: str) -> Recorded:
        """Everything on one grid; InputError where there is nothing, or nothing to be understood."""
        if not self.value:
            raise InputError.at(Place(file), f"has no samples of CPU, memory or disk{_named(self.ignored)}")
        texts = list(self.moments)
        try:
            stamps, note = seconds(texts)
        except Unclear as wrong:
            text = texts[wrong.at]
            raise InputError.at(self.moments[text][1], f"{quoted(text)} {wrong}") from None
        time = stamps[np.frombuffer(self.moment, dtype=np.int32)]
        machine, kind = np.frombuffer(self.machine, dtype=np.int32), np.frombuffer(self.kind, dtype=np.int8)
        interval = self._interval() or interval_of(time, machine)
        if interval is None:
            raise InputError.at(Place(file), "has one sample of each machine: a recording needs two at the least")
        sample = np.frombuffer(self.value, dtype=np.float32)
        present = [number for number in range(len(SERIES)) if (kind == number).any()]
        place = np.searchsorted(present, kind)
        kinds = [SERIES[number] for number in present]
        series, shared = on_grid(file, time, machine, sample, place, kinds, len(self.machines), interval)
        notes = [note] if note else []
        if shared:
            notes.append(f"{shared:,} samples fell to a point that had one and were averaged")
        if self.ignored:
            notes.append(f"metrics nobody uses were left out{_named(self.ignored)}")
        return Recorded(
            interval, list(self.machines), series, begun(float(time.min())), fingerprint=digest, notes=tuple(notes)
        )

    def _interval(self) -> float | None:
        """The most common interval that rows say; the shorter of two."""
        best = max(self.intervals.values(), default=0)
        said = []
        for text, count in self.intervals.items():
            with contextlib.suppress(ValueError):
                said += [float(text)] if len(text) < 12 and count == best and 1 <= float(text) <= 1e6 else []
        return min(said, default=None)


def _named(ignored: Counts[str]) -> str:
    names = ", ".join(quoted(name) for name, _ in sorted(ignored.items())[:8])
    return f" (there are {names})" if names else ""


def _is_one(header: tuple[str, ...]) -> bool:
    keys = {column.key for said in header if (column := find(COLUMNS, heading(said)))}
    if "time" not in keys:
        return False
    others = [said for said in header if find(COLUMNS, heading(said)) is None]
    return {"metric", "value"} <= keys or (
        ("machine" in keys and any(_counter(said) for said in others))
        or (bool(others) and all(_counter(said) for said in others))
    )


def _counter(said: str) -> Counter | None:
    try:
        return counter(said)
    except ValueError:
        return None


def _take(table: Table, stem: str, rows: Rows) -> None:
    """The samples of one file."""
    places: dict[str, int] = {}
    counters: dict[int, Counter] = {}
    for at, said in enumerate(table.header):
        column = find(COLUMNS, heading(said))
        if column is not None:
            places.setdefault(column.key, at)
            continue
        try:
            if found := counter(said):
                counters[at] = found
        except ValueError as wrong:
            rows.complaints.add(table.file, table.line, str(wrong))
    stat = {"metric", "value"} <= set(places)
    if "time" not in places or not (stat or counters):
        names = ", ".join(quoted(said) for said in table.header[:8])
        cure = "it needs a time, and `metric` and `value` or counters such as 'CPU usage (%)'"
        rows.complaints.add(table.file, table.line, f"says no samples; {cure}; there are {names}")
        return
    width = max([*places.values(), *counters]) + 1
    for line, cells in table.rows:
        stop_if_hopeless(rows.complaints)
        if len(cells) < width:
            rows.complaints.add(table.file, line, f"has {len(cells)} cells, the header {len(table.header)}")
            continue
        if len(rows.value) >= ROWS:
            cure = "export longer intervals, or fewer days"
            raise InputError.at(table.place(line), f"has more than {ROWS:,} samples; {cure}")
        name = cells[places["machine"]].strip() if "machine" in places else stem
        moment = cells[places["time"]]
        if stat:
            if (found := _metric(table, line, cells, places, rows)) is not None:
                _keep(table, line, places["value"], cells, found, name, moment, rows)
            continue
        for at, found in counters.items():
            _keep(table, line, at, cells, found, name, moment, rows)


def _metric(table: Table, line: int, cells: list[str], places: Mapping[str, int], rows: Rows) -> Counter | None:
    """The counter of a row with a metric and its value; None where nobody uses it, or it is of a single device."""
    if "instance" in places and cells[places["instance"]]:
        return None
    metric = cells[places["metric"]]
    try:
        found = counter(metric, cells[places["unit"]] if "unit" in places else "")
    except ValueError as wrong:
        rows.complaints.add(table.file, line, str(wrong))
        return None
    if found is None:
        if len(rows.ignored) < 1000 or metric in rows.ignored:
            rows.ignored[metric] += 1
    elif "interval" in places:
        rows.intervals[cells[places["interval"]]] += 1
    return found


def _keep(
    table: Table, line: int, at: int, cells: list[str], found: Counter, name: str, moment: str, rows: Rows
) -> None:
    """One sample; nothing, and what is below zero (the API's -1), is no sample."""
    try:
        number = float(cells[at])
    except ValueError:
        try:
            said = value(cells[at].strip().removesuffix("%"), "count", None, table.separator == ";")
        except ValueError as wrong:
            rows.complaints.add(table.file, line, f"{table.header[at]}: {wrong}")
            return
        if said is None:
            return
        number = said
    if not 0 <= number < 1e18:
        return
    if not name or not moment:
        rows.complaints.add(table.file, line, "has no name of a machine" if moment else "has no time")
        return
    if (known := rows.moments.get(moment)) is None:
        if len(rows.moments) >= MOMENTS:
            raise InputError.at(table.place(line), f"has more than {MOMENTS:,} points in time; export longer intervals")
        known = rows.moments[moment] = (len(rows.moments), table.place(line))
    rows.moment.append(known[0])
    rows.machine.append(rows.machines.setdefault(name, len(rows.machines)))
    rows.kind.append(PLACE[found.series])
    rows.value.append(number * found.scale)
